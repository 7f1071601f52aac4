"""What cannot be read at all is refused with file, row and column, and changes nothing; an odd row is set aside alone."""

import gzip
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from metering.models import Delivery, DevicePoint, MeterExchange, QuarantinedRow, StorePart
from metering.settlement.schemas import READINGS
from portal.errors import Invalid
from portal.journal.models import Entry
from tests.factories.metering import make_device_point
from tests.metering.readings import stored
from tests.metering.readings.conftest import HEADER, TakeIn, Write

POINT = "0390000000000000000011"
GOOD = f"{POINT},0,2026-11-01T00:30+09:00,1.500,,"
WIDE = ",".join(f"c{n}" for n in range(23))


def parquet(path: Path, frame: pl.DataFrame) -> bytes:
    frame.write_parquet(path)
    return path.read_bytes()


def some_readings() -> pl.DataFrame:
    row = (POINT, 0, datetime(2026, 11, 1, 0, 30), 1_500, None, None)
    return pl.DataFrame([row] * 1_000, schema=READINGS, orient="row")


REFUSED = {
    "empty": (b"", "E-FILE-01", "row 1"),
    "only a mark": (b"\xef\xbb\xbf", "E-FILE-01", "row 1"),
    "blank lines": (b"\n\n\n", "E-FILE-01", "row 1"),
    "other header": (f"a,b,c\n{GOOD}\n".encode(), "E-FILE-02", "column device_point_number"),
    "no header": (f"{GOOD}\n{GOOD}\n".encode(), "E-FILE-02", "row 1"),
    "23 columns": (f"{WIDE}\n{GOOD}\n".encode(), "E-FILE-02", "row 1"),
    "a column too few": (HEADER.removesuffix(",status").encode(), "E-FILE-02", "column status"),
    "a column twice": (f"{HEADER},status\n".encode(), "E-FILE-02", "column status"),
    "full-width header": (HEADER.replace("d", "ｄ").encode(), "E-FILE-02", "row 1"),
    "semicolons": (HEADER.replace(",", ";").encode(), "E-FILE-02", "row 1"),
    "UTF-16": (f"{HEADER}\n{GOOD}\n".encode("utf-16"), "E-FILE-03", "row 1"),
    "CP932": (f"{HEADER}\n{GOOD}\n{GOOD}停電\n".encode("cp932"), "E-FILE-03", "row 3, column status"),
    "cut in a letter": (f"{HEADER}\n{GOOD}停電".encode()[:-1], "E-FILE-03", "row 2, column status"),
    "surrogates": (f"{HEADER}\n{GOOD}".encode() + b"\xed\xa0\x80", "E-FILE-03", "row 2"),
    "a zero byte": (f"{HEADER}\n{GOOD}\n{POINT},0\0".encode(), "E-FILE-03", "row 3, column direction"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" * 50, "E-FILE-03", "row 1"),
    "a zip": (b"PK\x03\x04\x14\0\0\0\x08\0" * 50, "E-FILE-03", "row 1"),
    "cut gzip": (gzip.compress(f"{HEADER}\n{GOOD}\n".encode() * 50)[:-20], "E-FILE-05", ""),
    "wrong sum of gzip": (gzip.compress(HEADER.encode())[:-8] + b"\0" * 8, "E-FILE-05", ""),
    "odd gzip": (b"\x1f\x8b" + b"\xff" * 90, "E-FILE-05", ""),
    "not really Parquet": (b"PAR1" + b"\0" * 90 + b"PAR1", "E-FILE-06", ""),
    "Parquet magic alone": (b"PAR1", "E-FILE-06", ""),
}  # fmt: skip


@pytest.fixture(autouse=True)
def known_point(db: None) -> DevicePoint:
    return make_device_point(number=POINT)


def nothing_changed() -> bool:
    tables = (Delivery, StorePart, QuarantinedRow, MeterExchange, Entry)
    return not any(table.objects.exists() for table in tables)


@pytest.mark.parametrize("case", REFUSED)
def test_an_unreadable_file_is_refused_with_its_place_and_changes_nothing(
    case: str, take_in: TakeIn, tmp_path: Path
) -> None:
    content, code, place = REFUSED[case]
    path = tmp_path / "from-outside.csv"
    path.write_bytes(content)

    with pytest.raises(Invalid) as refusal:
        take_in(path)

    assert refusal.value.code == code
    assert refusal.value.place.startswith("from-outside.csv")
    assert place in refusal.value.place
    assert refusal.value.message.ja
    assert refusal.value.message.en
    assert refusal.value.remedy
    assert nothing_changed()
    assert not [key for key in stored.files() if key.startswith("readings/")]


def test_a_row_that_does_not_end_is_refused(
    take_in: TakeIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metering.frames.received.BLOCK_BYTES", 1_000)
    monkeypatch.setattr("metering.frames.received.LONGEST_ROW", 1_000)
    path = tmp_path / "endless.csv"
    path.write_text(f"{HEADER}\n{GOOD}\n" + "0" * 5_000)

    with pytest.raises(Invalid, match=r"E-FILE-04: endless\.csv, row 3"):
        take_in(path)

    assert nothing_changed()


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9, 0.99])
def test_cut_parquet_is_refused(kept: float, take_in: TakeIn, tmp_path: Path) -> None:
    content = parquet(tmp_path / "whole", some_readings())
    path = tmp_path / "cut.parquet"
    path.write_bytes(content[: int(len(content) * kept)])

    with pytest.raises(Invalid, match=r"E-FILE-06: cut\.parquet"):
        take_in(path)

    assert nothing_changed()


def test_parquet_with_damaged_data_is_refused(take_in: TakeIn, tmp_path: Path) -> None:
    content = bytearray(parquet(tmp_path / "whole", some_readings()))
    content[4:90] = b"\0" * 86
    path = tmp_path / "damaged.parquet"
    path.write_bytes(content)

    with pytest.raises(Invalid, match="E-FILE-06"):
        take_in(path)

    assert nothing_changed()


@pytest.mark.parametrize(
    ("column", "dtype"),
    [
        ("register_kwh", pl.Float64),
        ("register_kwh", pl.Int64),  # whole kWh? whole Wh? nobody knows
        ("read_at", pl.String),
        ("direction", pl.String),
        ("read_at", pl.Date),
        ("direction", pl.Float32),
        ("device_point_number", pl.Int64),
        ("meter_id", pl.List(pl.String)),
    ],
)
def test_parquet_of_other_types_is_refused(
    column: str, dtype: pl.DataType, take_in: TakeIn, tmp_path: Path
) -> None:
    frame = some_readings()
    if column == "register_kwh":
        frame = frame.rename({"register_wh": "register_kwh"})
    path = tmp_path / "types.parquet"
    frame.with_columns(pl.lit(None).cast(dtype).alias(column)).write_parquet(path)

    with pytest.raises(Invalid, match=rf"E-FILE-07: types\.parquet, column {column}"):
        take_in(path)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (f"{POINT},0,2026-11-01T00:30,3.0001,,", "register_kwh", "E-ROW-07"),
        (f"{POINT},0,2026-11-01T00:30,１２.３,,", "register_kwh", "E-ROW-07"),
        (f"{POINT},0,2026-11-01T00:30,1e3,,", "register_kwh", "E-ROW-07"),
        (f"{POINT},0,2026-11-01T00:30,NaN,,", "register_kwh", "E-ROW-07"),
        (f"{POINT},0,2026-11-01T00:30, 1,,", "register_kwh", "E-ROW-07"),
        (f"{POINT},0,2026-11-01T00:30,=1+1,,", "register_kwh", "E-ROW-07"),
        (f"{POINT},0,2026-11-01T00:30:00,1,,", "read_at", "E-ROW-05"),
        (f"{POINT},0,2026-11-01T00:30:15+09:00,1,,", "read_at", "E-ROW-05"),
        (f"{POINT},0,2026-11-01 00:30,1,,", "read_at", "E-ROW-05"),
        (f"{POINT},0,2026-11-31T00:30,1,,", "read_at", "E-ROW-05"),
        (f"{POINT},0,,1,,", "read_at", "E-ROW-05"),
        (f"{POINT},0,2026-11-01T00:31,1,,", "read_at", "E-ROW-06"),
        (f"{POINT},0,1999-12-31T23:30,1,,", "read_at", "E-ROW-14"),
        (f"{POINT},0,9999-12-31T23:30-12:00,1,,", "read_at", "E-ROW-14"),
        (f"{POINT},2,2026-11-01T00:30,1,,", "direction", "E-ROW-04"),
        (f"{POINT},０,2026-11-01T00:30,1,,", "direction", "E-ROW-04"),
        (f"{POINT},,2026-11-01T00:30,1,,", "direction", "E-ROW-04"),
        (f"{POINT[:-1]},0,2026-11-01T00:30,1,,", "device_point_number", "E-ROW-02"),
        ("０３９００００００００００００００００００１１,0,2026-11-01T00:30,1,,", "device_point_number", "E-ROW-02"),
        (f"{POINT[:-1]}2,0,2026-11-01T00:30,1,,", "device_point_number", "E-ROW-03"),
        ("=HYPERLINK(1),0,2026-11-01T00:30,1,,", "device_point_number", "E-ROW-02"),
        (f"{POINT},0,2026-11-01T00:30,1,", "", "E-ROW-01"),
        (f"{POINT},0,2026-11-01T00:30,1,,,,", "", "E-ROW-01"),
        (f'{POINT},0,2026-11-01T00:30,1,,"open', "", "E-ROW-01"),
        (WIDE, "", "E-ROW-01"),
        ("short", "", "E-ROW-01"),
    ],
)  # fmt: skip
def test_an_odd_row_is_set_aside_and_its_fellows_are_taken(
    row: str, column: str, code: str, write: Write, take_in: TakeIn
) -> None:
    delivery = take_in(write(GOOD, row, GOOD.replace("00:30", "01:00")))

    assert (delivery.rows, delivery.accepted, delivery.quarantined) == (3, 2, 1)
    assert delivery.state == "partly"
    [odd] = delivery.quarantined_rows.all()
    assert (odd.row, odd.column, odd.code) == (3, column, code)
    assert odd.raw == row
    assert odd.text.ja
    assert odd.text.en
    assert stored.rows().height == 2


def test_the_first_odd_column_of_a_row_is_named(write: Write, take_in: TakeIn) -> None:
    delivery = take_in(write("x,7,never,much,,"))

    assert delivery.quarantined_rows.get().column == "device_point_number"


def test_a_long_odd_row_is_kept_short_and_without_zero_bytes(
    take_in: TakeIn, write: Write, tmp_path: Path
) -> None:
    delivery = take_in(write("x" * 100_000))
    frame = some_readings().head(1).with_columns(device_point_number=pl.lit("a\0b"))
    frame.write_parquet(tmp_path / "zero.parquet")
    other = take_in(tmp_path / "zero.parquet")

    assert len(delivery.quarantined_rows.get().raw) == 500
    assert other.quarantined_rows.get().raw.startswith("a␀b,0,2026-11-01")


def test_odd_values_of_parquet_are_set_aside_too(take_in: TakeIn, tmp_path: Path) -> None:
    at = datetime(2026, 11, 1, 0, 30)
    rows = [
        (POINT, 0, at, 1, None, None),
        (POINT, -1, at, 2, None, None),
        (POINT, 0, at.replace(second=1), 3, None, None),
        (POINT, 0, None, 4, None, None),
        (None, 0, at, 5, None, None),
        (POINT, 0, at, 2**63, None, None),
    ]
    schema = {**READINGS, "direction": pl.Int32, "register_wh": pl.UInt64}
    path = tmp_path / "odd.parquet"
    pl.DataFrame(rows, schema=schema, orient="row").write_parquet(path)

    delivery = take_in(path)

    assert [(q.row, q.code) for q in delivery.quarantined_rows.all()] == [
        (2, "E-ROW-04"),
        (3, "E-ROW-06"),
        (4, "E-ROW-05"),
        (5, "E-ROW-02"),
        (6, "E-ROW-07"),
    ]


@pytest.mark.parametrize(
    ("kind", "header", "rows", "codes"),
    [
        (
            "gapfill",
            "device_point_number,direction,kind,at,value_kwh",
            [
                f"{POINT},0,C,2026-11-01T00:30,5.000",
                f"{POINT},0,I,2026-11-01T00:30,0.500",
                f"{POINT},0,X,2026-11-01T00:30,5.000",
                f"{POINT},0,C,2026-11-01T00:30,",
            ],
            ["E-ROW-10", "E-ROW-07"],
        ),
        (
            "baselines",
            "device_point_number,direction,day,slot,energy_kwh",
            [
                f"{POINT},0,2026-11-01,48,5.000",
                f"{POINT},0,2026-11-01,49,5.000",
                f"{POINT},0,2026-11-01,0,5.000",
                f"{POINT},0,2026-11-32,1,5.000",
                f"{POINT},0,2026-11-01,1,",
                f"{POINT},0,1000-11-01,1,1.0",
            ],
            ["E-ROW-09", "E-ROW-09", "E-ROW-08", "E-ROW-07", "E-ROW-14"],
        ),
        (
            "smart_meter",
            "premises_number,day,slot,forward_kwh,reverse_kwh",
            [
                "{premises},2026-11-01,1,1.000,",
                "{premises},2026-11-01,2,,",
                "P-NOWHERE,2026-11-01,1,1.000,0.000",
                ",2026-11-01,1,1.000,0.000",
            ],
            ["E-ROW-11", "E-ROW-11"],
        ),
        (
            "exchanges",
            "device_point_number,direction,exchanged_at,old_meter_id,new_meter_id,"
            "old_register_kwh,new_register_kwh",
            [
                f"{POINT},0,2026-11-01T10:12,AA,BB,8765.910,0.012",
                f"{POINT},0,2026-11-01T10:12,,,,",
                f"{POINT},0,2026-11-01T10:12:30,AA,BB,1.0,1.0",
                f"{POINT},0,2026-11-01T10:12,AA,BB,100000.000,1.0",
                f"{POINT},0,2026-11-01T10:12,AA,BB,1.0,-0.001",
                f"{POINT},0,2026-11-01T10:12,AA,{'B' * 15},1.0,1.0",
            ],
            ["E-ROW-05", "E-ROW-13", "E-ROW-13", "E-ROW-12"],
        ),
    ],
)
def test_other_kinds_have_their_own_odd_rows(
    kind: str,
    header: str,
    rows: list[str],
    codes: list[str],
    known_point: DevicePoint,
    write: Write,
    take_in: TakeIn,
) -> None:
    lines = [row.format(premises=known_point.premises.number) for row in rows]

    delivery = take_in(write(*lines, header=header), kind)

    assert [odd.code for odd in delivery.quarantined_rows.order_by("row")] == codes
    assert delivery.accepted == len(rows) - len(codes)
    assert delivery.rows == delivery.accepted + delivery.quarantined


def test_a_large_file_of_nothing_but_odd_rows_adds_up(write: Write, take_in: TakeIn) -> None:
    delivery = take_in(write(*["odd"] * 5_001))

    assert (delivery.rows, delivery.accepted) == (5_001, 0)
    assert QuarantinedRow.objects.count() == 5_001
