"""Lines of a message: one device point for one receiver, with the slots it has a line for and those it may be told."""

from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, kw_only=True, slots=True)
class PointLine:
    """A device point in a message of one receiver.

    ``listed`` are the slots in which the point has a record, ``provided`` those of them whose value may be told:
    pattern 2 service, the receiver's supply contract and a right to provide. The rest is sent as 提供可否 = 否. Bits
    count from the first day of the message's span, see :mod:`edi.domain.coverage`.
    """

    number: str  # JP06400, 22 digits
    control_number: str  # JP06121, stays for the point's life (decisions 20)
    customer_number: str  # JP06119; empty where nobody is known
    shown_name: str  # JP06120: name or customer number, never empty (decisions 23)
    listed: int
    provided: int
    skipped_days: int = (
        0  # days of the span that lie before the point's own settlement period (1220 only)
    )


def with_vanished(
    lines: list[PointLine], vanished: dict[str, int], strangers: Iterable[PointLine]
) -> list[PointLine]:
    """``lines`` and, in order of number, those that were sent before and are gone (decisions 22).

    ``vanished`` are the slots in which a number was sent and has no line any more; ``strangers`` describe the numbers
    that have no line at all. Such slots get a line without a value.
    """
    if not vanished:
        return lines
    kept = [
        replace(line, listed=line.listed | vanished[line.number])
        if line.number in vanished
        else line
        for line in lines
    ]
    gone = [replace(line, listed=vanished[line.number], provided=0) for line in strangers]
    return sorted([*kept, *gone], key=lambda line: line.number)
