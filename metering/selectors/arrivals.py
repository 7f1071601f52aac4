"""How far results have come: the last days with results, and what a day's results consist of."""

from collections import Counter
from datetime import date, datetime

from metering.domain.points import ServicePattern
from metering.models import DevicePoint, Publication, ServicePeriod
from metering.selectors import runs
from portal.actor import Actor


def latest_day(until: date, stage: str = "") -> date | None:
    """The last day up to ``until`` that has published results (of ``stage``, where given). One query."""
    published = Publication.objects.filter(run__first_day__lte=until)
    if stage:
        published = published.filter(run__stage=stage)
    last = published.order_by("-run__last_day").values_list("run__last_day", flat=True).first()
    return min(last, until) if last else None


def counts_of(day: date) -> dict[str, Counter[str]]:
    """Slots by quality and findings by code of the results in force for ``day``, all device points together."""
    found: dict[str, Counter[str]] = {"quality": Counter(), "findings": Counter()}
    stage = runs.published_stage(day)
    if stage is None:
        return found
    parts = runs.published_parts(first_day=day, last_day=day, stage=stage)
    for counts in parts.values_list("result__counts", flat=True):
        for name, counter in found.items():
            counter.update(counts.get(name, {}))
    return found


def provided_points(*, actor: Actor, day_start: datetime, day_end: datetime) -> list[str]:
    """Numbers of the pattern 2 points in the service of ``actor`` at some instant of a day. One query."""
    services = ServicePeriod.objects.visible_to(actor).during(day_start, day_end)
    provided = services.filter(pattern=ServicePattern.PROVISION).values("device_point")
    return list(
        DevicePoint.objects.filter(pk__in=provided)
        .order_by("number")
        .values_list("number", flat=True)
    )
