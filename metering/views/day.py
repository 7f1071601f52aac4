"""One day of a device point as its page shows it: sentences, step line and table."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metering.domain import day_line
from metering.domain.day_line import Field, Frame, Mark
from metering.domain.heat_map import SLOTS, WITHOUT_VALUE, Value
from metering.domain.points import ServicePattern
from metering.domain.quality import Quality
from metering.views import words
from metering.views.month import Scene, amount, slots_of
from portal.pages import presentation
from portal.pages.templatetags.portal_format import language

SPANS_NAMED = 3  # more are counted, not listed


def build(scene: Scene, day: date) -> dict[str, Any]:
    """Context of the day's section."""
    before, week = day - timedelta(days=1), day - timedelta(days=7)
    values = {one: _values(scene, one) for one in (day, before, week)}
    digits = scene.digits(week, day)
    shows_energy = any(sight.shows_energy for sight in scene.sights_of(day, day))
    return {
        "date": day,
        "stage": words.STAGE.get(scene.stages.get(day, ""), ""),
        "previous": _beside(scene, before),
        "next": _beside(scene, day + timedelta(days=1)),
        "shows_energy": shows_energy,
        "sentences": sentences(day, values[day], values[before], digits, shows_energy=shows_energy),
        "wide": _drawing(day_line.WIDE, day, values) if shows_energy else None,
        "narrow": _drawing(day_line.NARROW, day, values) if shows_energy else None,
        "runs": _runs(scene, day),
        **_table(scene, day, values, digits),
    }


def _values(scene: Scene, day: date) -> list[Value | None]:
    return [scene.value(day, slot) for slot in range(1, SLOTS + 1)]


def _beside(scene: Scene, day: date) -> str:
    is_there = day <= scene.today and bool(scene.sights_of(day, day))
    return scene.choice.to("#day", month=day.replace(day=1), day=day) if is_there else ""


def _amounts(values: Sequence[Value | None]) -> list[int | None]:
    return [value.amount if value else None for value in values]


def _sum(values: Sequence[Value | None]) -> int | None:
    amounts = [value.amount for value in values if value and value.amount is not None]
    return sum(amounts) if amounts else None


def _is_whole(values: Sequence[Value | None]) -> bool:
    return all(value is not None and value.amount is not None for value in values)


# --- sentences -----------------------------------------------------------------------------------------------------


def sentences(
    day: date,
    values: Sequence[Value | None],
    before: Sequence[Value | None],
    digits: int,
    *,
    shows_energy: bool,
) -> list[str]:
    """What the day shows: gaps first, then the energy, compared with the day before only where both are whole."""
    name = f"{day.month}/{day.day}"
    if not any(values):
        return [_("%(day)s の結果はまだありません。") % {"day": name}]
    said = [_gap_sentence(name, values)]
    total = _sum(values)
    if shows_energy and total is not None:
        said.append(_energy_sentence(values, before, total, digits))
    return said


def _gap_sentence(name: str, values: Sequence[Value | None]) -> str:
    spans = [
        (first, last)
        for quality, first, last in _quality_runs(values)
        if quality is Quality.MISSING
    ]
    missing = sum(last - first + 1 for first, last in spans)
    if not missing:
        return _("%(day)s に欠測はありません。") % {"day": name}
    if len(spans) > SPANS_NAMED:
        words_of = {"day": name, "slots": slots_of(missing), "places": len(spans)}
        return _("%(day)s は %(places)sか所、あわせて%(slots)sが欠測です。") % words_of
    listed = _("、").join(presentation.slot_span(first, last) for first, last in spans)
    return ngettext(
        "%(day)s は %(spans)s の%(slots)sが欠測です。",
        "%(day)s は %(spans)s の%(slots)sが欠測です。",
        missing,
    ) % {"day": name, "spans": listed, "slots": slots_of(missing)}


def _energy_sentence(
    values: Sequence[Value | None], before: Sequence[Value | None], total: int, digits: int
) -> str:
    said = {"total": amount(total, digits)}
    earlier = _sum(before)
    if not _is_whole(values):
        return _("値のあるコマの計は %(total)s kWh です。") % said
    if earlier is None or not _is_whole(before):
        return _("計は %(total)s kWh です。") % said
    said |= {"before": amount(earlier, digits), "difference": amount(abs(total - earlier), digits)}
    if total == earlier:
        return _("計は %(total)s kWh で、前日と同じです。") % said
    if total > earlier:
        return (
            _("計は %(total)s kWh で、前日の %(before)s kWh より %(difference)s kWh 多い値です。")
            % said
        )
    return (
        _("計は %(total)s kWh で、前日の %(before)s kWh より %(difference)s kWh 少ない値です。")
        % said
    )


def _quality_runs(values: Sequence[Value | None]) -> list[tuple[Quality | None, int, int]]:
    """Neighbouring slots of one quality: (quality, first, last); None where nothing is there."""
    runs = []
    qualities = [value.quality if value else None for value in values]
    for quality, together in groupby(enumerate(qualities, start=1), key=lambda item: item[1]):
        slots = [slot for slot, _quality in together]
        runs.append((quality, slots[0], slots[-1]))
    return runs


# --- line ----------------------------------------------------------------------------------------------------------


def _drawing(frame: Frame, day: date, values: dict[date, list[Value | None]]) -> dict[str, Any]:
    shown, before, week = (_amounts(one) for one in values.values())
    qualities = [value.quality if value else None for value in values[day]]
    drawing = day_line.draw(frame, shown, qualities, before, week)
    return {
        "frame": frame,
        "day": drawing.day,
        "before": drawing.before,
        "week": drawing.week,
        "hours": drawing.hours,
        "amounts": _axis(drawing.amounts),
        "fields": [_field(field) for field in drawing.fields],
        "keys": _keys(frame, day),
    }


def _axis(marks: Sequence[Mark]) -> list[dict[str, Any]]:
    """The marks with kWh, all with as many digits as one of them needs."""
    is_fine = any(mark.value % 100 for mark in marks)
    return [
        {
            "mark": mark,
            "label": presentation.kwh(mark.value)
            if is_fine
            else presentation.tenths(mark.value // 100),
        }
        for mark in marks
    ]


def _field(field: Field) -> dict[str, Any]:
    is_out = field.quality not in WITHOUT_VALUE
    word = (
        ""
        if is_out or field.quality is None
        else f"{words.QUALITY[field.quality]} {slots_of(field.slots)}"
    )
    return {
        "x": field.x,
        "width": field.width,
        "is_held": field.quality is Quality.HELD,
        "is_out": is_out,
        "word": word if field.tab_x else "",
        "tab_x": field.tab_x,
        "tab_middle": field.tab_middle,
    }


def _keys(frame: Frame, day: date) -> list[dict[str, Any]]:
    before, week = day - timedelta(days=1), day - timedelta(days=7)
    texts = {
        "day": presentation.short_day(day, language()),
        "before": _("前日 %(day)s") % {"day": f"{before.month}/{before.day}"},
        "week": _("前週同曜日 %(day)s") % {"day": f"{week.month}/{week.day}"},
    }
    is_wide = frame is day_line.WIDE
    return [
        {
            "line": line,
            "word": text,
            "x": 92 + 180 * index if is_wide else frame.left,
            "y": 17 if is_wide else 14 + 24 * index,
        }
        for index, (line, text) in enumerate(texts.items())
    ]


# --- table ---------------------------------------------------------------------------------------------------------


def _runs(scene: Scene, day: date) -> list[dict[str, Any]]:
    runs = []
    for quality, first, last in _quality_runs(_values(scene, day)):
        inside = scene.sight(day, first) is not None
        word = (
            words.QUALITY[quality]
            if quality is not None
            else _("未計算")
            if inside
            else _("対象外")
        )
        runs.append({"first": first, "last": last, "slots": last - first + 1, "word": word})
    return runs


def _table(
    scene: Scene, day: date, values: dict[date, list[Value | None]], digits: int
) -> dict[str, Any]:
    shown, before, week = values.values()
    exact = [_exact(scene, day, slot) for slot in range(1, SLOTS + 1)]
    rows = [
        {
            "number": slot,
            "amount": _amount_words(shown[slot - 1], digits),
            "before": _amount_words(before[slot - 1], digits),
            "week": _amount_words(week[slot - 1], digits),
            "quality": _quality_words(shown[slot - 1]),
            "exact": presentation.DASH
            if exact[slot - 1] is None
            else presentation.count(exact[slot - 1] or 0),
        }
        for slot in range(1, SLOTS + 1)
    ]
    known = [one for one in exact if one is not None]
    return {
        "table": rows,
        "total": _total(shown, digits),
        "total_before": _total(before, digits),
        "total_week": _total(week, digits),
        "shows_exact": bool(known),
        "total_exact": presentation.count(sum(known)),
    }


def _exact(scene: Scene, day: date, slot: int) -> int | None:
    """The settled Wh of pattern 2, which only the operator sees beside the provided 0.1 kWh."""
    sight, settled = scene.sight(day, slot), scene.results.get((day, slot))
    if not scene.shows_exact or sight is None or settled is None:
        return None
    return settled.energy_wh if sight.service.pattern == ServicePattern.PROVISION else None


def _amount_words(value: Value | None, digits: int) -> str:
    if value is None:
        return presentation.DASH
    if value.amount is None:
        return str(words.QUALITY[value.quality])
    return amount(value.amount, digits)


def _quality_words(value: Value | None) -> str:
    return str(words.QUALITY[value.quality]) if value else presentation.DASH


def _total(values: Sequence[Value | None], digits: int) -> str:
    total = _sum(values)
    return presentation.DASH if total is None else amount(total, digits)
