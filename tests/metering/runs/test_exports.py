"""The published energy of a day as a file: whose it is, from which run, the same bytes every time."""

from datetime import date, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from metering.frames.exports import export_energy
from metering.models import ServicePeriod
from metering.settlement import schemas
from portal.errors import NotFound
from portal.timekeeping.half_hours import JST
from tests.factories.metering import make_service_period
from tests.factories.organizations import code_of, make_retailer
from tests.metering.runs.conftest import DAY, Settle, exported

pytestmark = pytest.mark.db


def test_every_slot_names_retailer_pattern_premises_and_run(points, settle: Settle, tmp_path: Path):
    run = settle()
    frame = exported(DAY, tmp_path)
    assert frame.columns == [*schemas.ENERGY, "retailer_code", "pattern", "premises_number", "run"]
    assert frame.height == 3 * 48
    assert set(frame["run"]) == {run.identity}
    owners = {
        row[0]: row[1:]
        for row in frame.select(
            "device_point_number", "retailer_code", "pattern", "premises_number"
        )
        .unique()
        .rows()
    }
    for point in points:
        service = point.service_periods.get()
        assert owners[point.number] == (
            code_of(service.retailer),
            service.pattern,
            point.premises.number,
        )


def test_the_same_publication_gives_the_same_bytes(points, settle: Settle, tmp_path: Path):
    settle()
    for name in ("a", "b"):
        export_energy(day=DAY, path=tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_switch_inside_the_day_divides_its_slots(points, settle: Settle, tmp_path: Path):
    switched_at = datetime(2026, 11, 18, 12, 0, tzinfo=JST)
    first = points[0].service_periods.get()
    ServicePeriod.objects.filter(pk=first.pk).update(ends_at=switched_at)
    second = make_service_period(
        device_point=points[0], retailer=make_retailer(), starts_at=switched_at
    )
    settle()
    frame = exported(DAY, tmp_path).filter(device_point_number=points[0].number)
    codes = frame.sort("slot")["retailer_code"].to_list()
    assert codes == [code_of(first.retailer)] * 24 + [code_of(second.retailer)] * 24


def test_a_final_result_counts_before_a_provisional_one(points, settle: Settle, tmp_path: Path):
    settle()
    final = settle(stage="final")
    assert set(exported(DAY, tmp_path)["run"]) == {final.identity}


def test_a_day_without_results_is_refused(db, tmp_path: Path):
    with pytest.raises(NotFound, match="E-EXPORT-01"):
        export_energy(day=date(2026, 1, 1), path=tmp_path / "energy.parquet")
    assert not (tmp_path / "energy.parquet").exists()


def test_the_command_writes_into_a_folder_it_makes(points, settle: Settle, tmp_path: Path):
    settle()
    call_command("export_energy", "--day", "2026-11-18", "--out", str(tmp_path / "out"))
    assert (tmp_path / "out" / "energy.parquet").exists()
    with pytest.raises(CommandError, match="E-EXPORT-01"):
        call_command("export_energy", "--day", "2020-01-01", "--out", str(tmp_path / "out"))
