"""EDI of one day: the 48 slot messages (1110) and the day message (1120) of many device points, through the database.

    python -m benchmarks.bench_edi --points 100000
    python -m benchmarks.bench_edi --points 100000 --twice      (the same and twice the points: is memory flat?)

Makes a registry (SQLite in a folder of its own), a published day in the meter store and, in a fresh process each, builds
the messages from nothing: lines from the tables, values from Parquet, XML, zip, digest, ledger rows, each file flushed to
the disk. Prints seconds (and seconds of processor time, which other work on the machine does not change), files, records, MB
of zips, and the peak memory of that process. Then the day message
again after a correction of one percent of the points, and the completeness statement, which reads every file back.

SQLite's page cache (64 MB by setting, filled as far as the registry reaches) is cut to 4 MB here, so that the peak shows what
the building needs.

Input: pattern 2 points of ``--retailers`` receivers, half of them with the first one; 1 % of the slots missing.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

DAY = date(2026, 11, 2)
INPUTS = ("prepare", "publish again")
BATCH = 20_000


def main() -> None:
    """Make the input, build in fresh processes, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--retailers", type=int, default=20)
    parser.add_argument("--twice", action="store_true", help="also with twice the points")
    parser.add_argument("--folder", type=Path, default=None, help="where to work (kept)")
    parser.add_argument("--step", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        print(json.dumps(_step(options)))
        return
    with tempfile.TemporaryDirectory(prefix="bench-edi-") as folder:
        base = options.folder or Path(folder)
        sizes = [options.points, options.points * 2] if options.twice else [options.points]
        peaks: dict[str, list[float]] = {}
        for points in sizes:
            for step, figures in _run(base / str(points), points, options.retailers).items():
                peaks.setdefault(step, []).append(figures["peak_mb"])
    for step, (once, *twice) in peaks.items():
        for peak in twice:
            print(f"{step}: peak at twice the points {peak / once:.2f} x")


def _run(base: Path, points: int, retailers: int) -> dict[str, dict[str, Any]]:
    print(f"{points:,} device points, {retailers} retailers")
    found = {}
    for step in ("prepare", "1110", "1120", "publish again", "correction", "completeness"):
        command = [sys.executable, "-m", "benchmarks.bench_edi", "--step", step]
        command += ["--points", str(points), "--retailers", str(retailers), "--folder", str(base)]
        environment = os.environ | {
            "PORTAL_VAR": str(base),
            "DJANGO_SETTINGS_MODULE": "portal.settings.base",
        }
        answer = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, text=True, check=True
        )
        figures = json.loads(answer.stdout.splitlines()[-1])
        print("  " + step.ljust(15) + "  ".join(f"{k} {v:,}" for k, v in figures.items()))
        if step not in INPUTS:
            found[step] = figures
    built = [found[step]["seconds"] for step in ("1110", "1120")]
    print(f"  48 x 1110 and 1120: {sum(built):.1f} s")
    return found


# --- in a process of its own ----------------------------------------------
def _step(options: argparse.Namespace) -> dict[str, Any]:
    import django

    django.setup()
    start = time.perf_counter()
    figures: dict[str, Any] = {}
    if options.step == "prepare":
        _prepare(options.points, options.retailers)
    elif options.step == "publish again":
        _publish(changed_percent=1)
    else:
        figures = _measured(options.step)
    seconds = round(time.perf_counter() - start, 1)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = round(used.ru_utime + used.ru_stime, 1)
    return {"seconds": seconds, "cpu": cpu, **figures, "peak_mb": round(used.ru_maxrss / 1024)}


def _measured(step: str) -> dict[str, Any]:
    from django.db import connection

    from edi.services import completeness, half_hours
    from portal.actor import system
    from portal.timekeeping.half_hours import JST

    at = datetime(2026, 11, 3, 6, 0, tzinfo=JST)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA cache_size=-4096")
    if step == "completeness":
        statements = completeness.statements(day=DAY, at=at)
        return {
            "slots": sum(one.expected.slots for one in statements),
            "unexplained": sum(one.unexplained.slots for one in statements),
        }
    built = half_hours.build(
        code="1120" if step == "correction" else step, day=DAY, actor=system("bench"), at=at
    )
    return {
        "files": built.files,
        "records": built.rows,
        "zip_mb": round(built.size / 1e6),
    }


def _prepare(points: int, retailers: int) -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    _registry(points, retailers)
    _publish(changed_percent=0)


def _registry(points: int, retailers: int) -> None:
    from metering import models
    from metering.domain.buckets import bucket_key
    from metering.domain.identifiers import device_point_number
    from portal.organizations.models import Organization, OrganizationCode, OrganizationParty
    from portal.timekeeping.half_hours import JST

    start, first_day = datetime(2026, 10, 1, tzinfo=JST), date(2026, 10, 1)
    names = ["みなみ野配電", *(f"小売電気事業者{n}" for n in range(retailers))]
    organizations = Organization.objects.bulk_create(Organization(name=name) for name in names)
    OrganizationParty.objects.bulk_create(
        OrganizationParty(organization=one, party="retailer" if n else "grid_operator")
        for n, one in enumerate(organizations)
    )
    OrganizationCode.objects.bulk_create(
        OrganizationCode(organization=one, area="03", code=f"{90000 + n}")
        for n, one in enumerate(organizations)
    )
    for first in range(0, points, BATCH):
        serials = range(first, min(points, first + BATCH))
        of = {n: organizations[1 + (0 if n % 2 else n // 2 % retailers)] for n in serials}
        premises = models.Premises.objects.bulk_create(
            models.Premises(number=f"P{n:010d}") for n in serials
        )
        places = models.SupplyPoint.objects.bulk_create(
            models.SupplyPoint(number=f"030{n:019d}", premises=one, voltage="low")
            for n, one in zip(serials, premises, strict=True)
        )
        customers = models.Customer.objects.bulk_create(
            models.Customer(number=f"{n * 7919:021d}", name=f"需要者{n}") for n in serials
        )
        devices = models.DevicePoint.objects.bulk_create(
            models.DevicePoint(
                number=device_point_number(area="03", serial=n + 1),
                premises=place.premises,
                supply_point=place,
                kind="load",
                voltage="low",
                rated_w=6_000,
                control_number=f"T{n:013d}",
                bucket_key=bucket_key(place.premises.number),
            )
            for n, place in zip(serials, places, strict=True)
        )
        models.SupplyContract.objects.bulk_create(
            models.SupplyContract(supply_point=place, retailer=of[n], starts_on=first_day)
            for n, place in zip(serials, places, strict=True)
        )
        models.Occupancy.objects.bulk_create(
            models.Occupancy(supply_point=place, customer=customer, starts_on=first_day)
            for place, customer in zip(places, customers, strict=True)
        )
        models.ServicePeriod.objects.bulk_create(
            models.ServicePeriod(
                device_point=device, pattern=2, directions="0", retailer=of[n], starts_at=start
            )
            for n, device in zip(serials, devices, strict=True)
        )
        models.ProvisionRight.objects.bulk_create(
            models.ProvisionRight(
                device_point=device, recipient=of[n], purpose="機器点電力量の提供", starts_at=start
            )
            for n, device in zip(serials, devices, strict=True)
        )


def _publish(*, changed_percent: int) -> None:
    """A published run of the day: values by a hash of point and slot, 1 % missing; some points one unit higher."""
    from metering.frames.stores import bucket_count, store
    from metering.models import PartResult, Publication, RunPart, SettlementRun
    from metering.store.writer import write_part
    from portal.timekeeping.half_hours import JST

    at = datetime(2026, 11, 3, 3, changed_percent, tzinfo=JST)
    run = SettlementRun.objects.create(
        stage="provisional",
        first_day=DAY,
        last_day=DAY,
        request=f"bench {changed_percent}",
        state="calculated",
        rules={},
        code_version="bench",
        planned_at=at,
        calculated_at=at,
        actor_label="bench",
    )
    for bucket in range(bucket_count()):
        frame = _energy(bucket, changed_percent)
        part = write_part(store(), frame, kind="energy", day=DAY, bucket=bucket)
        result = PartResult.objects.create(
            identity=f"{run.pk}:{bucket}",
            stage=run.stage,
            day=DAY,
            bucket=bucket,
            reads_from=DAY,
            reads_to=DAY,
            energy_key=part.key,
            calculated_at=at,
        )
        RunPart.objects.create(run=run, day=DAY, bucket=bucket, result=result)
    Publication.objects.create(run=run, published_at=at, actor_label="bench")


def _energy(bucket: int, changed_percent: int) -> Any:
    import polars as pl
    from django.db.models import F
    from django.db.models.functions import Mod

    from metering.frames.stores import bucket_count
    from metering.models import DevicePoint
    from metering.settlement.schemas import ENERGY

    own = DevicePoint.objects.annotate(bucket=Mod(F("bucket_key"), bucket_count()))
    numbers = own.filter(bucket=bucket).order_by("number").values_list("number", flat=True)
    points = pl.DataFrame({"device_point_number": list(numbers)})
    dice = pl.struct("device_point_number", "slot").hash(7)
    changed = pl.col("device_point_number").hash(11) % 100 < changed_percent
    return (
        points.join(pl.DataFrame({"slot": range(1, 49)}), how="cross")
        .with_columns(
            direction=0,
            day=DAY,
            quality=pl.when(dice % 100 == 0).then(9).otherwise(0),
            provided_100wh=pl.when(dice % 100 != 0).then(dice % 31 + changed.cast(pl.UInt64)),
        )
        .with_columns(energy_wh=pl.col("provided_100wh") * 100 + 41)
        .select(list(ENERGY))
        .cast(dict(ENERGY))
    )


if __name__ == "__main__":
    main()
