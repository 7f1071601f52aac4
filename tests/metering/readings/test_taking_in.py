"""A file is kept byte for byte, its good rows become parts of the store, and the same file again changes nothing."""

import gzip
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from metering.models import Delivery, DevicePoint, QuarantinedRow, StorePart
from metering.services import readings
from metering.settlement.schemas import READINGS
from portal.journal.models import Entry
from tests.metering.readings import stored
from tests.metering.readings.conftest import ACTOR, AT, TakeIn, Write

pytestmark = pytest.mark.db


def line(point: DevicePoint, at: str, kwh: str = "1.500", direction: int = 0) -> str:
    return f"{point.number},{direction},{at},{kwh},95BD447184D454,"


def test_good_rows_are_in_the_store_as_they_were_delivered(
    point: DevicePoint, write: Write, take_in: TakeIn
) -> None:
    delivery = take_in(
        write(
            line(point, "2026-11-01T00:30+09:00", "1.500"),
            line(point, "2026-11-01T00:30+09:00", "1.501"),
            f"{point.number},1,2026-11-01T01:00+09:00,,,power cut",
        )
    )

    assert (delivery.rows, delivery.accepted, delivery.quarantined) == (3, 3, 0)
    assert delivery.state == "taken"
    assert stored.rows().rows() == [
        (point.number, 0, datetime(2026, 11, 1, 0, 30), 1_500, "95BD447184D454", None),
        (point.number, 0, datetime(2026, 11, 1, 0, 30), 1_501, "95BD447184D454", None),
        (point.number, 1, datetime(2026, 11, 1, 1, 0), None, None, "power cut"),
    ]


def test_the_file_is_kept_byte_for_byte_under_its_digest(
    point: DevicePoint, write: Write, take_in: TakeIn, tmp_path: Path
) -> None:
    path = write(line(point, "2026-11-01T00:30"))

    delivery = take_in(path)

    assert stored.copy_of(delivery.raw_key, tmp_path) == path.read_bytes()
    assert delivery.digest in delivery.raw_key
    assert delivery.size == path.stat().st_size
    assert path.exists()  # the sender's file is not touched


def test_rows_are_parted_by_day_and_bucket(
    point: DevicePoint, other_point: DevicePoint, write: Write, take_in: TakeIn
) -> None:
    DevicePoint.objects.filter(pk=point.pk).update(bucket_key=1)
    DevicePoint.objects.filter(pk=other_point.pk).update(bucket_key=6)  # of four buckets: 2

    take_in(
        write(
            line(point, "2026-11-01T23:30"),
            line(other_point, "2026-11-01T23:30"),
            line(point, "2026-11-02T00:00"),
        )
    )

    parts = StorePart.objects.order_by("day", "bucket")
    assert [(p.day, p.bucket, p.rows) for p in parts] == [
        (date(2026, 11, 1), 1, 1),
        (date(2026, 11, 1), 2, 1),
        (date(2026, 11, 2), 1, 1),
    ]
    assert parts[0].key.startswith("readings/day=2026-11-01/bucket=01/")
    assert {(p.first_at, p.last_at) for p in parts.filter(bucket=2)} == {
        (AT.replace(day=1, hour=23, minute=30),) * 2
    }


def test_the_same_file_again_is_a_visible_no_op(
    point: DevicePoint, write: Write, take_in: TakeIn, tmp_path: Path
) -> None:
    first = take_in(write(line(point, "2026-11-01T00:30")))
    files = stored.files()

    again = take_in(write(line(point, "2026-11-01T00:30"), name="renamed.csv"))

    assert first.is_new
    assert not again.is_new
    assert again == first
    assert (Delivery.objects.count(), StorePart.objects.count()) == (1, 1)
    assert stored.files() == files
    assert list(Entry.objects.order_by("pk").values_list("verb", flat=True)) == [
        "delivery.taken_in",
        "delivery.unchanged",
    ]


def test_the_same_bytes_as_another_kind_are_another_delivery(
    point: DevicePoint, write: Write, take_in: TakeIn
) -> None:
    header = "device_point_number,direction,day,slot,energy_kwh"
    path = write(f"{point.number},0,2026-11-01,1,1.5", header=header)

    take_in(path, "baselines")
    with pytest.raises(Exception, match="E-FILE-02"):
        take_in(path, "readings")


def test_late_data_are_new_parts_of_old_days(
    point: DevicePoint, write: Write, take_in: TakeIn
) -> None:
    take_in(write(line(point, "2026-11-01T00:30", "1.0")))
    take_in(write(line(point, "2026-11-01T00:30", "2.0"), line(point, "2026-11-01T01:00", "3.0")))

    assert StorePart.objects.filter(day=date(2026, 11, 1)).count() == 2
    assert stored.rows()["register_wh"].to_list() == [1_000, 2_000, 3_000]  # the later file later


@pytest.mark.parametrize("form", ["csv.gz", "wh", "decimal", "text", "zoned"])
def test_every_form_of_the_contract_gives_the_same_rows(
    form: str, point: DevicePoint, take_in: TakeIn, tmp_path: Path
) -> None:
    frame = pl.DataFrame(
        [
            (point.number, 0, datetime(2026, 11, 1, 0, 30), 99_999_999, "95BD447184D454", None),
            (point.number, 1, datetime(2026, 11, 1, 1, 0), None, None, "no data"),
        ],
        schema=READINGS,
        orient="row",
    )
    kwh = pl.when(pl.col("register_wh").is_not_null()).then(pl.lit("99999.999"))
    path = tmp_path / "readings.dat"  # the content decides, not the name
    match form:
        case "csv.gz":
            text = (
                "device_point_number,direction,read_at,register_kwh,meter_id,status\r\n"
                f"{point.number},0,2026-10-31T15:30Z,99999.999,95BD447184D454,\r\n"
                f"{point.number},1,2026-11-01T01:00,,,no data"
            )
            path.write_bytes(gzip.compress(text.encode()))
        case "wh":
            frame.with_columns(pl.col("direction", "register_wh").cast(pl.Int32)).write_parquet(
                path
            )
        case "decimal":
            frame.with_columns(kwh.cast(pl.Decimal(9, 3)).alias("register_kwh")).drop(
                "register_wh"
            ).write_parquet(path)
        case "text":
            frame.with_columns(kwh.alias("register_kwh")).drop("register_wh").write_parquet(path)
        case "zoned":
            zoned = pl.col("read_at").dt.replace_time_zone("Asia/Tokyo").dt.convert_time_zone("UTC")
            frame.with_columns(zoned).write_parquet(path)

    delivery = take_in(path)

    assert (delivery.accepted, delivery.quarantined) == (2, 0)
    assert stored.rows().rows() == frame.rows()


def test_columns_may_come_in_any_order(point: DevicePoint, write: Write, take_in: TakeIn) -> None:
    header = "status,read_at,register_kwh,meter_id,direction,device_point_number"

    take_in(write(f",2026-11-01T00:30,1.5,,0,{point.number}", header=header))

    assert stored.rows().rows() == [
        (point.number, 0, datetime(2026, 11, 1, 0, 30), 1_500, None, None)
    ]


def test_a_byte_order_mark_and_quotes_do_no_harm(
    point: DevicePoint, take_in: TakeIn, tmp_path: Path
) -> None:
    path = tmp_path / "excel.csv"
    header = "device_point_number,direction,read_at,register_kwh,meter_id,status"
    row = f'"{point.number}",0,2026-11-01T00:30,"1.5",,"cut, then ""again"""'
    path.write_bytes(b"\xef\xbb\xbf" + f"{header}\r\n{row}\r\n\r\n".encode())

    delivery = take_in(path)

    assert (delivery.rows, delivery.accepted) == (1, 1)
    assert stored.rows()["status"].to_list() == ['cut, then "again"']


def test_a_file_with_a_header_alone_is_a_delivery_of_nothing(
    db: None, write: Write, take_in: TakeIn
) -> None:
    delivery = take_in(write())

    assert (delivery.rows, delivery.accepted, StorePart.objects.count()) == (0, 0, 0)


def test_what_a_row_says_is_for_the_settlement_to_judge(
    point: DevicePoint, write: Write, take_in: TakeIn
) -> None:
    """Status, range and foreign meters are findings, not quarantine (decisions 16)."""
    delivery = take_in(
        write(
            f"{point.number},0,2026-11-01T00:00,,,no data",
            f"{point.number},0,2026-11-01T00:30,,,",
            f"{point.number},0,2026-11-01T01:00,123456.789,,",
            f"{point.number},0,2026-11-01T01:30,-1.000,,",
            f"{point.number},0,2026-11-01T02:00,1.000,SOMEBODY-ELSES-METER,",
        )
    )

    assert (delivery.accepted, delivery.quarantined) == (5, 0)


def test_blocks_meet_in_one_part_in_the_order_of_the_file(
    point: DevicePoint, write: Write, take_in: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metering.frames.received.BLOCK_BYTES", 200)
    start = datetime(2026, 11, 1)
    rows = [
        line(point, f"{start + (n % 40) * timedelta(minutes=30):%Y-%m-%dT%H:%M}", f"{n}")
        for n in range(200)
    ]

    delivery = take_in(write(*rows, "half a row"))

    [part] = StorePart.objects.all()
    assert part.rows == delivery.accepted == 200
    found = stored.rows()
    assert found["read_at"].is_sorted()
    assert found.filter(read_at=start)["register_wh"].to_list() == [
        0,
        40_000,
        80_000,
        120_000,
        160_000,
    ]
    assert [(q.row, q.raw) for q in QuarantinedRow.objects.all()] == [(202, "half a row")]


def test_parquet_blocks_meet_too(
    point: DevicePoint, take_in: TakeIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metering.frames.received.BLOCK_ROWS", 7)
    frame = pl.DataFrame(
        [(point.number, 0, datetime(2026, 11, 1, 0, 30), n, None, None) for n in range(20)],
        schema=READINGS,
        orient="row",
    )
    path = tmp_path / "readings.parquet"
    frame.with_columns(
        pl.when(pl.col("register_wh") == 13)
        .then(pl.lit("x"))
        .otherwise("device_point_number")
        .alias("device_point_number")
    ).write_parquet(path)

    delivery = take_in(path)

    assert stored.rows()["register_wh"].to_list() == [n for n in range(20) if n != 13]
    assert [(q.row, q.column) for q in delivery.quarantined_rows.all()] == [
        (14, "device_point_number")
    ]


def test_taking_in_asks_the_database_a_few_questions_however_many_rows(
    point: DevicePoint, write: Write, django_assert_num_queries
) -> None:
    rows = [line(point, f"2026-11-{day:02d}T00:30") for day in range(1, 29)]
    path = write(*rows, *["odd"] * 30)

    # parameters (2), earlier delivery, registered points, savepoint begin and end, delivery, parts, rows set aside, journal
    with django_assert_num_queries(10):
        readings.take_in(path=path, kind="readings", actor=ACTOR, at=AT)


def test_an_unknown_path_is_refused(db: None, take_in: TakeIn, tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"E-FILE-08.*no-such\.csv"):
        take_in(tmp_path / "no-such.csv")
