"""Pattern 1 goes to the operator's own systems: whole, with totals, for its owner's eyes only, and nowhere else."""

import csv
import json
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from django.core.management import CommandError, call_command

from edi.services import internal
from metering.domain.points import ServicePattern
from metering.frames.stores import store
from metering.models import PartResult
from metering.settlement.schemas import SITES
from metering.store.writer import write_part
from portal.errors import NotFound
from portal.journal.models import Entry
from portal.timekeeping.half_hours import JST
from tests.edi.conftest import ACTOR, AT, DAY, points
from tests.edi.publishing import publish
from tests.factories import code_of, make_point_in_service

pytestmark = pytest.mark.db


@pytest.fixture
def balancing(retailer):
    return [make_point_in_service(ServicePattern.BALANCING, retailer=retailer) for _ in range(2)]


def export():
    return internal.export(day=DAY, actor=ACTOR, at=AT)


def energy(folder: Path) -> pl.DataFrame:
    return pl.concat(pl.read_parquet(path) for path in sorted(folder.glob("energy-*.parquet")))


def test_pattern_1_leaves_with_its_contract_and_pattern_2_does_not(retailer, balancing):
    shared = points(1, retailer)
    numbers = [s.device_point.number for s in balancing]
    publish([*numbers, shared[0].number], DAY, values=lambda n, d, s: s)
    exported = export()
    found = energy(exported.folder)
    assert sorted(set(found["device_point_number"])) == sorted(numbers)
    assert found.height == 96
    first = balancing[0]
    own = found.filter(pl.col("device_point_number") == first.device_point.number)
    assert own["energy_wh"].to_list() == [slot * 100 + 41 for slot in range(1, 49)]
    assert set(own["balancing_contract"]) == {first.balancing_contract.number}
    assert set(own["aggregator_code"]) == {code_of(first.balancing_contract.aggregator)}


def test_csv_parquet_and_control_totals_say_the_same(balancing):
    publish([s.device_point.number for s in balancing], DAY, values=lambda n, d, s: s)
    exported = export()
    totals = json.loads((exported.folder / "totals.json").read_text())
    rows = [
        row
        for path in sorted(exported.folder.glob("energy-*.csv"))
        for row in csv.DictReader(path.open())
    ]
    expected = sum(int(row["energy_wh"]) for row in rows)
    assert (
        totals["totals"]["energy"]["energy_wh"]
        == expected
        == energy(exported.folder)["energy_wh"].sum()
    )
    assert totals["totals"]["energy"]["rows"] == len(rows) == 96


def test_slots_outside_pattern_1_service_stay_out(retailer, balancing):
    service = balancing[0]
    service.ends_at = datetime(2026, 11, 10, 12, 0, tzinfo=JST)
    service.save()
    publish([service.device_point.number], DAY)
    assert sorted(energy(export().folder)["slot"]) == list(range(1, 25))


def test_sites_leave_with_the_contract_of_their_premises(balancing):
    publish([s.device_point.number for s in balancing], DAY)
    premises = balancing[0].device_point.premises.number
    frame = pl.DataFrame(
        [(premises, DAY, slot, 3050, 3170, 0, 0) for slot in range(1, 49)],
        schema=SITES,
        orient="row",
    )
    part = write_part(store(), frame, kind="sites", day=DAY, bucket=0)
    result = PartResult.objects.order_by("bucket").first()
    PartResult.objects.filter(pk=result.pk).update(sites_key=part.key)
    exported = export()
    sites = pl.read_parquet(exported.folder / "sites-00.parquet")
    assert sites.height == 48
    assert set(sites["balancing_contract"]) == {balancing[0].balancing_contract.number}
    assert exported.totals["totals"]["sites"]["delivered_wh"] == 48 * 3050


def test_the_files_are_their_owners_alone_and_outside_the_message_folders(balancing, settings):
    publish([s.device_point.number for s in balancing], DAY)
    folder = export().folder
    assert Path(settings.EDI_DIR) not in folder.parents
    assert folder.stat().st_mode & 0o077 == 0
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_a_publication_leaves_once_and_a_new_one_beside_it(balancing):
    numbers = [s.device_point.number for s in balancing]
    publish(numbers, DAY)
    first = export()
    before = {path.name: path.read_bytes() for path in first.folder.iterdir()}
    assert first.is_new
    assert not export().is_new
    publish(numbers, DAY, values=lambda n, d, s: 8, at=AT)
    second = export()
    assert second.is_new
    assert second.folder != first.folder
    assert {path.name: path.read_bytes() for path in first.folder.iterdir()} == before
    assert Entry.objects.filter(verb="internal_interface.exported").count() == 2
    assert not list(first.folder.parent.glob(".*"))


def test_without_a_publication_there_is_nothing_to_export(db, settings):
    with pytest.raises(NotFound, match="E-EDI-08"):
        export()
    with pytest.raises(CommandError, match="E-EDI-08"):
        call_command("export_internal", day=DAY)
    assert not Path(settings.INTERNAL_DIR).exists()


def test_the_command_says_where_and_how_much(balancing, capsys):
    publish([s.device_point.number for s in balancing], DAY)
    call_command("export_internal", day=DAY)
    assert "96 rows of energy" in capsys.readouterr().out
    call_command("export_internal", day=DAY)
    assert "already there" in capsys.readouterr().out
