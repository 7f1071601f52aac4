"""A retailer's machine, written apart from the writer: it knows the exchange, not our code.

It reads the way real readers do, with their weaknesses: the first member of a zip only; names it already has are
skipped; slots of a fixed file are filled in by position; a comment or an empty value makes it fail. Nothing of ``edi`` is
imported here. Source: edi.md sections 2, 5 and 9.
"""

import io
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from lxml import etree

HalfHourKey = tuple[date, int, str, str]  # day, slot, point, control number


@dataclass
class HalfHours:
    """A W4 file: value per (day, slot, point, control number), None where not provided."""

    code: str
    sender: tuple[str, str]
    receiver: tuple[str, str]
    created_at: datetime
    values: dict[HalfHourKey, Decimal | None] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    customers: dict[str, str] = field(default_factory=dict)


@dataclass
class Fixed:
    """A W5 file: per point the 48 values of each day, by position; None where the record is not provided."""

    code: str
    month: str
    receiver: tuple[str, str]
    days: dict[str, dict[date, list[Decimal]] | None] = field(default_factory=dict)
    totals: dict[str, Decimal] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


def first_member(content: bytes) -> tuple[str, bytes]:
    """Name and bytes of the first member; what else is in the zip is never looked at."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        info = archive.infolist()[0]
        return info.filename, archive.read(info)


def read_half_hours(xml: bytes) -> HalfHours:
    """A slot or a day file."""
    root, header, message = _opened(xml)
    found = HalfHours(
        code=_text(message, "JP00002"),
        sender=(_text(message, "JP06110"), _text(message, "JP06111")),
        receiver=(_text(message, "JP06112"), _text(message, "JP06113")),
        created_at=datetime.strptime(_text(header, "JPC19"), "%y%m%d%H%M%S"),
    )
    assert root.get("MSGID") == found.code
    day = _day(_text(message, "JP06116"))
    if found.code in ("0110", "1110"):
        slot = int(_text(message, "JP06219"))
        for record in message.find("JPM00010"):
            _take(record, day, slot, found)
    else:
        for group in message.find("JPM00010"):
            slot = int(_text(group, "JP06219"))
            for record in group.find("JPM00011"):
                _take(record, day, slot, found)
    return found


def _take(record: etree._Element, day: date, slot: int, found: HalfHours) -> None:
    point, control = _text(record, "JP06400"), _text(record, "JP06121")
    key = (day, slot, point, control)
    assert key not in found.values, f"{key} stands twice in one file"
    element = "JP06123" if found.code in ("0110", "0120") else "JP06125"
    if _text(record, "JP06122") == "0":
        found.values[key] = Decimal(_text(record, element))
    else:
        assert record.find(element) is None
        found.values[key] = None
    found.names[point] = _text(record, "JP06120")
    customer = record.findtext("JP06119")
    if customer is not None:
        found.customers[point] = customer


def read_fixed(xml: bytes) -> Fixed:
    """A fixed-usage file; slots are put in the table in the order in which they come."""
    _, _, message = _opened(xml)
    found = Fixed(
        code=_text(message, "JP00002"),
        month=_text(message, "JP06401"),
        receiver=(_text(message, "JP06112"), _text(message, "JP06113")),
    )
    for record in message.find("JPM00010"):
        point = _text(record, "JP06400")
        assert point not in found.days, f"{point} stands twice in one file"
        found.names[point] = _text(record, "JP06120")
        if _text(record, "JP06405") == "1":
            assert record.find("JPM00013") is None
            found.days[point] = None
            continue
        found.totals[point] = Decimal(_text(record, "JP06426"))
        found.days[point] = {
            _day(_text(group, "JP06423")): [
                Decimal(_text(slot, "JP06424")) for slot in group.find("JPM00014")
            ]
            for group in record.find("JPM00013")
        }
    return found


@dataclass
class Retailer:
    """Fetches what is new, keeps the latest value of each key, and totals what one poll brought."""

    taken: set[str] = field(default_factory=set)
    table: dict[HalfHourKey, Decimal | None] = field(default_factory=dict)
    fixed: dict[tuple[str, str], dict[date, list[Decimal]] | None] = field(default_factory=dict)
    totals: dict[tuple[date, int], Decimal] = field(default_factory=dict)

    def poll(self, files: Iterable[tuple[str, bytes]]) -> list[str]:
        """Take the files that are new, by revision, then split; returns their names.

        The totals per slot are made from the files read in one go: what a later poll brings replaces the total of its
        slots, whatever the earlier ones held.
        """
        new = sorted((name, content) for name, content in files if name not in self.taken)
        new.sort(key=lambda file: _revision_and_split(file[0]))
        fresh: dict[HalfHourKey, Decimal | None] = {}
        for name, content in new:
            member, xml = first_member(content)
            assert member == name.replace(".zip", ".xml")
            if name.startswith("W4"):
                fresh |= read_half_hours(xml).values
            else:
                found = read_fixed(xml)
                self.fixed |= {(point, found.month): days for point, days in found.days.items()}
            self.taken.add(name)
        self.table |= fresh
        sums: dict[tuple[date, int], Decimal] = defaultdict(Decimal)
        for (day, slot, _, _), value in fresh.items():
            sums[day, slot] += value or Decimal(0)
        self.totals |= sums
        return [name for name, _ in new]


def _revision_and_split(name: str) -> str:
    stem = name.removesuffix(".zip")
    return stem[18:] if stem.startswith("W4") else stem[14:]


def _opened(xml: bytes) -> tuple[etree._Element, etree._Element, etree._Element]:
    assert xml.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\r\n')
    root = etree.fromstring(xml, etree.XMLParser(huge_tree=True, resolve_entities=False))
    assert root.tag == "SBD-MSG", "a default namespace breaks this reader"
    for node in root.iter():
        assert isinstance(node.tag, str), "a comment breaks this reader"
    return root, root.find("JPMGRP/JPMGH"), root.find("JPMGRP/JPTRM")


def _text(parent: etree._Element, tag: str) -> str:
    """The text of a child that must be there and must not be empty."""
    text = parent.find(tag).text
    assert text, f"{tag} is empty"
    return text


def _day(text: str) -> date:
    return datetime.strptime(text, "%Y%m%d").date()


def month_days(first: date, last: date) -> list[date]:
    """Every day from ``first`` to ``last``."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
