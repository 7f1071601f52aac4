"""Runs of the settlement: what was calculated when, from what, with which outcome. For the operator's staff alone."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from metering.domain.findings import Code
from metering.domain.quality import STRENGTH, Quality
from metering.models import RunState, SettlementRun
from metering.selectors import run_lists
from metering.views import words
from portal.accounts.actors import Action, actor_of, may
from portal.jobs.models import JobState
from portal.jobs.views import STOP_POLLING
from portal.timekeeping import clock

PER_PAGE = 30


def operators_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Others are told that there is nothing here: that a run exists is no business of theirs (decisions 28)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may(actor_of(request), Action.SEE_RUNS):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@operators_only
def run_list(request: HttpRequest) -> HttpResponse:
    """All runs, newest first."""
    at = clock.now()
    stage, state = request.GET.get("stage", ""), request.GET.get("state", "")
    found = run_lists.listed(
        stage=stage if stage in words.STAGE else "", state=state if state in RunState.values else ""
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    chosen = {key: value for key, value in (("stage", stage), ("state", state)) if value}
    context = {
        "page": page,
        "pages": list(page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)),
        "rows": [described(run, at) for run in page],
        "chosen": chosen,
        "query": urlencode(chosen) + "&" if chosen else "",
        "stage_choices": list(words.STAGE.items()),
        "state_choices": [(state.value, word) for state, word in words.RUN_STATE.items()],
    }
    return render(request, "metering/runs.html", context)


@operators_only
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """One run with everything it was made from and made."""
    found = _found(run_id)
    return render(request, "metering/run.html", _page(found, request.GET.get("day", "")))


@operators_only
def progress(request: HttpRequest, run_id: int) -> HttpResponse:
    """The part of the page that changes while the run is calculated; polling ends with the run."""
    found = _found(run_id)
    context = {"run": described(found, clock.now()), "jobs": _jobs(found)}
    status = 200 if found.state == RunState.CALCULATING else STOP_POLLING
    return render(request, "metering/run_progress.html", context, status=status)


def _found(run_id: int) -> SettlementRun:
    return get_object_or_404(run_lists.listed(), pk=run_id)


def _page(found: SettlementRun, day: str) -> dict[str, Any]:
    days = run_lists.days_of(found)
    present = [quality for quality in STRENGTH if any(one["quality"][quality] for one in days)]
    for one in days:
        one["slots"] = [one["quality"][quality] for quality in present]
        one["address"] = f"?day={one['day'].isoformat()}#parts"
    chosen = _day(day)
    return {
        "run": described(found, clock.now()),
        "jobs": _jobs(found),
        "qualities": qualities(found.counts),
        "findings": findings(found.counts),
        "days": days,
        "most_points": max((one["points"] for one in days), default=0),
        "present": [
            {"number": int(quality), "word": words.QUALITY[quality]} for quality in present
        ],
        "chosen_day": chosen,
        "parts": list(run_lists.parts_of(found, chosen)) if chosen else [],
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def described(found: SettlementRun, at: Any) -> dict[str, Any]:
    """A run as lists and its page show it."""
    state = RunState(found.state)
    ended_at = found.calculated_at or (at if state is RunState.CALCULATING else None)
    took = ended_at - found.planned_at if ended_at else None
    counts = {int(key): value for key, value in found.counts.get("quality", {}).items()}
    return {
        "run": found,
        "publication": getattr(found, "publication", None),
        "stage": words.STAGE[found.stage],
        "mark": words.RUN_STATE_MARK[state],
        "state": words.RUN_STATE[state],
        "is_open": state is RunState.CALCULATING,
        "took": took,
        "rate": _rate(found, took),
        "slots": sum(counts.values()),
        "measured": counts.get(Quality.MEASURED, 0) + counts.get(Quality.EXCHANGED, 0),
        "missing": counts.get(Quality.MISSING, 0),
        "held": counts.get(Quality.HELD, 0),
        "shares": shares(counts),
        "part_count": found.part_count,  # type: ignore[attr-defined]
        "part_done": found.part_done,  # type: ignore[attr-defined]
    }


def _rate(found: SettlementRun, took: timedelta | None) -> int | None:
    """Rows read per second, over the whole of the run's time."""
    rows = found.counts.get("rows_read")
    milliseconds = took // timedelta(milliseconds=1) if took and found.calculated_at else 0
    return rows * 1000 // milliseconds if rows and milliseconds > 0 else None


def shares(counts: dict[int, int]) -> dict[str, Any] | None:
    """A bar of qualities, strongest first: offsets and widths in tenths of a percent, and the words below it."""
    whole = sum(counts.values())
    if not whole:
        return None
    present = [quality for quality in STRENGTH if counts.get(quality)]
    widths = [
        max(counts[quality] * 1000 // whole, 6) for quality in present
    ]  # a sliver stays visible
    widths[0] += 1000 - sum(widths)
    bars, start = [], 0
    for quality, width in zip(present, widths, strict=True):
        bars.append({"number": int(quality), "x": _percent(start), "width": _percent(width)})
        start += width
    named = [
        {"number": int(quality), "word": words.QUALITY[quality], "slots": counts[quality]}
        for quality in present
    ]
    return {"bars": bars, "words": named, "whole": whole}


def _percent(tenths: int) -> str:
    return f"{tenths // 10}.{tenths % 10}%"


def qualities(counts: dict[str, Any]) -> list[dict[str, Any]]:
    """Every quality with its number of slots, in order of strength."""
    found = {int(key): value for key, value in counts.get("quality", {}).items()}
    return [
        {
            "number": int(quality),
            "word": words.QUALITY[quality],
            "slots": found.get(int(quality), 0),
        }
        for quality in sorted(Quality)
    ]


def findings(counts: dict[str, Any]) -> list[dict[str, Any]]:
    """Findings by code, most frequent first."""
    found = counts.get("findings", {})
    listed = [
        {"code": code, "word": words.FINDING[Code(code)], "number": number}
        for code, number in found.items()
    ]
    return sorted(listed, key=lambda one: (-one["number"], one["code"]))


def _jobs(found: SettlementRun) -> dict[str, int]:
    states = run_lists.job_states(found)
    return {
        "waiting": states[JobState.QUEUED],
        "running": states[JobState.RUNNING],
        "failed": states[JobState.FAILED],
    }
