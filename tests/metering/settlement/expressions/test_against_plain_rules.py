"""The expressions say the same as the plain rules: limits, wrapping, shares, digits, ranks, instants."""

import itertools
from datetime import date, datetime, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from metering.domain.distribution import even_shares
from metering.domain.energy import provided_units
from metering.domain.gaps import day_and_slot
from metering.domain.quality import STRENGTH, Quality, weakest
from metering.domain.registers import difference, is_register
from metering.domain.rules import Rules
from metering.settlement.expressions import instants, quality, registers, shares
from metering.settlement.steps.intervals import _steps

RULES = st.sampled_from([Rules(), Rules(slot_minutes=15), Rules(plausibility_percent=100)])
REGISTERS = st.lists(st.integers(0, 99_999_999), min_size=2, max_size=20)
TIMES = st.datetimes(datetime(1960, 1, 1), datetime(2200, 1, 1))


def value(expression: pl.Expr, **columns: object) -> object:
    return (
        pl.DataFrame({name: [column] for name, column in columns.items()}).select(expression).item()
    )


@given(rated_w=st.integers(1, 300_000_000), rules=RULES)
def test_limits_of_a_device(rated_w: int, rules: Rules) -> None:
    rated = pl.col("rated_w")
    assert value(registers.slot_cap_wh(rated, rules), rated_w=rated_w) == rules.slot_cap_wh(rated_w)
    assert value(registers.flat_max(rated, rules), rated_w=rated_w) == rules.flat_max_slots(rated_w)


@given(wh=st.one_of(st.none(), st.integers(-5, 5), st.integers(99_999_990, 100_000_010)))
def test_registers_have_eight_digits(wh: int | None) -> None:
    frame = pl.DataFrame({"wh": [wh]}, schema={"wh": pl.Int64})
    found = frame.select(registers.in_range(pl.col("wh"), Rules())).item()
    assert found == is_register(wh, rules=Rules())


@given(REGISTERS)
def test_steps_wrap_at_the_modulus(values: list[int]) -> None:
    rules = Rules()
    expected = [difference(a, b, rules=rules) for a, b in itertools.pairwise(values)]
    assert _steps(pl.Series(values), rules.modulus_wh).to_list() == [0, *expected]
    frame = pl.DataFrame({"carried_wh": values}).with_columns(registers.change_wh().alias("d"))
    wrapped = frame.select(registers.wrapped(pl.col("d"), rules.modulus_wh)).to_series()
    assert wrapped.to_list() == [None, *expected]


@given(REGISTERS)
def test_provided_digits_are_steps_of_the_shortened_register(values: list[int]) -> None:
    rules = Rules()
    short = pl.DataFrame({"v": values}).select(shares.shortened(pl.col("v"), rules)).to_series()
    expected = [provided_units(a, b, rules=rules) for a, b in itertools.pairwise(values)]
    assert _steps(short, 10**rules.provision_digits).to_list()[1:] == expected


@given(total=st.integers(0, 99_999_999), slots=st.integers(1, 200))
def test_even_shares(total: int, slots: int) -> None:
    frame = pl.DataFrame({"place": range(1, slots + 1)}).with_columns(total=total, slots=slots)
    share = shares.even_share(pl.col("total"), pl.col("slots"), pl.col("place"))
    assert frame.select(share).to_series().to_list() == even_shares(total, slots)


@given(st.lists(st.sampled_from(Quality), min_size=1, max_size=6))
def test_the_weakest_quality_has_the_highest_rank(qualities: list[Quality]) -> None:
    frame = pl.DataFrame({"q": [int(q) for q in qualities]}, schema={"q": pl.UInt8})
    ranks = frame.select(quality.rank(pl.col("q")))
    assert ranks.to_series().to_list() == [STRENGTH.index(q) for q in qualities]
    assert ranks.max().select(quality.of_rank(pl.col("quality"))).item() == weakest(qualities)


@given(at=TIMES, rules=RULES)
def test_instants_there_and_back(at: datetime, rules: Rules) -> None:
    step = timedelta(minutes=rules.slot_minutes)
    before = value(instants.moment(instants.instant(pl.col("at"), rules), rules), at=at)
    after = value(instants.moment(instants.next_instant(pl.col("at"), rules), rules), at=at)
    assert before <= at <= after
    assert (at - before, after - at) < (step, step)
    assert before in (after, after - step)


@given(
    lane=st.integers(0, 2**26),
    at=st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 31)).map(
        lambda at: at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0)
    ),
)
def test_lanes_never_touch(lane: int, at: datetime) -> None:
    rules = Rules()
    frame = pl.DataFrame({"lane": [lane], "at": [at]}).with_columns(
        instants.instant(pl.col("at"), rules)
    )
    key = frame.select(key=instants.key("lane", "at"))
    assert key.select(instants.lane_of(pl.col("key"))).item() == lane
    assert key.select(instants.instant_of(pl.col("key"))).item() == frame["at"].item()


@given(day=st.dates(date(1970, 1, 1), date(2200, 1, 1)), rules=RULES, data=st.data())
def test_slots_there_and_back(day: date, rules: Rules, data: st.DataObject) -> None:
    slot = data.draw(st.integers(1, rules.slots_per_day))
    end = value(instants.slot_end(pl.col("day"), pl.col("slot"), rules), day=day, slot=slot)
    assert isinstance(end, int)
    assert value(instants.day_of(pl.col("end"), rules), end=end) == day
    assert value(instants.slot_of(pl.col("end"), rules), end=end) == slot
    start = datetime.combine(day, datetime.min.time()) + timedelta(
        minutes=(slot - 1) * rules.slot_minutes
    )
    assert day_and_slot(start, rules) == (day, slot)
