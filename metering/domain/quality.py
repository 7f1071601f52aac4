"""Quality of a slot's energy, and which quality is the weakest of several (settlement.md section 2, rules 8 to 14)."""

from collections.abc import Iterable
from enum import IntEnum


class Quality(IntEnum):
    """How the energy of one slot came about; the numbers are those of the settlement contract and of every file."""

    MEASURED = 0  # 計測: both ends measured
    FILLED_REGISTER = 1  # 補完（積算値）: an end is an accepted C row
    FILLED_INTERVAL = 2  # 補完（30分値）: an accepted I row
    EVENLY_DISTRIBUTED = 3  # 均等配分
    ZERO = 4  # ゼロ扱い
    EXCHANGED = 5  # 計器交換をまたぐ計測
    HELD = 8  # 保留: inside a hold, never filled
    MISSING = 9  # 欠測


# Strongest first (settlement.md rule 14): sums carry the weakest quality among their parts.
STRENGTH = (
    Quality.MEASURED,
    Quality.EXCHANGED,
    Quality.FILLED_REGISTER,
    Quality.FILLED_INTERVAL,
    Quality.EVENLY_DISTRIBUTED,
    Quality.ZERO,
    Quality.HELD,
    Quality.MISSING,
)


def weakest(qualities: Iterable[int]) -> Quality:
    """The weakest of ``qualities`` (at least one), in the order of :data:`STRENGTH`."""
    return max((Quality(q) for q in qualities), key=STRENGTH.index)
