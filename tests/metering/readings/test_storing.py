"""Taking in and settling on an object store, and sweeping what killed processes left behind."""

import os
from datetime import date, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from metering import frames
from metering.domain.rules import Rules
from metering.models import DevicePoint, PartResult, StorePart
from metering.services import readings
from portal.errors import Refused
from tests.factories.metering import make_service_period
from tests.metering.readings import stored
from tests.metering.readings.conftest import ACTOR, AT, TakeIn, Write

REGION = "ap-northeast-1"
GOOD = "{number},0,2026-11-01T{hour:02d}:00,{hour}.5,,"


@pytest.fixture
def s3(settings, monkeypatch: pytest.MonkeyPatch):
    """The settings of an installation whose store is a bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
    }.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3", endpoint_url=endpoint, region_name=REGION).create_bucket(
        Bucket="meters", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    settings.METER_STORE_URL = "s3://meters/area-03"
    settings.METER_STORE_ENDPOINT = endpoint
    yield endpoint
    server.stop()


def lines(point: DevicePoint) -> list[str]:
    return [GOOD.format(number=point.number, hour=hour) for hour in range(24)]


@pytest.mark.usefixtures("s3")
def test_everything_works_on_an_object_store_too(
    point: DevicePoint, write: Write, take_in: TakeIn, tmp_path: Path
) -> None:
    make_service_period(device_point=point)
    path = write(*lines(point), "odd")

    delivery = take_in(path)
    taken_up = readings.redrive(delivery=delivery, actor=ACTOR, at=delivery.received_at)
    part = frames.settle_part(
        day=date(2026, 11, 1),
        bucket=point.bucket_key % 4,
        stage="provisional",
        rules=Rules(),
    )

    assert (delivery.accepted, delivery.quarantined, taken_up) == (24, 1, 0)
    assert stored.rows()["register_wh"].to_list() == [hour * 1000 + 500 for hour in range(24)]
    assert stored.copy_of(delivery.raw_key, tmp_path) == path.read_bytes()
    assert part.counts["slots"] == 48
    assert not (tmp_path / "store").exists()


def test_files_that_no_row_names_are_swept_when_they_are_old(
    point: DevicePoint, write: Write, take_in: TakeIn
) -> None:
    delivery = take_in(write(*lines(point)))
    lost = frames.take_apart(
        write(*lines(point)[:3], name="killed.csv"),
        kind="readings",
        name="killed.csv",
        rules=Rules(),
    ).parts[0]
    settled = frames.settle_part(day=date(2026, 11, 1), bucket=0, stage="final", rules=Rules())
    unnamed = frames.settle_part(day=date(2026, 11, 2), bucket=0, stage="final", rules=Rules())
    PartResult.objects.create(
        identity="1",
        stage="final",
        day=date(2026, 11, 1),
        bucket=0,
        reads_from=settled.reads_from,
        reads_to=settled.reads_to,
        energy_key=settled.energy_key,
        calculated_at=AT,
    )
    root = Path(frames.store().place.url)
    long_ago = (datetime.now() - timedelta(days=3)).timestamp()
    for path in root.rglob("*.*"):
        os.utime(path, (long_ago, long_ago))

    removed = readings.sweep_orphans(at=datetime.now().astimezone())

    assert sorted(removed) == sorted([lost.part.key, unnamed.energy_key])
    assert stored.files() == sorted(
        [
            delivery.raw_key,
            settled.energy_key,
            *StorePart.objects.values_list("key", flat=True),
        ]
    )


def test_a_store_of_other_buckets_is_refused_with_a_remedy(db: None, settings) -> None:
    frames.store()
    settings.METER_STORE_BUCKETS = 7

    with pytest.raises(Refused, match=r"E-STORE-02.*Set METER_STORE_BUCKETS to 4"):
        frames.bucket_count()
