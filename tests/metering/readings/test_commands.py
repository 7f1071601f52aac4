"""The commands say in both languages what happened, and end with 0, 1 or 2."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from metering.models import Delivery, DevicePoint, MeterExchange
from tests.factories.metering import make_device_point
from tests.metering.readings.conftest import Write

LATE = "0390000000000000000060"


def run(*arguments: object) -> int:
    """The exit code of a command."""
    try:
        call_command(*[str(argument) for argument in arguments])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_everything_in_is_zero(point: DevicePoint, write: Write, capsys) -> None:
    path = write(f"{point.number},0,2026-11-01T00:30,1.5,,")

    assert run("import_readings", path) == 0

    out = capsys.readouterr().out
    assert "1 行 rows = 1 取込 taken in + 0 隔離 set aside" in out


def test_the_same_file_again_is_zero_and_said(point: DevicePoint, write: Write, capsys) -> None:
    path = write(f"{point.number},0,2026-11-01T00:30,1.5,,")
    run("import_readings", path)
    capsys.readouterr()

    assert run("import_readings", path) == 0

    out = capsys.readouterr().out
    assert "変更なし" in out
    assert "unchanged" in out
    assert Delivery.objects.count() == 1


def test_rows_set_aside_are_one_with_their_reasons(
    point: DevicePoint, write: Write, capsys
) -> None:
    path = write(f"{point.number},0,2026-11-01T00:30,1.5,,", f"{LATE},0,2026-11-01T00:30,1,,", "x")

    assert run("import_readings", path) == 1

    out = capsys.readouterr().out
    assert "3 行 rows = 1 取込 taken in + 2 隔離 set aside" in out
    assert "E-ROW-03 × 1 (device_point_number row 3…): 登録されていない" in out
    assert "E-ROW-01 × 1 (row 4…)" in out


def test_a_refused_file_is_two_and_the_others_are_taken_in(
    point: DevicePoint, write: Write, tmp_path: Path, capsys
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_bytes(b"PAR1")
    good = write(f"{point.number},0,2026-11-01T00:30,1.5,,")

    assert run("import_readings", bad, tmp_path / "missing.csv", good) == 2

    told = capsys.readouterr()
    assert "E-FILE-06 bad.csv" in told.err
    assert "Parquet を読み取れません" in told.err
    assert "Send it again." in told.err
    assert "E-FILE-08 missing.csv" in told.err
    assert Delivery.objects.get().file_name == good.name


def test_other_kinds_are_named(point: DevicePoint, write: Write) -> None:
    header = (
        "device_point_number,direction,exchanged_at,old_meter_id,new_meter_id,"
        "old_register_kwh,new_register_kwh"
    )
    path = write(f"{point.number},0,2026-11-01T10:12,AA,BB,8765.910,0.012", header=header)

    assert run("import_frames", "--kind", "exchanges", path) == 0

    [exchange] = MeterExchange.objects.all()
    assert (exchange.old_register_wh, exchange.new_register_wh) == (8_765_910, 12)
    with pytest.raises(CommandError, match="invalid choice"):
        run("import_frames", "--kind", "readings", path)


def test_redriving_tells_what_is_left(point: DevicePoint, write: Write, capsys) -> None:
    run("import_readings", write(f"{LATE},0,2026-11-01T00:30,1,,", "x"))
    make_device_point(number=LATE)
    capsys.readouterr()

    assert run("redrive_quarantine") == 1

    out = capsys.readouterr().out
    assert "1 行を取込 rows taken up, 1 行が隔離中 still set aside" in out
    assert "E-ROW-01 × 1" in out
    with pytest.raises(CommandError, match="there is no delivery 999"):
        run("redrive_quarantine", "--delivery", "999")


def test_nothing_to_redrive_is_zero(db: None) -> None:
    assert run("redrive_quarantine") == 0


def test_the_inbox_is_emptied_once(
    own_folders: Path, point: DevicePoint, write: Write, capsys
) -> None:
    folder = own_folders / "inbox" / "readings"
    folder.mkdir(parents=True)
    write(f"{point.number},0,2026-11-01T00:30,1.5,,").rename(folder / "a.csv")
    (folder / "b.csv").write_text("?\n")

    assert run("watch_inbox") == 0

    told = capsys.readouterr()
    assert "a.csv: 受領" in told.out
    assert "E-FILE-02 b.csv, row 1" in told.err
