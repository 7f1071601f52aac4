"""Runs through the database: every part once, the same again for nothing, published by one row when something changed."""

from datetime import datetime
from pathlib import Path

import pytest

from metering.domain.rules import Rules
from metering.models import PartResult, Publication, RunPart, RunState, SettlementRun
from metering.services import settlement
from portal.actor import Actor
from portal.errors import Conflict, Invalid
from portal.jobs.models import Job, JobState
from portal.journal.models import Entry
from portal.parameters import services as parameters
from portal.timekeeping.half_hours import JST
from tests.metering.runs.conftest import (
    ACTOR,
    AT,
    DAY,
    NEXT_DAY,
    Settle,
    deliver,
    exported,
    results_of,
    work,
)

pytestmark = pytest.mark.db


def test_a_run_settles_every_part_and_is_published(points, settle: Settle):
    run = settle()
    assert run.state == RunState.CALCULATED
    assert run.counts["parts"] == 4
    assert run.counts["quality"] == {"0": 3 * 96}
    assert run.publication.published_at == AT
    assert len(run.identity) == 64


def test_the_same_again_calculates_and_publishes_nothing(points, settle: Settle):
    first, second = settle(), settle()
    assert second.state == RunState.UNCHANGED
    assert second.identity == first.identity
    assert second.counts["parts_reused"] == 4
    assert results_of(second) == results_of(first)
    assert Publication.objects.count() == 1


def test_a_longer_run_takes_over_what_a_shorter_one_calculated(points, settle: Settle):
    settle(DAY, DAY)
    assert settle(DAY, NEXT_DAY).counts["parts_reused"] == 2
    assert settle(NEXT_DAY, NEXT_DAY).state == RunState.UNCHANGED


def test_late_readings_calculate_only_the_parts_they_touch(points, settle: Settle, tmp_path: Path):
    first = settle()
    deliver(tmp_path / "late.csv", points[:1], slots=[10], extra_wh=50)
    second = settle()
    assert second.state == RunState.CALCULATED
    changed = [a != b for a, b in zip(results_of(first), results_of(second), strict=True)]
    assert sum(changed) == 1
    assert second.counts["parts_reused"] == 3
    assert Publication.objects.count() == 2


def test_readings_of_a_day_far_away_change_nothing(points, settle: Settle, tmp_path: Path):
    settle(DAY, DAY)
    deliver(tmp_path / "later.csv", points, slots=range(97, 120))
    assert settle(DAY, DAY).state == RunState.UNCHANGED


def test_days_in_the_wrong_order_are_refused(db):
    with pytest.raises(Invalid, match="E-RUN-01"):
        settlement.start(first_day=NEXT_DAY, last_day=DAY, stage="final", actor=ACTOR, at=AT)
    assert not SettlementRun.objects.exists()


def test_a_doubled_start_joins_the_open_run(points):
    runs = [
        settlement.start(first_day=DAY, last_day=DAY, stage="provisional", actor=ACTOR, at=AT)
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert RunPart.objects.count() == 2
    assert Job.objects.count() == 2


def test_without_publishing_nobody_sees_the_run(points, settle: Settle):
    run = settle(publishes=False)
    assert run.state == RunState.CALCULATED
    assert not Publication.objects.exists()
    settlement.publish(run=run, actor=ACTOR, at=AT)
    assert Publication.objects.get().run == run


def test_publishing_twice_is_publishing_once(points, settle: Settle):
    run = settle()
    assert settlement.publish(run=run, actor=ACTOR, at=AT) == run.publication
    assert Entry.objects.filter(verb="settlement.published").count() == 1


def test_an_open_run_cannot_be_published(points):
    run = settlement.start(first_day=DAY, last_day=DAY, stage="final", actor=ACTOR, at=AT)
    with pytest.raises(Conflict, match="E-RUN-02"):
        settlement.publish(run=run, actor=ACTOR, at=AT)


def test_closing_twice_publishes_once(points, settle: Settle):
    run = settle()
    for _ in range(2):
        settlement.close_if_complete(run=run, actor=ACTOR, at=AT)
    assert Publication.objects.count() == 1
    assert run.state == RunState.CALCULATED


def test_a_part_done_twice_keeps_its_first_result(points, settle: Settle):
    run = settle()
    before = results_of(run)
    settlement.calculate_part(run_id=run.pk, day=DAY, bucket=0, actor=ACTOR, at=AT)
    assert results_of(run) == before
    assert PartResult.objects.count() == 4


def test_a_run_cut_at_a_slot_holds_the_slots_before_it(points, settle: Settle, tmp_path: Path):
    until = datetime(2026, 11, 18, 10, 0, tzinfo=JST)
    run = settle(DAY, DAY, until=until)
    assert run.counts["slots"] == 3 * 20
    assert exported(DAY, tmp_path)["slot"].max() == 20


def test_a_parameter_counts_from_its_day_on(points, settle: Settle):
    first = settle()
    entered = parameters.enter(
        key="plausibility_percent",
        value=150,
        effective_from=NEXT_DAY,
        reason="test",
        actor=Actor(label="one", user_id=1),
        at=AT,
    )
    parameters.approve(value_id=entered.pk, actor=Actor(label="two", user_id=2), at=AT)
    second = settle()
    assert {day: Rules(**found).plausibility_percent for day, found in second.rules.items()} == {
        "2026-11-18": 120,
        "2026-11-19": 150,
    }
    assert second.identity != first.identity
    assert second.counts["parts_reused"] == 2


def test_a_failed_part_is_tried_again_when_the_run_is_asked_for_again(
    points, settle: Settle, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as broken:
        broken.setattr(settlement.frames, "settle_part", _accident)
        run = settle()
    assert run.state == RunState.CALCULATING
    assert Job.objects.filter(state=JobState.FAILED).count() == 4

    again = settle()

    assert again == run
    assert again.state == RunState.CALCULATED
    work()
    assert not Job.objects.exclude(state=JobState.DONE).exists()


def _accident(**_: object) -> None:
    raise MemoryError("out of memory")


def test_a_refusal_fails_the_run_with_its_reason(
    points, settle: Settle, monkeypatch: pytest.MonkeyPatch
):
    def refuse(**_: object) -> None:
        raise Invalid("E-TEST-01", settlement.Text(ja="だめ", en="no"))

    monkeypatch.setattr(settlement.frames, "settle_part", refuse)
    run = settle()
    assert run.state == RunState.FAILED
    assert "E-TEST-01" in run.failure
    assert not Publication.objects.exists()
