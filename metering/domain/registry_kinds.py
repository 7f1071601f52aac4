"""The kinds of value in a registry file: how each is written, read and described.

Readers take what stands in a cell (stripped, never empty) and return the value that the tables hold; they raise
``Invalid``. Identifiers are judged by ``identifiers`` alone, with the patterns of the day's parameters [P].
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from metering.domain import identifiers
from metering.domain import registry_refusals as refusals
from metering.domain.points import (
    DEVICE_LABELS,
    HOLD_LABELS,
    PATTERN_LABELS,
    POSITIONS,
    VOLTAGE_LABELS,
)
from portal.organizations.roles import PARTY_LABELS, Party
from portal.timekeeping.half_hours import from_naive_jst, is_boundary

YEARS = range(
    1900, 2200
)  # a far date such as 9999-12-31 is a way to say "open" that we do not take

_ROUNDED_BY_SPREADSHEET = re.compile(r"\d(\.\d+)?[Ee]\+\d+")
_DAY = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})", re.ASCII)
_INSTANT = re.compile(
    r"(\d{4}[-/]\d{1,2}[-/]\d{1,2})[T ](\d{1,2}):(\d{2})(?::00)?(Z|[+-]\d{2}:\d{2})?", re.ASCII
)
_KILOWATTS = re.compile(r"(\d{1,9})(?:\.(\d{1,3}))?", re.ASCII)


@dataclass(frozen=True)
class Formats:
    """What the reading of identifiers depends on: the operator's area and the patterns of the day [P]."""

    area: str
    device_point_number: str = identifiers.DEVICE_POINT_NUMBER
    exempt_meter_id: str = identifiers.EXEMPT_METER_ID
    terminal_id: str = identifiers.TERMINAL_ID


@dataclass(frozen=True)
class Kind:
    """One kind of value: ``read`` makes it of a cell, ``form`` tells people how to write it."""

    form: str
    read: Callable[[str, Formats], Any]


def text(longest: int) -> Kind:
    """Any text without control characters (the XML of the EDI could not hold them)."""

    def read(cell: str, _formats: Formats) -> str:
        if len(cell) > longest or any(unicodedata.category(sign) == "Cc" for sign in cell):
            raise refusals.malformed(
                cell[:40], f"{longest}文字以内", f"at most {longest} characters"
            )
        return cell

    return Kind(f"text, at most {longest} characters", read)


def choice(labels: Mapping[Any, str], *, form: str = "") -> Kind:
    """A member of an enum, by its value or its Japanese label."""
    members = {str(member.value): member for member in labels} | {
        label: member for member, label in labels.items()
    }
    values = " ".join(str(member.value) for member in labels)

    def read(cell: str, _formats: Formats) -> Enum:
        if cell not in members:
            raise refusals.malformed(cell, "、".join(labels.values()), values)
        member: Enum = members[cell]
        return member

    return Kind(form or f"one of `{'` `'.join(values.split())}`", read)


def several(labels: Mapping[Any, str]) -> Kind:
    """Members of an enum, separated by spaces."""
    one = choice(labels)

    def read(cell: str, formats: Formats) -> tuple[Any, ...]:
        return tuple(sorted({one.read(part, formats) for part in cell.split()}))

    return Kind(f"{one.form}; several with a space between", read)


def _identifier(cell: str) -> str:
    if _ROUNDED_BY_SPREADSHEET.fullmatch(cell):
        raise refusals.spoiled_by_spreadsheet(cell)
    return cell


def _supply_point_number(cell: str, formats: Formats) -> str:
    return identifiers.check_supply_point_number(_identifier(cell), area=formats.area)


def _device_point_number(cell: str, formats: Formats) -> str:
    return identifiers.check_device_point_number(
        _identifier(cell), pattern=formats.device_point_number
    )


def _meter_id(cell: str, formats: Formats) -> str:
    return identifiers.check_exempt_meter_id(_identifier(cell), pattern=formats.exempt_meter_id)


def _terminal_id(cell: str, formats: Formats) -> str:
    return identifiers.check_terminal_id(_identifier(cell), pattern=formats.terminal_id)


def _organization_code(cell: str, _formats: Formats) -> str:
    return identifiers.check_retailer_code(cell)


def _codes_by_area(cell: str, formats: Formats) -> tuple[tuple[str, str], ...]:
    """``01=91231 02=91232``: codes of one organization in other areas than the operator's own."""
    codes = {}
    for part in cell.split():
        area, equals, code = part.partition("=")
        if not equals or area not in identifiers.AREAS or area == formats.area or area in codes:
            raise refusals.malformed(
                part, "他エリア=コード（例 01=91231）", "area=code, as in 01=91231"
            )
        codes[area] = identifiers.check_retailer_code(code)
    return tuple(sorted(codes.items()))


def _day(cell: str, _formats: Formats) -> date:
    found = _DAY.fullmatch(cell)
    if found and int(found[1]) in YEARS:
        try:
            return date(int(found[1]), int(found[3]), int(found[4]))
        except ValueError:
            pass
    raise refusals.malformed(
        cell,
        f"YYYY-MM-DD（{YEARS[0]}年から{YEARS[-1]}年。期限なしは空欄）",
        f"YYYY-MM-DD in {YEARS[0]} to {YEARS[-1]}; an open end is empty",
    )


def _instant(cell: str, formats: Formats) -> datetime:
    found = _INSTANT.fullmatch(cell)
    if found:
        day = _day(found[1], formats)
        try:
            clock = f"{int(found[2]):02d}:{found[3]}{found[4] or ''}"
            return from_naive_jst(datetime.fromisoformat(f"{day}T{clock}"))
        except (ValueError, OverflowError):
            pass
    raise refusals.malformed(cell, "YYYY-MM-DDTHH:MM（JST）", "YYYY-MM-DDTHH:MM (JST)")


def _boundary(cell: str, formats: Formats) -> datetime:
    instant = _instant(cell, formats)
    if not is_boundary(instant):
        raise refusals.off_boundary(instant)
    return instant


def _watts(cell: str, _formats: Formats) -> int:
    """Kilowatts with at most three decimals as whole watts, above zero."""
    found = _KILOWATTS.fullmatch(cell)
    watts = int(found[1]) * 1_000 + int((found[2] or "").ljust(3, "0")) if found else 0
    if not watts:
        raise refusals.malformed(
            cell, "0より大きいkW、小数第3位まで", "kW above 0, at most 3 decimals"
        )
    return watts


def _one_of(accepted: Mapping[str, Any], ja: str, en: str) -> Callable[[str, Formats], Any]:
    def read(cell: str, _formats: Formats) -> Any:
        if cell.lower() not in accepted:
            raise refusals.malformed(cell, ja, en)
        return accepted[cell.lower()]

    return read


# A spreadsheet turns "01" into 1, which would mean reverse only: hence the words.
_DIRECTIONS = {
    "0": "0",
    "forward": "0",
    "順": "0",
    "1": "1",
    "reverse": "1",
    "逆": "1",
    "01": "01",
    "both": "01",
    "順・逆": "01",
}
_FLAGS = {"1": True, "true": True, "あり": True, "0": False, "false": False, "なし": False}
_PLACES = {str(place): place for place in POSITIONS}

SUPPLY_POINT_NUMBER = Kind("22 digits; spaces and hyphens do not matter", _supply_point_number)
DEVICE_POINT_NUMBER = Kind("22 digits with check digit", _device_point_number)
METER_ID = Kind("14 hex digits (0xD1)", _meter_id)
TERMINAL_ID = Kind("16 to 32 letters and digits", _terminal_id)
ORGANIZATION_CODE = Kind("5 letters and digits", _organization_code)
CODES_BY_AREA = Kind("`area=code`; several with a space between", _codes_by_area)
DAY = Kind("`YYYY-MM-DD`", _day)
BOUNDARY = Kind("`YYYY-MM-DDTHH:MM`, JST unless an offset follows, on :00 or :30", _boundary)
INSTANT = Kind("`YYYY-MM-DDTHH:MM`, JST unless an offset follows", _instant)
KILOWATTS = Kind("kW above 0, at most 3 decimals", _watts)
DIRECTIONS = Kind(
    "`0` forward, `1` reverse, `01` or `both`",
    _one_of(_DIRECTIONS, "0（順）、1（逆）、both（両方）", "0, 1 or both"),
)
FLAG = Kind("`1` or `0`", _one_of(_FLAGS, "1 または 0", "1 or 0"))
PLACE = Kind("1 to 4", _one_of(_PLACES, "1から4", "1 to 4"))
VOLTAGE = choice(VOLTAGE_LABELS)
DEVICE = choice(DEVICE_LABELS)
PATTERN = choice(PATTERN_LABELS)
HOLD_REASON = choice(HOLD_LABELS)
PARTIES = several({party: PARTY_LABELS[party] for party in Party})
ACCURACY_CLASS = Kind(
    "`n1` to `n7` or `OTHER`",
    _one_of(
        {f"n{n}": f"n{n}" for n in range(1, 8)} | {"other": "OTHER"},
        "n1からn7、OTHER",
        "n1 to n7 or OTHER",
    ),
)
