"""Which points a file holds, written compactly: the ledger keeps one such text per distinct list.

A line is ``number`` where every slot of the file's span is provided, else ``number:slots`` with the provided slots as
a hexadecimal set (``0``: a record without any value). Withdrawal asks "which unfetched files hold point P", a fetch
asks "is everything that was provided still provided", and the next revision asks "what was sent before".
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from edi.domain.lines import PointLine


@dataclass(frozen=True, slots=True)
class Entry:
    """One point of a file and the slots whose values the file tells; None = all slots of the span."""

    number: str
    provided: int | None

    @property
    def tells_something(self) -> bool:
        """Whether the file holds a value of the point at all."""
        return self.provided is None or self.provided > 0


def write(lines: Iterable[PointLine], span: int) -> str:
    """The list of a file that covers the slots ``span``."""
    return "\n".join(_entry(line, span) for line in lines)


def read(text: str) -> Iterator[Entry]:
    """The entries of a list, in order of number."""
    for line in text.split("\n"):
        number, separator, slots = line.partition(":")
        yield Entry(number, int(slots, 16) if separator else None)


def digest(text: str) -> str:
    """What identifies a list."""
    return hashlib.sha256(text.encode()).hexdigest()


def _entry(line: PointLine, span: int) -> str:
    provided = line.provided & span
    return line.number if provided == span else f"{line.number}:{provided:x}"
