"""The record of one point in one slot, the same in slot and day messages. Source: edi.md sections 5.1 and 5.2.

JP06121 and JP06122 stand in every record; the value stands exactly where JP06122 says that it is provided.
"""

from collections.abc import Sequence

from edi.domain import coverage
from edi.domain.lines import PointLine
from edi.domain.profile import MessageKind, Profile
from edi.messages.columns import Column
from edi.messages.xml import cut, decimal, element


def head(line: PointLine, container: str) -> str:
    """What a point's record begins with in every slot: its ``container`` (JPMR…), numbers and name."""
    return (
        f"<{container}>"
        + element("JP06400", line.number)
        + element("JP06119", line.customer_number)
        + element("JP06120", cut("JP06120", line.shown_name))
        + element("JP06121", line.control_number)
    )


def tail(value: int | None, container: str, kind: MessageKind, profile: Profile) -> str:
    """What it ends with: 提供可否 and, where provided, the value in kWh."""
    if value is None:
        return f"{element('JP06122', profile.unavailable)}</{container}>"
    energy = element(kind.value_element, decimal(value, profile.decimals))
    return f"{element('JP06122', profile.available)}{energy}</{container}>"


def records(
    heads: Sequence[str], values: Column, container: str, kind: MessageKind, profile: Profile
) -> str:
    """The records of one slot; ``heads`` and ``values`` in the order of the points."""
    tails = {value: tail(value, container, kind, profile) for value in set(values)}
    parts = [""] * (2 * len(heads))
    parts[0::2] = heads
    parts[1::2] = [tails[value] for value in values]
    return "".join(parts)


def told(lines: Sequence[PointLine], columns: Sequence[Column]) -> list[Column]:
    """``columns`` (one per slot of the day) without what the receiver may not be told: those values become None."""
    told_columns = [list(column) for column in columns]
    for position, line in enumerate(lines):
        if line.provided != coverage.full():
            for slot, column in enumerate(told_columns):
                if not line.provided >> slot & 1:
                    column[position] = None
    return told_columns
