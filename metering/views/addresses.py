"""Addresses of a point's page: every choice stands in the URL, and what is the default is left out."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Self
from urllib.parse import urlencode

from django.http import QueryDict

from metering.domain.points import FlowDirection

NUMBERS = "values"


@dataclass(frozen=True)
class Choice:
    """What a reader chose: a month, a day of it, a direction, colours or numbers. None = the page decides."""

    month: date | None = None
    day: date | None = None
    direction: FlowDirection = FlowDirection.FORWARD
    view: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Self:
        """Read from an address; what cannot be read counts as not chosen, because addresses are typed and cut off."""
        day = _day(query.get("day", ""))
        return cls(
            month=day.replace(day=1) if day else _day(query.get("month", "") + "-01"),
            day=day,
            direction=FlowDirection.REVERSE
            if query.get("direction") == "1"
            else FlowDirection.FORWARD,
            view=NUMBERS if query.get("view") == NUMBERS else "",
        )

    def to(self, fragment: str = "", **changes: object) -> str:
        """The address of the same page with ``changes``."""
        other = replace(self, **changes)  # type: ignore[arg-type]
        named = {
            "month": f"{other.month:%Y-%m}" if other.month else "",
            "day": other.day.isoformat() if other.day else "",
            "direction": "1" if other.direction is FlowDirection.REVERSE else "",
            "view": other.view,
        }
        return f"?{urlencode({key: value for key, value in named.items() if value})}{fragment}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
