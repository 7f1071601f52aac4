"""Read a half-hour message back: which point is said to be available in which slot. For the completeness statement.

Streams, so that a file of a day needs no tree of half a million nodes. Values are not looked at here.
"""

import io
from collections import defaultdict

from lxml import etree

from edi.domain.profile import PROFILE, MessageKind, Scale

_RECORDS = {Scale.SLOT: "JPMR00010", Scale.DAY: "JPMR00011"}


def availability(document: bytes, kind: MessageKind) -> dict[str, tuple[int, int]]:
    """By number the slots with a record, and those of them with a value; both as sets (edi.domain.coverage)."""
    listed: dict[str, int] = defaultdict(int)
    told: dict[str, int] = defaultdict(int)
    record, bit = _RECORDS[kind.scale], 0
    events = etree.iterparse(
        io.BytesIO(document), tag=("JP06219", record), resolve_entities=False, huge_tree=True
    )
    for _, element in events:
        if element.tag == "JP06219":
            bit = 1 << int(element.text or "0") - 1
            continue
        number = element.findtext("JP06400") or ""
        listed[number] |= bit
        if element.findtext("JP06122") == PROFILE.available:
            told[number] |= bit
        element.clear()
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
    return {number: (slots, told.get(number, 0)) for number, slots in listed.items()}
