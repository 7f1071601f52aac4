"""Text becomes whole Wh and naive JST exactly, or nothing: no rounding, no guessing."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metering.settlement.expressions import parsing


def read(expression, *values: str | None) -> list:
    return (
        pl.DataFrame({"text": list(values)}, schema={"text": pl.String})
        .select(expression(pl.col("text")))["text"]
        .to_list()
        if values
        else []
    )


@pytest.mark.parametrize(
    ("text", "wh"),
    [
        ("0", 0),
        ("0.000", 0),
        ("1", 1_000),
        ("1.5", 1_500),
        ("99999.999", 99_999_999),
        ("100000.000", 100_000_000),  # out of range: a finding of the settlement, not of the parser
        ("-0.001", -1),
        ("0012.34", 12_340),
        ("999999999999.999", 999_999_999_999_999),
    ],
)
def test_kwh_become_whole_wh(text: str, wh: int) -> None:
    assert read(parsing.wh, text) == [wh]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3.0001",
        "1e3",
        "1,000",
        " 5",
        "5 ",
        "+5",
        ".5",
        "5.",
        "１２",
        "NaN",
        "inf",
        "0x10",
        "--1",
        "1\n",
        "٣",
        "1234567890123",
    ],
)
def test_anything_else_is_no_number(text: str) -> None:
    assert read(parsing.wh, text) == [None]


@given(
    st.decimals(
        min_value=-(10**12) + 1,
        max_value=10**12 - 1,
        places=3,
        allow_nan=False,
        allow_infinity=False,
    )
)
def test_every_number_of_three_decimals_is_read_exactly(value: Decimal) -> None:
    assert read(parsing.wh, f"{value:.3f}") == [int(value * 1000)]


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("2026-11-01T00:30+09:00", datetime(2026, 11, 1, 0, 30)),
        ("2026-11-01T00:30", datetime(2026, 11, 1, 0, 30)),
        ("2026-10-31T15:30Z", datetime(2026, 11, 1, 0, 30)),
        ("2026-10-31T15:30+00:00", datetime(2026, 11, 1, 0, 30)),
        ("2026-10-31T08:30-07:00", datetime(2026, 11, 1, 0, 30)),
        ("2026-10-31T21:00+05:30", datetime(2026, 11, 1, 0, 30)),
        ("2026-11-01T10:12", datetime(2026, 11, 1, 10, 12)),
    ],
)
def test_instants_become_naive_jst(text: str, local: datetime) -> None:
    assert read(parsing.instant, text) == [local]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-01",
        "2026-11-01T00:30:00",
        "2026-11-01T00:30:00+09:00",
        "2026-11-01 00:30",
        "2026/11/01T00:30",
        "2026-02-30T00:00",
        "2026-11-01T24:00",
        "2026-11-01T00:60",
        "2026-11-01T00:30+0900",
        "2026-11-01T00:30+24:00",
        "2026-11-01T00:30 +09:00",
        "２０２６-11-01T00:30",
        "1e3",
    ],
)
def test_anything_else_is_no_instant(text: str) -> None:
    assert read(parsing.instant, text) == [None]


@given(
    st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30)).map(
        lambda at: at.replace(second=0, microsecond=0)
    ),
    st.integers(-23 * 60, 23 * 60),
)
def test_every_offset_names_the_same_instant(local: datetime, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    size = abs(minutes)
    text = f"{local:%Y-%m-%dT%H:%M}{'-' if minutes < 0 else '+'}{size // 60:02d}:{size % 60:02d}"

    [read_at] = read(parsing.instant, text)

    assert read_at.replace(tzinfo=timezone(timedelta(hours=9))).astimezone(UTC) == local.replace(
        tzinfo=zone
    )


def test_days_slots_and_directions() -> None:
    assert read(parsing.day, "2026-11-01", "2026-02-30", "20261101", "") == [
        date(2026, 11, 1),
        None,
        None,
        None,
    ]
    assert read(parsing.whole, "1", "048", "-1", "1.0", "", "４") == [1, 48, None, None, None, None]
    assert read(parsing.direction, "0", "1", "2", "01", "", "０") == [0, 1, None, None, None, None]
    assert read(parsing.text, "a", "", " ") == ["a", None, " "]


def test_boundaries_follow_the_length_of_a_slot() -> None:
    at = pl.DataFrame({"text": [datetime(2026, 11, 1, 0, m) for m in (0, 15, 30, 31)]})

    assert at.select(parsing.on_boundary(pl.col("text")))["text"].to_list() == [
        True,
        False,
        True,
        False,
    ]
    assert at.select(parsing.on_boundary(pl.col("text"), 15))["text"].to_list() == [
        True,
        True,
        True,
        False,
    ]


def test_zoned_parquet_times_become_naive_jst() -> None:
    zoned = pl.DataFrame({"text": [datetime(2026, 10, 31, 15, 30, tzinfo=UTC)]})

    local = zoned.select(parsing.naive_jst(pl.col("text"), zoned.schema["text"]))["text"]

    assert local.to_list() == [datetime(2026, 11, 1, 0, 30)]
    assert local.dtype == pl.Datetime("us")
