"""Which devices stand in a building, how large they are and in which pattern they serve.

Pattern 2 is for demand only, so what generates or discharges serves pattern 1 (説明資料 1-3, domain.md 1.7).
"""

from dataclasses import dataclass
from random import Random

from metering.demo.world.plan import Building
from metering.domain.points import DeviceKind, ServicePattern

PV, BATTERY, EV = DeviceKind.PV, DeviceKind.BATTERY, DeviceKind.EV_CHARGER
HEAT_PUMP, LOAD = DeviceKind.HEAT_PUMP, DeviceKind.LOAD

# What people put together, with weights.
MIXES: dict[Building, dict[tuple[DeviceKind, ...], int]] = {
    Building.HOUSE: {
        (HEAT_PUMP,): 14,
        (EV,): 12,
        (LOAD,): 6,
        (EV, HEAT_PUMP): 16,
        (HEAT_PUMP, LOAD): 6,
        (PV, BATTERY): 12,
        (PV, HEAT_PUMP): 8,
        (PV, BATTERY, EV): 10,
        (PV, BATTERY, HEAT_PUMP): 8,
        (PV, BATTERY, EV, HEAT_PUMP): 8,
    },
    Building.SHOP: {
        (LOAD,): 5,
        (LOAD, LOAD): 4,
        (EV, LOAD): 4,
        (BATTERY, LOAD): 3,
        (EV, EV, LOAD): 2,
        (PV, BATTERY, LOAD, LOAD): 2,
    },
    Building.FARM: {(PV, BATTERY): 4, (PV, LOAD): 4, (LOAD, LOAD, HEAT_PUMP): 2},
}
BUILDINGS = {Building.HOUSE: 76, Building.SHOP: 17, Building.FARM: 7}

# Rated power in watts, by what is sold; larger places have larger devices.
RATINGS: dict[DeviceKind, tuple[int, ...]] = {
    PV: (3_300, 4_000, 4_950, 5_500, 5_900, 9_600),
    BATTERY: (3_000, 5_000, 5_900, 9_900),
    EV: (3_000, 3_200, 6_000),
    HEAT_PUMP: (950, 1_000, 1_500),
    LOAD: (1_200, 2_200, 2_800),
}
FACTOR = {Building.HOUSE: 1, Building.SHOP: 2, Building.FARM: 5}
LABELS = {
    PV: "太陽光PCS",
    BATTERY: "蓄電池PCS",
    EV: "EV充電器",
    HEAT_PUMP: "ヒートポンプ給湯機",
    LOAD: "空調・冷蔵設備",
}
LARGEST_W = 49_500  # low voltage ends below 50 kW
VEHICLE_TO_HOME = 6_000  # W; chargers of this size in pattern 1 discharge as well


@dataclass(frozen=True)
class Draft:
    """A device before it has a number."""

    kind: DeviceKind
    pattern: ServicePattern
    directions: str
    rated_w: int
    name: str


def building(random: Random) -> Building:
    """A kind of place, as often as it occurs."""
    return random.choices(list(BUILDINGS), weights=list(BUILDINGS.values()))[0]


def drafts(random: Random, place: Building, most: int) -> list[Draft]:
    """The devices of one place, at most ``most`` of them."""
    mixes = MIXES[place]
    kinds = random.choices(list(mixes), weights=list(mixes.values()))[0][:most]
    balancing = random.random() < 0.3  # the demand devices take part as well
    return [_draft(random, place, kind, balancing=balancing) for kind in kinds]


def _draft(random: Random, place: Building, kind: DeviceKind, *, balancing: bool) -> Draft:
    rated_w = min(LARGEST_W, random.choice(RATINGS[kind]) * FACTOR[place])
    generates = kind in (PV, BATTERY)
    discharges = kind is EV and balancing and rated_w == VEHICLE_TO_HOME
    pattern = ServicePattern.BALANCING if generates or balancing else ServicePattern.PROVISION
    name = "V2H充放電設備" if discharges else LABELS[kind]
    return Draft(
        kind=kind,
        pattern=pattern,
        directions="01" if generates or discharges else "0",
        rated_w=rated_w,
        name=f"{name} {rated_w / 1000:g}kW",
    )
