"""Is a message what the profile says? Its own schema, the table of conditional elements, and the order of slots.

The official schemas were not at hand, so this proves form, not meaning: the proof is reading the message back with a
reader written apart from the writer (decisions 24, tests/edi/reader.py). Features H1.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lxml import etree

from edi.domain.profile import MessageKind, Scale
from edi.messages.xml import DECLARATION
from portal.timekeeping.half_hours import SLOTS_PER_DAY

SCHEMAS = Path(__file__).resolve().parents[1] / "schemas"
SCHEMA_OF = {Scale.SLOT: "w4_slot.xsd", Scale.DAY: "w4_day.xsd", Scale.MONTH: "w5_month.xsd"}
_SLOTS = [f"{slot:02d}" for slot in range(1, SLOTS_PER_DAY + 1)]
_SLOT_GROUPS = {Scale.DAY: "JPM00010", Scale.MONTH: "JPM00014"}


@dataclass(frozen=True)
class Condition:
    """One row of the table: in ``record``, when all of ``when`` hold, what must and what must not be there."""

    codes: tuple[str, ...]
    record: str
    when: tuple[tuple[str, str], ...]
    required: tuple[str, ...]
    forbidden: tuple[str, ...]

    def faults(self, record: etree._Element) -> Iterator[str]:
        """What is wrong with one record."""
        if any(record.findtext(code) != value for code, value in self.when):
            return
        number = record.findtext("JP06400")
        for code in self.required:
            if record.find(code) is None:
                yield f"{number}: {code} is missing though {dict(self.when)}"
        for code in self.forbidden:
            if record.find(code) is not None:
                yield f"{number}: {code} must not stand where {dict(self.when)}"


@cache
def conditions() -> tuple[Condition, ...]:
    """The table of conditionally mandatory elements."""
    table = tomllib.loads((SCHEMAS / "conditional.toml").read_text(encoding="utf-8"))
    return tuple(
        Condition(
            codes=tuple(row["codes"]),
            record=row["record"],
            when=tuple(row["when"].items()),
            required=tuple(row["required"]),
            forbidden=tuple(row["forbidden"]),
        )
        for row in table["rule"]
    )


@cache
def schema(scale: Scale) -> etree.XMLSchema:
    """The profile schema of one kind of message."""
    return etree.XMLSchema(file=str(SCHEMAS / SCHEMA_OF[scale]))


def faults(document: bytes, kind: MessageKind) -> list[str]:
    """Everything wrong with a message, in words; empty when it is as the profile says."""
    if not document.startswith(DECLARATION.encode()):
        return ["the document does not begin with the declaration and CRLF"]
    root = etree.fromstring(
        document, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    )
    found = []
    rules = schema(kind.scale)
    if not rules.validate(root):
        found += str(rules.error_log).splitlines()
    for condition in conditions():
        if kind.code in condition.codes:
            for record in root.iter(condition.record):
                found += condition.faults(record)
    return [*found, *_slots_out_of_order(root, kind), *_wrong_code(root, kind)]


def _slots_out_of_order(root: etree._Element, kind: MessageKind) -> Iterator[str]:
    """Readers fill by position: 48 slots in ascending order, in every day."""
    if kind.scale is Scale.SLOT:
        return
    for container in root.iter(_SLOT_GROUPS[kind.scale]):
        if [group.findtext("JP06219") for group in container] != _SLOTS:
            yield f"{container.tag}: the slots are not 01 to 48 in order"


def _wrong_code(root: etree._Element, kind: MessageKind) -> Iterator[str]:
    """The information code and the process stand in three places each and agree."""
    codes = {root.get("MSGID"), root.findtext(".//JPC14"), root.findtext(".//JP00002")}
    if codes != {kind.code}:
        yield f"the information code is said to be {codes}, not {kind.code} alone"
    if {root.get("BPIDSUB"), root.findtext(".//JPC11")} != {kind.process}:
        yield f"the process is not {kind.process}"
