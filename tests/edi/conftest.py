"""The cast of the message tests: an operator, a retailer, and a way to look at the files as retailers do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from edi.models import OutboundMessage, ReceiverSetting
from edi.services import receivers, shelf
from metering.models import DevicePoint
from portal.actor import system
from portal.organizations.models import Organization
from portal.timekeeping.half_hours import JST
from tests.factories import code_of, make_grid_operator, make_point_in_service, make_retailer

DAY = date(2026, 11, 10)
AT = datetime(2026, 11, 11, 6, 0, tzinfo=JST)
ACTOR = system("test")

Files = Callable[[Organization], list[tuple[str, bytes]]]


@pytest.fixture
def operator(db) -> Organization:
    return make_grid_operator()


@pytest.fixture
def retailer(operator: Organization) -> Organization:
    return make_retailer(name="みなみ野でんき㈱")


@pytest.fixture
def files() -> Files:
    """The files of a receiver as its ledger rows list them, with their bytes."""

    def of(receiver: Organization) -> list[tuple[str, bytes]]:
        folder = shelf.folder(code_of(receiver))
        names = OutboundMessage.objects.filter(receiver=receiver).order_by("name")
        return [
            (name, (folder / name).read_bytes()) for name in names.values_list("name", flat=True)
        ]

    return of


@pytest.fixture
def on_disk(settings) -> Callable[[], dict[str, bytes]]:
    """Everything below EDI_DIR by its path there: what an outsider could see."""

    def look() -> dict[str, bytes]:
        root = Path(settings.EDI_DIR)
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }

    return look


def points(count: int, retailer: Organization, **fields: Any) -> list[DevicePoint]:
    """Device points of pattern 2 in service of ``retailer``, with all that belongs to them."""
    return [make_point_in_service(retailer=retailer, **fields).device_point for _ in range(count)]


def make_setting(retailer: Organization, **fields: Any) -> ReceiverSetting:
    return ReceiverSetting.objects.create(
        receiver=retailer, **{"starts_on": date(2026, 10, 1), **fields}
    )


def limit_points_per_split(monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    """As the parameters ``points_per_split`` and ``points_per_month_split`` would."""
    whole = receivers.profile_with
    monkeypatch.setattr(
        receivers,
        "profile_with",
        lambda values: whole(replace(values, points_per_split=limit, points_per_month_split=limit)),
    )
