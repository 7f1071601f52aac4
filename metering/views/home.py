"""What metering shows on the home page: how yesterday arrived, and the last runs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from metering.domain.quality import Quality
from metering.frames.shown import quality_counts
from metering.selectors import arrivals, run_lists, shown
from metering.selectors import points as selected
from metering.views import runs as run_views
from portal.actor import Actor, Scope
from portal.pages import presentation
from portal.pages.registry import Context
from portal.timekeeping import half_hours

LATEST_RUNS = 5
FULL_PERCENT = 99  # below it a slot of the strip is hatched


def runs(actor: Actor, at: datetime) -> Context:
    """The last runs that did something."""
    return {"rows": [run_views.described(run, at) for run in run_lists.eventful(LATEST_RUNS)]}


def yesterday(actor: Actor, at: datetime) -> Context:
    """Arrival and qualities of the last day with results, for the points that ``actor`` may see the energy of."""
    before = half_hours.day_of(at) - timedelta(days=1)
    day = arrivals.latest_day(before)
    context: Context = {
        "yesterday": before,
        "day": day,
        "points": selected.counts(actor=actor, at=at),
        "final_day": arrivals.latest_day(before, "final"),
    }
    return context | _counted(actor, day) if day else context


def _counted(actor: Actor, day: date) -> Context:
    """Slots by quality: of all points for the operator, of the own pattern 2 points for a retailer."""
    if actor.scope is Scope.ALL:
        counts = arrivals.counts_of(day)
        by_quality = {int(quality): slots for quality, slots in counts["quality"].items()}
        return {"findings": sum(counts["findings"].values()), **_arrival(by_quality)}
    return _retailer_arrival(actor, day)


def _retailer_arrival(actor: Actor, day: date) -> Context:
    start, end = half_hours.starts_at(day), half_hours.starts_at(day + timedelta(days=1))
    points = arrivals.provided_points(actor=actor, day_start=start, day_end=end)
    counts = _counts(points, day) if points else {}
    by_quality: Counter[int] = Counter()
    for (_slot, quality), slots in counts.items():
        by_quality[quality] += slots
    return {**_arrival(by_quality), **_strip(counts)}


def _counts(points: Sequence[str], day: date) -> Mapping[tuple[int, int], int]:
    found = shown.results(day, day).get(day)
    return quality_counts(found.energy_keys, numbers=points) if found else {}


def _arrival(by_quality: Mapping[int, int]) -> Context:
    """Share of slots that were measured, and the bar of all qualities. Held slots are not expected to arrive."""
    held = by_quality.get(Quality.HELD, 0)
    arrived = by_quality.get(Quality.MEASURED, 0) + by_quality.get(Quality.EXCHANGED, 0)
    expected = sum(by_quality.values()) - held
    return {
        "arrived": arrived,
        "expected": expected,
        "missing": by_quality.get(Quality.MISSING, 0),
        "held": held,
        "shares": run_views.shares(dict(by_quality)),
    }


def _strip(counts: Mapping[tuple[int, int], int]) -> Context:
    """The day as 48 marks: where less than 99 % arrived, and these slots as spans of time."""
    low = []
    for slot in range(1, half_hours.SLOTS_PER_DAY + 1):
        of_slot = {quality: n for (found, quality), n in counts.items() if found == slot}
        expected = sum(of_slot.values()) - of_slot.get(Quality.HELD, 0)
        arrived = of_slot.get(Quality.MEASURED, 0) + of_slot.get(Quality.EXCHANGED, 0)
        low.append(arrived * 100 < expected * FULL_PERCENT)
    return {"strip": low, "low_spans": _spans(low)}


def _spans(low: Sequence[bool]) -> list[str]:
    spans = []
    for is_low, together in groupby(enumerate(low, start=1), key=lambda item: item[1]):
        slots = [slot for slot, _is_low in together]
        if is_low:
            spans.append(presentation.slot_span(slots[0], slots[-1]))
    return spans
