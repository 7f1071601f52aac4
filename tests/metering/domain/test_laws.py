"""What holds for every settlement, by the reference (house.md 3.3: laws)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from metering.domain import reference
from metering.domain.gaps import slot_start
from metering.domain.points import ServicePattern
from metering.domain.quality import Quality
from metering.domain.rows import Inputs, ServicePeriod
from metering.domain.rules import Rules
from tests.one_point import NUMBER, PREMISES, reading, settle
from tests.strategies import Case, cases

RULES = Rules()


def settled(case: Case, inputs: Inputs | None = None) -> reference.Results:
    return reference.settle(inputs or case.inputs, **case.arguments)


def twice(inputs: Inputs) -> Inputs:
    """The same delivery again; the register is no delivery."""
    kinds = ("readings", "exchanges", "gapfill", "baselines", "smart_meter", "holds")
    return replace(inputs, **{kind: getattr(inputs, kind) * 2 for kind in kinds})


@given(cases())
def test_twice_is_once(case: Case) -> None:
    assert settled(case, twice(case.inputs)) == settled(case)


@given(cases(), st.randoms(use_true_random=False))
def test_order_is_irrelevant_where_no_instant_is_delivered_twice(
    case: Case, random: Random
) -> None:
    once = list(
        {(r.device_point_number, r.direction, r.read_at): r for r in case.inputs.readings}.values()
    )
    shuffled = random.sample(once, len(once))
    before = settled(case, replace(case.inputs, readings=once))
    assert settled(case, replace(case.inputs, readings=shuffled)) == before


@given(cases())
def test_every_slot_in_service_appears_exactly_once(case: Case) -> None:
    rows = settled(case).energy
    keys = [(row.device_point_number, row.direction, row.day, row.slot) for row in rows]
    assert keys == sorted(set(keys))
    days = case.last_day - case.first_day + timedelta(days=1)
    starts = [
        datetime.combine(case.first_day, datetime.min.time()) + timedelta(minutes=minute)
        for minute in range(0, days.days * 1440, case.rules.slot_minutes)
    ]
    expected = {
        (period.device_point_number, direction, start)
        for period in case.inputs.register
        for direction in period.settled_directions
        for start in starts
        if _is_served(period, start)
    }
    found = {(n, direction, slot_start(day, slot, case.rules)) for n, direction, day, slot in keys}
    assert found == expected


def _is_served(period: ServicePeriod, start: datetime) -> bool:
    return period.starts_at <= start and (period.ends_at is None or start < period.ends_at)


@given(cases())
def test_days_settled_apart_are_the_days_settled_together(case: Case) -> None:
    days = (date(2026, 11, 1), date(2026, 11, 2))
    apart = [settled(replace(case, first_day=day, last_day=day)) for day in days]
    together = settled(replace(case, first_day=days[0], last_day=days[1]))
    energy = [row for results in apart for row in results.energy]
    sites = [row for results in apart for row in results.sites]
    assert sorted(energy, key=reference.energy_order) == together.energy
    assert sorted(sites, key=lambda row: (row.premises_number, row.day, row.slot)) == together.sites


@given(cases(stages=("provisional",)))
def test_what_is_shown_provisionally_stays_in_the_final_run(case: Case) -> None:
    final = settled(replace(case, stage="final"))
    for before, after in zip(settled(case).energy, final.energy, strict=True):
        assert before == after or before.quality == Quality.MISSING


@given(cases())
def test_a_hold_is_never_filled(case: Case) -> None:
    for row in settled(case).energy:
        start = slot_start(row.day, row.slot, case.rules)
        holds = (h for h in case.inputs.holds if h.device_point_number == row.device_point_number)
        is_held = any(hold.covers(start) for hold in holds)
        assert is_held == (row.quality == Quality.HELD)
        assert not (is_held and row.energy_wh is not None)


@given(cases())
def test_pattern_2_has_measured_energy_or_none_and_pattern_1_no_provided_digits(case: Case) -> None:
    for period in case.inputs.register:
        alone = replace(case.inputs, register=[period])
        for row in settled(case, alone).energy:
            if period.pattern == ServicePattern.BALANCING:
                assert row.provided_100wh is None
            else:
                assert (row.energy_wh is None) == (row.provided_100wh is None)
                assert row.quality in {
                    Quality.MEASURED,
                    Quality.EXCHANGED,
                    Quality.HELD,
                    Quality.MISSING,
                }


@given(
    steps=st.lists(st.integers(0, 3_600), min_size=1, max_size=48),
    start=st.integers(0, RULES.modulus_wh - 1),
    lost=st.sets(st.integers(1, 47)),
)
def test_energy_is_conserved_whatever_is_lost_between(
    steps: list[int], start: int, lost: set[int]
) -> None:
    registers = [start]
    for step in steps:
        registers.append((registers[-1] + step) % RULES.modulus_wh)
    midnight = datetime(2026, 11, 2)
    times = [midnight + timedelta(minutes=30) * index for index in range(len(registers))]
    kept = [index for index in range(len(registers)) if index not in lost - {len(steps)}]
    period = ServicePeriod(
        device_point_number=NUMBER,
        premises_number=PREMISES,
        pattern=1,
        directions="0",
        rated_w=6_000,
        starts_at=midnight,
        ends_at=times[-1],
    )
    results = settle(
        period, readings=[reading(times[index].isoformat(), registers[index]) for index in kept]
    )
    assert sum(row.energy_wh or 0 for row in results.energy) == sum(steps)
