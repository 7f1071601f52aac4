"""The register of one device in one direction: it counts on for ever, shows eight digits and may be exchanged."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from metering.demo.world.homes import FULL_REGISTER
from metering.demo.world.rows import PER_DAY
from metering.demo.world.troubles import PlannedExchange


@dataclass(frozen=True)
class Shown:
    """What a register shows at the 48 ends of the half hours of a day, and at an exchange on that day."""

    registers: list[int]
    at_exchange: tuple[int, int] | None = None  # the old one's last, the new one's first


class Register:
    """Counts whole Wh; ``shift`` is what turns the count into what the present meter shows."""

    def __init__(self, first: int) -> None:
        self.total = 0
        self.shift = first

    def show(self) -> int:
        """The register now."""
        return (self.total + self.shift) % FULL_REGISTER

    def run(
        self, energies: Sequence[int], exchange: PlannedExchange | None = None, day: int = 0
    ) -> Shown:
        """One day on: ``energies`` are Wh per half hour, ``exchange`` counts if it falls on ``day``."""
        totals = list(accumulate(energies, initial=self.total))
        self.total = totals[-1]
        shift = self.shift
        if exchange is None or exchange.after // PER_DAY != day:
            return Shown([(total + shift) % FULL_REGISTER for total in totals[1:]])
        return self._exchanged(totals, energies, exchange)

    def _exchanged(
        self, totals: list[int], energies: Sequence[int], exchange: PlannedExchange
    ) -> Shown:
        slot = exchange.after % PER_DAY
        total = totals[slot] + energies[slot] * exchange.minute // 30
        old_shift, self.shift = self.shift, exchange.begins_at_wh - total
        new_from = slot + (
            1 if exchange.minute else 0
        )  # the reading at the very instant is the new meter's
        shown = [
            (count + (self.shift if instant >= new_from else old_shift)) % FULL_REGISTER
            for instant, count in enumerate(totals)
        ]
        return Shown(shown[1:], ((total + old_shift) % FULL_REGISTER, exchange.begins_at_wh))
