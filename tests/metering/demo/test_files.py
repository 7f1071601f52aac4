"""The files of the sample area: the same every time, complete but for what is meant to go wrong."""

import hashlib
from collections import Counter
from itertools import pairwise

import pytest

from metering.demo.world.rows import HEADERS, PER_DAY
from tests.metering.demo.worlds import (
    delivered,
    instant,
    morning_after,
    rows_of,
    small_area,
    wh,
    written,
)

AREA = small_area(points=120, days=10)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return written(AREA, tmp_path_factory.mktemp("demo"))


def digests(files):
    return [
        (delivery.path.name, hashlib.sha256(delivery.path.read_bytes()).hexdigest())
        for delivery in files.deliveries
    ]


def test_the_same_arguments_write_the_same_bytes(tmp_path):
    area = small_area(points=20, days=9)
    first, second = written(area, tmp_path / "one"), written(area, tmp_path / "two")

    assert digests(first) == digests(second)
    assert first.rows == second.rows


def test_another_seed_writes_other_bytes(tmp_path):
    one = written(small_area(points=20, days=3, seed=1), tmp_path / "one")
    other = written(small_area(points=20, days=3, seed=2), tmp_path / "two")

    assert not set(digests(one)) & set(digests(other))


def test_a_second_writing_leaves_nothing_of_an_earlier_one(tmp_path):
    written(small_area(points=20, days=9), tmp_path)
    again = written(small_area(points=20, days=2), tmp_path)

    assert {path.name for path in tmp_path.iterdir()} == {
        delivery.path.name for delivery in again.deliveries
    }


def test_files_arrive_in_order_and_none_after_the_sample(files):
    times = [delivery.delivered_at for delivery in files.deliveries]

    assert times == sorted(times)
    assert times[-1] <= morning_after(AREA)


def test_older_days_come_compressed_and_the_last_one_as_csv_with_half_hours_of_its_own(files):
    readings = [delivery.path for delivery in files.deliveries if delivery.kind == "readings"]
    last_day = [path for path in readings if path.name.startswith(f"readings-{AREA.until}")]

    assert len(last_day) == 7
    assert {path.suffix for path in last_day} == {".csv"}
    assert sum(path.suffix == ".gz" for path in readings) > 5


def test_every_file_has_the_header_of_its_kind_and_the_rows_are_counted(files):
    counted = Counter()
    for delivery in files.deliveries:
        rows = list(rows_of(delivery.path))
        counted[delivery.kind] += len(rows)
        assert ",".join(rows[0]) + "\n" == HEADERS[delivery.kind]
    assert counted == files.rows


def test_nobody_delivers_a_file_without_rows(tmp_path):
    lonely = written(small_area(points=1, days=2, seed=2), tmp_path)  # one point of pattern 2

    assert "baselines" not in lonely.rows
    assert {path.name for path in tmp_path.iterdir()} == {
        delivery.path.name for delivery in lonely.deliveries
    }


def test_a_point_without_trouble_is_read_at_every_instant_of_its_service(files):
    read = Counter()
    for row in delivered(files, "readings"):
        read[row["device_point_number"], row["direction"]] += 1
    whole = 0
    for home in AREA.homes:
        days = (AREA.until - home.service_from).days + 1
        for device in home.devices:
            if device.number in files.troubles:
                continue
            for direction in device.directions:
                assert read[device.number, direction] == days * PER_DAY + 1
                whole += 1
    assert whole > 40


def test_what_is_lost_stays_lost_and_what_is_collected_again_comes_later(files):
    first, later = set(), set()
    for delivery in files.deliveries:
        if delivery.kind == "readings" and "by-hand" not in delivery.path.name:
            into = later if "recollected" in delivery.path.name else first
            into |= {(row["device_point_number"], row["read_at"]) for row in rows_of(delivery.path)}
    lost = sum(len(trouble.lost) for trouble in files.troubles.values())

    assert later
    assert not first & later
    assert lost > 100


def test_readings_of_a_direction_go_up_modulo_eight_digits(files):
    device = next(device for device in AREA.devices if device.number not in files.troubles)
    shown = [
        wh(row["register_kwh"])
        for row in delivered(files, "readings")
        if row["device_point_number"] == device.number and row["direction"] == "0"
    ]

    assert all((b - a) % 100_000_000 <= device.rated_w // 2 for a, b in pairwise(shown))


def test_some_registers_pass_eight_digits(files):
    last = {}
    passed = 0
    for row in delivered(files, "readings"):
        key = row["device_point_number"], row["direction"]
        value = wh(row["register_kwh"])
        if value is None:
            continue
        passed += last.get(key, 0) > 99_000_000 and value < 1_000_000
        last[key] = value
    assert passed >= 2


def test_a_delivery_that_went_wrong_is_delivered_again_with_other_values(files):
    corrected = next(d for d in files.deliveries if "corrected" in d.path.name)
    right = {_key(row): row["register_kwh"] for row in rows_of(corrected.path)}
    wrong = {
        _key(row): row["register_kwh"] for row in delivered(files, "readings") if _key(row) in right
    }
    before = [
        row["register_kwh"]
        for delivery in files.deliveries
        if delivery.kind == "readings" and delivery < corrected
        for row in rows_of(delivery.path)
        if _key(row) in right and row["register_kwh"] != right[_key(row)]
    ]

    assert wrong == right  # the last delivery of every instant is the right one
    assert len(before) > 10


def test_one_file_holds_rows_that_break_one_rule_each(files):
    by_hand = next(d for d in files.deliveries if "by-hand" in d.path.name)
    rows = list(rows_of(by_hand.path))

    assert [row["register_kwh"] for row in rows[-2:]] == ["123.4567", "一二三"]
    assert rows[-4]["direction"] == "7"
    assert instant(rows[-3]["read_at"]).minute == 10


def test_exchanges_are_a_dozen_one_is_a_break_and_one_is_reported_late(files):
    rows = list(delivered(files, "exchanges"))

    assert len({row["device_point_number"] for row in rows}) == 12
    assert any(not row["old_register_kwh"] for row in rows)
    assert all(row["old_meter_id"] != row["new_meter_id"] for row in rows)
    assert files.deliveries[-1].delivered_at > next(
        d.delivered_at for d in files.deliveries if "reported-late" in d.path.name
    )


def test_gap_fills_name_points_of_pattern_1_only(files):
    balancing = {device.number for device in AREA.devices if device.is_balancing}
    rows = list(delivered(files, "gapfill"))

    assert {row["kind"] for row in rows} == {"C", "I"}
    assert {row["device_point_number"] for row in rows} <= balancing


def test_a_foreign_meter_answers_for_a_while(files):
    foreign = {row["meter_id"] for row in delivered(files, "readings")} - {
        meter for device in AREA.devices for meter in (device.meter_id, device.meter_id[:-2] + "02")
    }

    assert len(foreign) == 1


def _key(row):
    return row["device_point_number"], row["direction"], row["read_at"]
