"""Lines of the contract's CSV files (settlement.md section 1). Plain joins: no field ever needs a quotation mark."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

PER_DAY = 48
HEADERS = {
    "readings": "device_point_number,direction,read_at,register_kwh,meter_id,status\n",
    "exchanges": (
        "device_point_number,direction,exchanged_at,old_meter_id,new_meter_id,old_register_kwh,new_register_kwh\n"
    ),
    "gapfill": "device_point_number,direction,kind,at,value_kwh\n",
    "baselines": "device_point_number,direction,day,slot,energy_kwh\n",
    "smart_meter": "premises_number,day,slot,forward_kwh,reverse_kwh\n",
}
NO_VALUE = "no_data"  # 0xFFFFFFFE of a terminal's history (domain.md 4)


def instants(day: date) -> list[str]:
    """The 48 ends of the half hours of ``day`` as they stand in files; the last is 00:00 of the next day."""
    start = datetime.combine(day, time.min)
    return [stamp(start + slot * timedelta(minutes=30)) for slot in range(1, PER_DAY + 1)]


def stamp(instant: datetime) -> str:
    """A naive JST instant as it stands in files."""
    return f"{instant:%Y-%m-%dT%H:%M}+09:00"


def kwh(wh: int) -> str:
    """Whole Wh as kWh with three decimals."""
    return f"{wh // 1000}.{wh % 1000:03}"


def reading(number: str, direction: int, instant: str, wh: int, meter_id: str) -> str:
    """A register as a terminal sends it."""
    return f"{number},{direction},{instant},{wh // 1000}.{wh % 1000:03},{meter_id},\n"


def no_value(number: str, direction: int, instant: str, meter_id: str) -> str:
    """A row that says why there is no value."""
    return f"{number},{direction},{instant},,{meter_id},{NO_VALUE}\n"


def baselines(number: str, direction: int, day: date, energies: Sequence[int]) -> str:
    """The planned energies of a day, one line each."""
    head = f"{number},{direction},{day},"
    return "".join(f"{head}{slot},{kwh(wh)}\n" for slot, wh in enumerate(energies, start=1))


def smart_meter(premises_number: str, day: date, net: Sequence[int]) -> str:
    """What the smart meter saw in a day: ``net`` Wh drawn (above 0) or fed in (below)."""
    head = f"{premises_number},{day},"
    return "".join(
        f"{head}{slot},{kwh(wh)},0.000\n" if wh >= 0 else f"{head}{slot},0.000,{kwh(-wh)}\n"
        for slot, wh in enumerate(net, start=1)
    )


def exchange(
    number: str,
    direction: int,
    at: datetime,
    meters: tuple[str, str],
    registers: tuple[int, int] | None,
) -> str:
    """A meter exchange; without registers it is a break."""
    old, new = (kwh(registers[0]), kwh(registers[1])) if registers else ("", "")
    return f"{number},{direction},{stamp(at)},{meters[0]},{meters[1]},{old},{new}\n"


def gapfill(number: str, direction: int, kind: str, instant: str, wh: int) -> str:
    """A row that a retailer handed in and that was accepted: C register at, I energy until the instant."""
    return f"{number},{direction},{kind},{instant},{kwh(wh)}\n"
