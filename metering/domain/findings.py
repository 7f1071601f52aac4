"""Findings: what the calculation did not use or does not trust, and where (settlement.md section 3).

One convention for the engine and for the plain reference, so that their findings can be compared row by row. Every
distinct finding is listed once; findings concern all rows handed over, not only the days asked for.

=================== ========= =================== ==================================================================
code                direction at                  one per
=================== ========= =================== ==================================================================
NO_VALUE            of row    instant             reading of a registered point with a status; detail: the status
OUT_OF_RANGE        of row    instant             reading without status, null or outside the register; detail: Wh
WRONG_METER         of row    instant             reading inside a service period (ends included) that passed the
                                                  two checks before; detail: the meter that it names
SPIKE               of row    instant             reading dropped by rule 5; detail: the register in Wh
IN_HOLD             of row    instant             instant strictly inside a hold (and in a service period of a metered
                                                  direction) with a usable reading or, pattern 1, a C row in range
IMPLAUSIBLE         of series end of the gap (b)  pair of known instants whose T is known, yet not trusted; detail: T
FILL_IMPLAUSIBLE    of row    instant             I row of a slot in a gap, outside 0 to slot cap; detail: Wh
FILL_CONTRADICTS    of row    instant             counting I row of a gap whose I rows do not fit T; detail: Wh
UNKNOWN_POINT       null      null                device point outside the register, in any frame; no detail
NO_BASELINE         null      00:00 of the day    point and day of pattern 1 (service, not held); detail: number of slots
=================== ========= =================== ==================================================================

"Metered direction" is one of ``directions``, for pattern 2 only 0. ``at`` of an I row is the end of its slot.
"""

from enum import StrEnum


class Code(StrEnum):
    """The codes of the contract."""

    NO_VALUE = "NO_VALUE"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    WRONG_METER = "WRONG_METER"
    SPIKE = "SPIKE"
    IN_HOLD = "IN_HOLD"
    IMPLAUSIBLE = "IMPLAUSIBLE"
    FILL_IMPLAUSIBLE = "FILL_IMPLAUSIBLE"
    FILL_CONTRADICTS = "FILL_CONTRADICTS"
    UNKNOWN_POINT = "UNKNOWN_POINT"
    NO_BASELINE = "NO_BASELINE"
