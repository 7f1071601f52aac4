"""Read a half-hour message of ours back: which point is said to be available in which slot. For the completeness statement.

By pattern on the compact text, which is ours and judged elsewhere (validation.py): a file of a day holds 48,000 records,
and the statement of a large day reads five million. A parser needs ten times as long for the same answer.
"""

import re

from edi.domain.profile import PROFILE

_SLOT = re.compile(rb"<JP06219>([0-9]{2})</JP06219>")
_RECORD = re.compile(rb"<JP06400>([0-9]{22})</JP06400>.*?<JP06122>([01])</JP06122>")


def availability(document: bytes) -> dict[str, tuple[int, int]]:
    """By number the slots with a record, and those of them with a value; both as sets (edi.domain.coverage)."""
    available = PROFILE.available.encode()
    listed: dict[bytes, int] = {}
    told: dict[bytes, int] = {}
    _, *parts = _SLOT.split(document)  # a slot's number, what follows it, the next slot's number …
    for slot, records in zip(parts[0::2], parts[1::2], strict=True):
        bit = 1 << int(slot) - 1
        for number, said in _RECORD.findall(records):
            listed[number] = listed.get(number, 0) | bit
            if said == available:
                told[number] = told.get(number, 0) | bit
    return {number.decode(): (slots, told.get(number, 0)) for number, slots in listed.items()}
