"""The sample area settles: no input is refused, every quality occurs, and what was made up is what comes out."""

from collections import Counter

import polars as pl
import pytest

from metering.demo.world.behaviour import FORWARD, REVERSE
from metering.domain.quality import Quality
from metering.domain.rules import Rules
from metering.settlement.pipeline import settle
from tests.metering.demo.worlds import inputs_of, small_area, written

AREA = small_area(points=150, days=12)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return written(AREA, tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def final(files):
    return settle(
        inputs_of(AREA, files),
        first_day=AREA.first_day,
        last_day=AREA.until,
        stage="final",
        rules=Rules(),
    )


def test_every_quality_occurs_and_nearly_everything_is_measured(final):
    counted = Counter(final.energy["quality"].to_list())

    assert set(counted) == set(Quality)
    assert counted[Quality.MEASURED] > 0.97 * len(final.energy)


def test_the_findings_tell_of_everything_that_went_wrong(final):
    assert set(final.findings["code"]) >= {
        "NO_VALUE",
        "WRONG_METER",
        "SPIKE",
        "IN_HOLD",
        "IMPLAUSIBLE",
        "FILL_CONTRADICTS",
    }


def test_every_slot_of_every_service_is_there_once(final):
    expected = sum(
        48 * ((AREA.until - home.service_from).days + 1) * len(device.directions)
        for home in AREA.homes
        for device in home.devices
    )

    assert len(final.energy) == expected


def test_a_late_report_of_an_exchange_leaves_no_trace(files, final):
    number = next(
        number
        for number, trouble in files.troubles.items()
        if trouble.exchange and trouble.exchange.is_reported_late
    )
    findings = final.findings.filter(pl.col("device_point_number") == number)
    energy = final.energy.filter(pl.col("device_point_number") == number)

    assert "WRONG_METER" not in findings["code"].to_list()
    assert Quality.EXCHANGED in energy["quality"].to_list()


def test_the_smart_meter_sees_the_devices_and_a_house_besides(files, final):
    """Net energy of the premises less its devices is the load of the house: never below zero."""
    whole = [
        home
        for home in AREA.homes
        if not any(device.number in files.troubles for device in home.devices)
    ]
    inputs = inputs_of(AREA, files)
    premises = {device.number: home.premises_number for home in whole for device in home.devices}
    devices = (
        final.energy.filter(pl.col("device_point_number").is_in(list(premises)))
        .with_columns(
            pl.col("device_point_number").replace_strict(premises).alias("premises_number"),
            pl.when(direction=FORWARD)
            .then("energy_wh")
            .otherwise(-pl.col("energy_wh"))
            .alias("net"),
        )
        .group_by("premises_number", "day", "slot")
        .agg(pl.col("net").sum())
    )
    houses = inputs.smart_meter.collect().join(devices, on=["premises_number", "day", "slot"])
    load = houses.select(pl.col("forward_wh") - pl.col("reverse_wh") - pl.col("net")).to_series()

    assert REVERSE in final.energy["direction"].to_list()
    assert len(load) > 5_000
    assert load.min() > 0
    assert load.mean() < 3_000


def test_balancing_energy_is_delivered_when_it_is_called(final):
    evenings = final.sites.filter(pl.col("slot").is_between(38, 40))["delivered_wh"].sum()
    nights = final.sites.filter(pl.col("slot").is_between(2, 4))["delivered_wh"].sum()

    assert evenings > 5 * abs(nights)
