"""The made-up register: counts whole Wh, shows eight digits, survives an exchange."""

from metering.demo.world.registers import Register
from metering.demo.world.troubles import PlannedExchange

DAY = [100] * 48


def exchange(after: int, minute: int) -> PlannedExchange:
    return PlannedExchange(
        after=after, minute=minute, new_meter_id="02000100000102", begins_at_wh=7
    )


def test_a_register_passes_eight_digits_and_starts_again():
    shown = Register(99_999_950).run(DAY)

    assert shown.registers[:2] == [50, 150]


def test_days_follow_each_other_without_a_seam():
    register = Register(1_000)
    first, second = register.run(DAY), register.run(DAY)

    assert first.registers[-1] == 1_000 + 4_800
    assert second.registers[0] == first.registers[-1] + 100


def test_an_exchange_within_a_slot_loses_no_watt_hour():
    register = Register(5_000)
    shown = register.run(DAY, exchange(after=10, minute=12))

    assert shown.at_exchange == (5_000 + 1_000 + 40, 7)
    old, new = shown.at_exchange
    assert (old - shown.registers[9]) + (shown.registers[10] - new) == 100
    assert register.run(DAY).registers[0] == shown.registers[-1] + 100


def test_the_reading_at_the_very_instant_of_an_exchange_is_the_new_meters():
    shown = Register(5_000).run(DAY, exchange(after=10, minute=0))

    assert shown.registers[8:11] == [5_900, 7, 107]


def test_an_exchange_on_another_day_changes_nothing_today():
    assert Register(0).run(DAY, exchange(after=60, minute=5), day=0).at_exchange is None
