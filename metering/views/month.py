"""The month of a device point as its page shows it: texts and marks on top of :mod:`metering.domain.heat_map`."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metering.domain import calendar_marks, heat_map
from metering.domain.calendar_marks import DayMark
from metering.domain.heat_map import Cell, Group, Row, Span, Value
from metering.domain.points import ServicePattern
from metering.domain.quality import Quality
from metering.selectors.points import Sight
from metering.views import words
from metering.views.addresses import Choice
from portal.pages import presentation
from portal.pages.templatetags.portal_format import language
from portal.timekeeping import half_hours

TENTHS, EXACT = 1, 3  # digits of kWh: what pattern 2 provides, and the Wh itself


@dataclass(frozen=True)
class Settled:
    """One settled slot as the store holds it."""

    energy_wh: int | None
    provided_100wh: int | None
    quality: Quality


@dataclass(frozen=True)
class Look:
    """How amounts are shown, if at all."""

    digits: int
    shows_energy: bool


Results = Mapping[tuple[date, int], Settled]


@dataclass(frozen=True)
class Scene:
    """All that the pictures of one device point and direction are drawn from, already cut to what the reader may see."""

    sights: Sequence[Sight]
    results: Results
    stages: Mapping[date, str]
    closed: AbstractSet[date]
    rated_wh: int  # energy of one slot at full capacity
    today: date
    choice: Choice
    shows_exact: bool = False  # the operator also sees the Wh behind the provided 0.1 kWh

    def sight(self, day: date, slot: int) -> Sight | None:
        """What the reader may see of this slot; None: nothing."""
        start = half_hours.HalfHour(day, slot).starts_at
        return next((sight for sight in self.sights if sight.period.contains(start)), None)

    def value(self, day: date, slot: int) -> Value | None:
        """The slot's value in Wh as the reader may see it: of pattern 2 what is provided, of pattern 1 what was settled."""
        sight, settled = self.sight(day, slot), self.results.get((day, slot))
        if sight is None or settled is None:
            return None
        if not sight.shows_energy:
            return Value(None, settled.quality)
        if sight.service.pattern == ServicePattern.PROVISION:
            provided = settled.provided_100wh
            return Value(None if provided is None else provided * 100, settled.quality)
        return Value(settled.energy_wh, settled.quality)

    def spans(self) -> list[Span]:
        """The sights as naive spans, for the picture."""
        return [
            Span(
                half_hours.naive_jst(sight.period.starts_at),
                half_hours.naive_jst(sight.period.ends_at) if sight.period.ends_at else None,
            )
            for sight in self.sights
        ]

    def sights_of(self, first: date, last: date) -> list[Sight]:
        """The sights that reach into these days."""
        start, end = half_hours.starts_at(first), half_hours.starts_at(last + timedelta(days=1))
        return [
            sight
            for sight in self.sights
            if sight.period.starts_at < end
            and (sight.period.ends_at is None or sight.period.ends_at > start)
        ]

    def digits(self, first: date, last: date) -> int:
        """Digits of kWh: 0.1 kWh where everything shown is provided energy, else to the Wh."""
        patterns = {sight.service.pattern for sight in self.sights_of(first, last)}
        return EXACT if ServicePattern.BALANCING in patterns else TENTHS


def build(scene: Scene, reading_dates: Sequence[date]) -> dict[str, Any]:
    """Context of the month's section: rows in groups by stage, finding, legend, edges, and the months beside it."""
    first = scene.choice.month or scene.today.replace(day=1)
    days = [day for day in heat_map.days_of_month(first) if day <= scene.today]
    rows, top = _rows(scene, days)
    groups = heat_map.groups(days, scene.stages, rows, reading_dates)
    shown = [row for group in groups for row in group.rows]
    last = heat_map.days_of_month(first)[-1]
    shows_energy = any(sight.shows_energy for sight in scene.sights_of(first, last))
    look = Look(scene.digits(first, last), shows_energy)
    finding = heat_map.finding(shown)
    return {
        "first": first,
        "previous": _month_before(scene, first),
        "next": _month_after(scene, first),
        "shows_energy": shows_energy,
        "digits": look.digits,
        "groups": [_group(scene, group, look) for group in groups],
        "span": presentation.span_of_days(shown[0].day, shown[-1].day) if shown else "",
        "finding": finding,
        "busy": _busy(finding.busy),
        "top": presentation.kilowatts(top),
        "marks": _marks(shown),
        "has_absent": any(row.absent for row in shown),
        "cuts": cuts(scene, days),
        "note": _note(scene, days, finding),
    }


def _rows(scene: Scene, days: Sequence[date]) -> tuple[dict[date, Row], int]:
    values = {
        (day, slot): value
        for day in days
        if day in scene.stages
        for slot in range(1, heat_map.SLOTS + 1)
        if (value := scene.value(day, slot))
    }
    largest = max(
        (value.amount for value in values.values() if value.amount is not None), default=0
    )
    top = heat_map.scale_top(largest, scene.rated_wh)
    spans = scene.spans()
    return {day: heat_map.row(day, values, spans, top) for day in days if day in scene.stages}, top


def _group(scene: Scene, group: Group, look: Look) -> dict[str, Any]:
    return {
        "title": group_title(group),
        "rows": [_row(scene, row, look) for row in group.rows],
    }


def group_title(group: Group) -> str:
    """確定　10/21–11/11, and for provisional days when they become final."""
    span = f"{group.first_day:%m/%d}{presentation.DASH}{group.last_day:%m/%d}"
    if group.first_day == group.last_day:
        span = f"{group.first_day:%m/%d}"
    if group.final_after:
        day = presentation.short_day(group.final_after, language())
        return _("速報　%(span)s（検針日 %(day)s の後に確定）") % {"span": span, "day": day}
    return f"{words.STAGE[group.stage]}　{span}"


def _row(scene: Scene, row: Row, look: Look) -> dict[str, Any]:
    mark = calendar_marks.mark(row.day, scene.closed)
    return {
        "date": f"{row.day.month}/{row.day.day}",
        "mark": day_mark(row.day, mark),
        "css": {None: "", DayMark.SATURDAY: "saturday"}.get(mark, "holiday"),
        "address": scene.choice.to("#day", month=row.day.replace(day=1), day=row.day),
        "is_current": row.day == scene.choice.day,
        "cells": [cell_words(cell, look.digits) for cell in row.cells],
        "total": _total(row, look.digits) if look.shows_energy else presentation.count(row.absent),
    }


def _total(row: Row, digits: int) -> str:
    if row.total is None:
        return presentation.DASH
    return amount(row.total, digits) + ("" if row.is_complete else "*")


def amount(energy_wh: int, digits: int) -> str:
    """kWh with as many digits as the page shows."""
    return (
        presentation.tenths(energy_wh // 100) if digits == TENTHS else presentation.kwh(energy_wh)
    )


def day_mark(day: date, mark: DayMark | None) -> str:
    """（金）; holidays and the days off around New Year are written, not only coloured."""
    special = {DayMark.HOLIDAY: _("祝"), DayMark.CLOSED: _("休")}
    word = special.get(mark) if mark else None
    text = word or presentation.weekday(day, language())
    return f" ({text})" if presentation.is_english(language()) else f"（{text}）"


def cell_words(cell: Cell, digits: int) -> dict[str, str]:
    """Class and text of one cell: the value first, then the quality in words unless it was plainly measured."""
    if not cell.is_inside:
        return {"css": "out", "text": _("対象外"), "extra": ""}
    if cell.value is None:
        return {"css": "", "text": _("未計算"), "extra": ""}
    quality, shown = cell.value.quality, cell.value.amount
    lightness = f"h{cell.step}" if cell.step else ""
    if quality is Quality.MEASURED and shown is not None:
        return {"css": lightness, "text": amount(shown, digits), "extra": ""}
    word = str(words.QUALITY[quality])
    if quality in heat_map.WITHOUT_VALUE:
        return {"css": f"q{quality:d}", "text": word, "extra": ""}
    if shown is None:
        return {
            "css": "seen" if quality is Quality.MEASURED else f"seen q{quality:d}",
            "text": word,
            "extra": "",
        }
    return {
        "css": f"{lightness} q{quality:d}".strip(),
        "text": amount(shown, digits),
        "extra": word,
    }


def _marks(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """The qualities that occur, with their words, for the legend; missing is always explained."""
    present = {cell.value.quality for row in rows for cell in row.cells if cell.value}
    special = {
        Quality.MISSING: _("欠測（値なし。0 ではありません）"),
        Quality.EXCHANGED: _("計器交換をまたぐコマ"),
    }
    shown = [
        quality
        for quality in Quality
        if quality in present - {Quality.MEASURED} | {Quality.MISSING}
    ]
    return [
        {"number": int(quality), "word": special.get(quality, words.QUALITY[quality])}
        for quality in shown
    ]


def _busy(busy: tuple[int, int, int] | None) -> dict[str, Any] | None:
    if busy is None:
        return None
    first, last, percent = busy
    return {
        "percent": percent,
        "span": presentation.slot_span(first, last),
        "first": first,
        "last": last,
    }


def _month_before(scene: Scene, first: date) -> str:
    has_earlier = any(
        sight.period.starts_at < half_hours.starts_at(first) for sight in scene.sights
    )
    before = (first - timedelta(days=1)).replace(day=1)
    return scene.choice.to(month=before, day=None) if has_earlier else ""


def _month_after(scene: Scene, first: date) -> str:
    after = (first + timedelta(days=32)).replace(day=1)
    return scene.choice.to(month=after, day=None) if after <= scene.today else ""


def cuts(scene: Scene, days: Sequence[date]) -> list[str]:
    """A sentence for every edge inside ``days`` at which the reader's sight begins or ends, and why."""
    if not days:
        return []
    start, end = half_hours.starts_at(days[0]), half_hours.starts_at(days[-1] + timedelta(days=1))
    starts = {sight.period.starts_at for sight in scene.sights}
    ends = {sight.period.ends_at for sight in scene.sights}
    sentences = []
    for sight in scene.sights:
        first, last = sight.period.starts_at, sight.period.ends_at
        if start < first < end and first not in ends:
            said = {"at": presentation.instant(first), "reason": _reason(sight, first)}
            sentences.append(_("%(at)s より前は%(reason)sのため表示しません。") % said)
        if last and start < last < end and last not in starts:
            said = {"at": presentation.instant(last), "reason": _reason(sight, last)}
            sentences.append(_("%(at)s から先は%(reason)sのため表示しません。") % said)
    return sentences


def _reason(sight: Sight, edge: datetime) -> str:
    """Why nothing is shown beyond ``edge``."""
    return _("契約期間外") if sight.is_edge_of_own(edge) else _("提供の根拠（同意）がない期間")


def _note(scene: Scene, days: Sequence[date], finding: heat_map.Finding) -> dict[str, str] | None:
    """What a reader has to know about the values of this pattern."""
    sights = scene.sights_of(days[0], days[-1]) if days else []
    if any(not sight.shows_energy for sight in sights):
        return {
            "title": _("パターン1の電力量は表示しません"),
            "text": _(
                "受電点事業者にお見せできるのは、コマごとの品質（計測・補完・均等配分など）だけです。電力量、指示数、需要場所の結果は含まれません。"
            ),
        }
    if finding.missing and any(
        sight.service.pattern == ServicePattern.PROVISION for sight in sights
    ):
        return {
            "title": _("パターン2の欠測は補完されません"),
            "text": _(
                "値のないコマは欠測のまま通知します。均等配分やゼロには置き換えません。あとから計測値が届いたときは、訂正として新しい版を送ります。"
            ),
        }
    return None


def slots_of(number: int) -> str:
    """8コマ."""
    return ngettext("%(n)sコマ", "%(n)sコマ", number) % {"n": presentation.count(number)}
