"""A refused input names file, row and column, in both languages; nothing is skipped and nothing is guessed."""

import gzip
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from metering.domain.rules import Rules
from metering.settlement import tables
from metering.settlement.files import Source, refuse_overlaps
from metering.settlement.offline import Files, Job, settle_files
from metering.settlement.tables import Table
from portal.errors import Invalid

POINT = "0390000000000000000016"
GOOD = {
    "register": (
        "device_point_number,premises_number,retailer_code,pattern,directions,rated_kw,meter_id,service_from,service_to",
        f"{POINT},P1,91233,1,01,6.000,9A0001,2026-11-01T00:00+09:00,",
    ),
    "readings": (
        "device_point_number,direction,read_at,register_kwh,meter_id,status",
        f"{POINT},0,2026-11-01T00:30+09:00,12.345,9A0001,",
    ),
    "exchanges": (
        "device_point_number,direction,exchanged_at,old_meter_id,new_meter_id,old_register_kwh,new_register_kwh",
        f"{POINT},0,2026-11-01T10:12+09:00,9A0001,9A0002,12.400,0.012",
    ),
    "gapfill": (
        "device_point_number,direction,kind,at,value_kwh",
        f"{POINT},0,C,2026-11-01T00:30+09:00,12.345",
    ),
    "baselines": (
        "device_point_number,direction,day,slot,energy_kwh",
        f"{POINT},0,2026-11-01,1,0.500",
    ),
    "smart_meter": (
        "premises_number,day,slot,forward_kwh,reverse_kwh",
        "P1,2026-11-01,1,0.500,0.000",
    ),
    "holds": (
        "device_point_number,from,to,reason",
        f"{POINT},2026-11-01T00:00+09:00,2026-11-01T00:30+09:00,isolation",
    ),
}
TABLES: dict[str, Table] = {name: getattr(tables, name.upper()) for name in GOOD}


def changed(table: str, column: str, value: str) -> str:
    """The good file with a second row in which ``column`` is ``value``."""
    header, row = GOOD[table]
    fields = dict(zip(header.split(","), row.split(","), strict=True))
    fields[column] = value
    return "\n".join([header, row, ",".join(fields.values())]) + "\n"


def source(folder: Path, table: str, text: str | bytes, name: str = "") -> Source:
    path = folder / (name or f"{table}.csv")
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Source(path, TABLES[table], Rules())


def refusal(read: Callable[[], object]) -> Invalid:
    with pytest.raises(Invalid) as caught:
        read()
    error = caught.value
    assert error.message.ja
    assert error.message.en
    return error


@pytest.mark.parametrize("table", GOOD)
def test_good_files_are_read_in_their_schema(tmp_path: Path, table: str) -> None:
    frame = source(tmp_path, table, "\n".join(GOOD[table]) + "\n").frame()
    assert frame.schema == TABLES[table].schema
    assert frame.height == 1


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("register", "device_point_number", "039000000000000000001"),
        ("register", "device_point_number", ""),
        ("register", "device_point_number", "０390000000000000000016"),
        ("register", "premises_number", ""),
        ("register", "retailer_code", "9123"),
        ("register", "pattern", "3"),
        ("register", "pattern", "1.0"),
        ("register", "directions", "10"),
        ("register", "directions", "2"),
        ("register", "rated_kw", "0"),
        ("register", "rated_kw", "0.000"),
        ("register", "rated_kw", "-6"),
        ("register", "rated_kw", "6.0001"),
        ("register", "rated_kw", ""),
        ("register", "service_from", ""),
        ("register", "service_from", "2026-11-01T00:10+09:00"),
        ("register", "service_to", "2026-11-01T00:00+09:00"),
        ("register", "service_to", "2026-10-31T00:00+09:00"),
        ("readings", "direction", "2"),
        ("readings", "direction", ""),
        ("readings", "read_at", "2026-11-01T00:30:00+09:00"),
        ("readings", "read_at", "2026-11-01T00:31+09:00"),
        ("readings", "read_at", "2026-11-01T00:30+05:45"),
        ("readings", "read_at", "2026-02-30T00:30+09:00"),
        ("readings", "read_at", ""),
        ("readings", "register_kwh", "12.3456"),
        ("readings", "register_kwh", "1e3"),
        ("readings", "register_kwh", "12x"),
        ("readings", "register_kwh", "NaN"),
        ("exchanges", "exchanged_at", "2026-11-01T10:12:30+09:00"),
        ("exchanges", "old_register_kwh", "100000.000"),
        ("exchanges", "new_register_kwh", "-0.001"),
        ("gapfill", "kind", "X"),
        ("gapfill", "at", "2026-11-01T00:31"),
        ("gapfill", "value_kwh", ""),
        ("gapfill", "value_kwh", "1.2345"),
        ("baselines", "day", "2026-11-31"),
        ("baselines", "slot", "0"),
        ("baselines", "slot", "49"),
        ("baselines", "energy_kwh", ""),
        ("smart_meter", "premises_number", ""),
        ("smart_meter", "slot", "x"),
        ("smart_meter", "forward_kwh", "0.0001"),
        ("holds", "from", "2026-11-01T00:12+09:00"),
        ("holds", "to", "2026-10-31T00:00+09:00"),
    ],
)
def test_a_wrong_value_names_file_row_and_column(
    tmp_path: Path, table: str, column: str, value: str
) -> None:
    error = refusal(source(tmp_path, table, changed(table, column, value)).frame)
    assert error.code == "E-INPUT-05"
    assert error.place == f"{table}.csv, row 3, column {column}"


@pytest.mark.parametrize(
    ("table", "column", "value", "target", "expected"),
    [
        ("readings", "register_kwh", "100000.000", "register_wh", 100_000_000),
        ("readings", "register_kwh", "-0.001", "register_wh", -1),
        ("readings", "register_kwh", "", "register_wh", None),
        ("readings", "register_kwh", "7", "register_wh", 7_000),
        ("readings", "meter_id", "", "meter_id", None),
        ("readings", "read_at", "2026-10-31T15:30Z", "read_at", datetime(2026, 11, 1, 0, 30)),
        ("readings", "read_at", "2026-11-01T00:30", "read_at", datetime(2026, 11, 1, 0, 30)),
        ("exchanges", "old_register_kwh", "", "old_register_wh", None),
        (
            "exchanges",
            "exchanged_at",
            "2026-11-01T10:07",
            "exchanged_at",
            datetime(2026, 11, 1, 10, 7),
        ),
        ("smart_meter", "reverse_kwh", "", "reverse_wh", None),
        ("holds", "to", "", "to", None),
    ],
)
def test_what_the_contract_allows_is_read_exactly(
    tmp_path: Path, table: str, column: str, value: str, target: str, expected: object
) -> None:
    frame = source(tmp_path, table, changed(table, column, value)).frame()
    assert frame[target][1] == expected


def test_pattern_2_without_the_forward_direction_is_refused(tmp_path: Path) -> None:
    text = changed("register", "pattern", "2").replace(",2,01,", ",2,1,")
    error = refusal(source(tmp_path, "register", text).frame)
    assert error.place == "register.csv, row 3, column directions"


@pytest.mark.parametrize(
    ("first", "second", "overlaps"),
    [
        ("2026-11-01T00:00,2026-11-02T00:00", "2026-11-02T00:00,", False),
        ("2026-11-02T00:00,", "2026-11-01T00:00,2026-11-02T00:00", False),
        ("2026-11-01T00:00,2026-11-02T00:30", "2026-11-02T00:00,", True),
        ("2026-11-01T00:00,", "2026-11-02T00:00,", True),
    ],
)
def test_service_periods_may_touch_but_not_overlap(
    tmp_path: Path, first: str, second: str, overlaps: bool
) -> None:
    header, row = GOOD["register"]
    rows = [row.rsplit(",", 2)[0] + "," + period for period in (first, second)]
    register = source(tmp_path, "register", "\n".join([header, *rows]) + "\n")
    if overlaps:
        error = refusal(lambda: refuse_overlaps(register, register.frame()))
        assert error.place == "register.csv, row 3, column service_from"
    else:
        refuse_overlaps(register, register.frame())


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("", "E-INPUT-02", "readings.csv, row 1, column device_point_number"),
        ("a,b\n1,2\n", "E-INPUT-02", "readings.csv, row 1, column device_point_number"),
        (
            GOOD["readings"][0].replace("status", "state") + "\n",
            "E-INPUT-02",
            "readings.csv, row 1, column status",
        ),
        (GOOD["readings"][0] + ",more\n", "E-INPUT-02", "readings.csv, row 1, column more"),
        ("\n".join(GOOD["readings"]) + "\n1,2\n", "E-INPUT-04", "readings.csv, row 3, column -"),
        ("\n".join(GOOD["readings"]) + ",\n", "E-INPUT-04", "readings.csv, row 2, column -"),
        (
            "\n".join(GOOD["readings"]) + "\n\n" + GOOD["readings"][1],
            "E-INPUT-04",
            "readings.csv, row 3, column -",
        ),
        (
            "\n".join(GOOD["readings"]).encode() + b"\xe3\x81",
            "E-INPUT-01",
            "readings.csv, row -, column -",
        ),
        (
            "\n".join(GOOD["readings"]).replace("9A0001", "計器").encode("cp932"),
            "E-INPUT-01",
            "readings.csv, row -, column -",
        ),
    ],
)
def test_a_file_of_another_form_is_refused_whole(
    tmp_path: Path, text: str | bytes, code: str, place: str
) -> None:
    error = refusal(source(tmp_path, "readings", text).frame)
    assert (error.code, error.place) == (code, place)


def test_quotes_line_ends_and_a_byte_order_mark_are_read_as_csv_means_them(tmp_path: Path) -> None:
    header, row = GOOD["holds"]
    quoted = row.replace("isolation", '"isolation, ""A"""')
    text = "\ufeff" + "\r\n".join([header, quoted, row]) + "\r\n"
    frame = source(tmp_path, "holds", text).frame()
    assert frame["reason"].to_list() == ['isolation, "A"', "isolation"]


def test_columns_may_come_in_any_order(tmp_path: Path) -> None:
    header, row = GOOD["readings"]
    turned = [",".join(reversed(line.split(","))) for line in (header, row)]
    frame = source(tmp_path, "readings", "\n".join(turned) + "\n").frame()
    assert frame.row(0)[:4] == (POINT, 0, datetime(2026, 11, 1, 0, 30), 12_345)


def test_gzip_is_read_and_a_torn_one_refused(tmp_path: Path) -> None:
    packed = gzip.compress(("\n".join(GOOD["readings"]) + "\n").encode())
    assert source(tmp_path, "readings", packed, "readings.csv.gz").frame().height == 1
    torn = source(tmp_path, "readings", packed[:-20], "torn.csv.gz")
    assert refusal(torn.frame).code == "E-INPUT-01"


def parquet(folder: Path, **columns: pl.Series) -> Source:
    """The good reading as Parquet with some columns exchanged; None leaves one out."""
    frame = pl.DataFrame(
        {
            "device_point_number": [POINT],
            "direction": [0],
            "read_at": [datetime(2026, 11, 1, 0, 30)],
            "register_wh": [12_345],
            "meter_id": ["9A0001"],
            "status": [None],
        }
    )
    given = {name: values for name, values in columns.items() if values is not None}
    frame = frame.drop(name for name, values in columns.items() if values is None)
    path = folder / "readings.parquet"
    frame.with_columns(**given).write_parquet(path)
    return Source(path, tables.READINGS, Rules())


@pytest.mark.parametrize(
    ("columns", "wh"),
    [
        ({}, 12_345),
        ({"register_wh": pl.Series([12_345], dtype=pl.Int32)}, 12_345),
        ({"register_wh": None, "register_kwh": pl.Series(["12.345"])}, 12_345),
        (
            {
                "register_wh": None,
                "register_kwh": pl.Series([Decimal("12.345")], dtype=pl.Decimal(12, 3)),
            },
            12_345,
        ),
        (
            {
                "register_wh": None,
                "register_kwh": pl.Series([Decimal("12.34500")], dtype=pl.Decimal(12, 5)),
            },
            12_345,
        ),
        ({"direction": pl.Series([0], dtype=pl.UInt8)}, 12_345),
        ({"read_at": pl.Series([datetime(2026, 10, 31, 15, 30, tzinfo=UTC)])}, 12_345),
        ({"device_point_number": pl.Series([POINT], dtype=pl.Categorical)}, 12_345),
    ],
)
def test_parquet_is_read_exactly(tmp_path: Path, columns: dict[str, pl.Series], wh: int) -> None:
    row = parquet(tmp_path, **columns).frame().row(0)
    assert row == (POINT, 0, datetime(2026, 11, 1, 0, 30), wh, "9A0001", None)


@pytest.mark.parametrize(
    ("columns", "code", "column"),
    [
        ({"register_wh": pl.Series([12.345])}, "E-INPUT-03", "register_wh"),
        ({"register_wh": None, "register_kwh": pl.Series([12.345])}, "E-INPUT-03", "register_kwh"),
        ({"register_kwh": pl.Series(["12.345"])}, "E-INPUT-02", "device_point_number"),
        ({"register_wh": None}, "E-INPUT-02", "register_kwh"),
        ({"more": pl.Series([1])}, "E-INPUT-02", "more"),
        ({"read_at": pl.Series(["2026-11-01T00:30"])}, "E-INPUT-03", "read_at"),
        ({"read_at": pl.Series([datetime(2026, 11, 1, 0, 31)])}, "E-INPUT-05", "read_at"),
        ({"read_at": pl.Series([datetime(2026, 11, 1, 0, 30, 0, 1)])}, "E-INPUT-05", "read_at"),
        (
            {"read_at": pl.Series([1_793_000_000_000_000_001]).cast(pl.Datetime("ns"))},
            "E-INPUT-05",
            "read_at",
        ),
        ({"direction": pl.Series([2])}, "E-INPUT-05", "direction"),
        ({"direction": pl.Series([-1])}, "E-INPUT-05", "direction"),
        ({"direction": pl.Series([None], dtype=pl.Int8)}, "E-INPUT-05", "direction"),
        (
            {"device_point_number": pl.Series([None], dtype=pl.String)},
            "E-INPUT-05",
            "device_point_number",
        ),
        (
            {"register_wh": None, "register_kwh": pl.Series(["12.3456"])},
            "E-INPUT-05",
            "register_kwh",
        ),
        (
            {"register_wh": None, "register_kwh": pl.Series([Decimal("12.3456")])},
            "E-INPUT-05",
            "register_kwh",
        ),
    ],
)
def test_parquet_of_another_form_is_refused(
    tmp_path: Path, columns: dict[str, pl.Series], code: str, column: str
) -> None:
    error = refusal(lambda: parquet(tmp_path, **columns).frame())
    assert (error.code, error.place) == (code, f"readings.parquet, row 1, column {column}")


def test_a_torn_parquet_file_is_refused(tmp_path: Path) -> None:
    source_ = parquet(tmp_path)
    source_.path.write_bytes(source_.path.read_bytes()[:-30])
    assert refusal(source_.frame).code == "E-INPUT-01"


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    missing = Source(tmp_path / "readings.csv", tables.READINGS, Rules())
    assert refusal(missing.frame).code == "E-INPUT-01"


def all_files(folder: Path, **texts: str) -> Files:
    """All good tables, some of them with another text."""
    paths = {
        name: source(folder, name, texts.get(name, "\n".join(GOOD[name]) + "\n")).path
        for name in GOOD
    }
    return Files(**(paths | {"readings": [paths["readings"]]}))


JOB = Job(first_day=date(2026, 11, 1), last_day=date(2026, 11, 1), stage="final")


@pytest.mark.parametrize("table", [*GOOD])
def test_a_refused_settlement_writes_nothing(tmp_path: Path, table: str) -> None:
    column = "forward_kwh" if table == "smart_meter" else GOOD[table][0].split(",")[0]
    value = "x.y" if table == "smart_meter" else "12"
    files = all_files(tmp_path, **{table: changed(table, column, value)})
    before = sorted(tmp_path.iterdir())
    error = refusal(lambda: settle_files(files, JOB, tmp_path / "out" / "deep"))
    assert error.place == f"{table}.csv, row 3, column {column}"
    assert sorted(tmp_path.iterdir()) == before


def test_a_refused_settlement_leaves_earlier_results_alone(tmp_path: Path) -> None:
    settle_files(all_files(tmp_path), JOB, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    files = all_files(tmp_path, readings=changed("readings", "direction", "7"))
    refusal(lambda: settle_files(files, JOB, tmp_path / "out"))
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before
