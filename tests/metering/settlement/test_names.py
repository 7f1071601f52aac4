"""Names become numbers the same way however they come: in runs, rising, falling, few or strange."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from metering.settlement.names import Names

NAMES = st.lists(st.text("0123456789AB", min_size=1, max_size=4), max_size=60)


@given(known=NAMES, asked=NAMES, repeat=st.integers(1, 5), is_sorted=st.booleans())
def test_every_name_gets_its_place_in_the_sorted_list(
    known: list[str], asked: list[str], repeat: int, is_sorted: bool
) -> None:
    names = Names.of(pl.Series(known, dtype=pl.String))
    places = {name: place for place, name in enumerate(sorted(set(known)))}
    wanted = [name for name in (sorted(asked) if is_sorted else asked) for _ in range(repeat)]

    numbers = names.numbers(pl.Series(wanted, dtype=pl.String))

    assert numbers.to_list() == [places.get(name) for name in wanted]
    assert names.all.to_list() == sorted(places)


def test_long_files_in_order_of_delivery_are_merged_segment_by_segment() -> None:
    names = Names.of(pl.Series([f"{number:05d}" for number in range(0, 40_000, 2)]))
    instant = [f"{number:05d}" for number in range(30_000)]
    numbers = names.numbers(pl.Series(instant * 3))
    expected = [number // 2 if number % 2 == 0 else None for number in range(30_000)]
    assert numbers.to_list() == expected * 3


def test_nulls_and_no_names_at_all_have_no_number() -> None:
    assert Names.of(pl.Series(["a"])).numbers(pl.Series([None, "a", None])).to_list() == [
        None,
        0,
        None,
    ]
    nothing = Names.of(pl.Series([], dtype=pl.String))
    assert nothing.numbers(pl.Series(["a", "b"])).to_list() == [None, None]
    assert nothing.numbers(pl.Series([], dtype=pl.String)).to_list() == []
