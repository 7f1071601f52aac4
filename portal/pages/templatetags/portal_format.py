"""Template filters over :mod:`portal.pages.presentation` in the reader's language, and the small marks of the pages."""

from datetime import date, datetime, timedelta

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from portal.pages import icons, presentation

register = template.Library()


def language() -> str:
    """The reader's language, Japanese where none was chosen."""
    return get_language() or "ja"


@register.filter
def long_date(day: date) -> str:
    return presentation.long_date(day, language())


@register.filter
def long_date_of(at: datetime) -> str:
    """The day of an instant in Japan."""
    return presentation.long_date(presentation.local(at).date(), language())


@register.filter
def hour_minute(at: datetime) -> str:
    return f"{presentation.local(at):%H:%M}"


@register.filter
def short_day(day: date) -> str:
    return presentation.short_day(day, language())


@register.filter
def table_date(day: date) -> str:
    return presentation.table_date(day)


@register.filter
def month(day: date) -> str:
    return presentation.month(day, language())


@register.filter
def instant(at: datetime) -> str:
    return presentation.instant(at)


@register.filter
def iso(at: date | datetime) -> str:
    return (presentation.local(at) if isinstance(at, datetime) else at).isoformat()


@register.simple_tag
def span_of_days(first: date, last: date) -> str:
    return presentation.span_of_days(first, last)


@register.simple_tag
def slot_span(first: int, last: int) -> str:
    return presentation.slot_span(first, last)


@register.filter
def slot_name(slot: int) -> str:
    return presentation.slot_name(slot, language())


@register.filter
def count(value: int) -> str:
    return presentation.count(value)


@register.filter
def kilowatts(watts: int) -> str:
    return presentation.kilowatts(watts)


@register.simple_tag
def percent(part: int, whole: int, digits: int = 1) -> str:
    return presentation.percent(part, whole, digits)


@register.filter
def size(octets: int) -> str:
    return presentation.size(octets)


@register.filter
def duration(span: timedelta) -> str:
    return presentation.duration(span, language())


@register.filter
def number_22(number: str) -> SafeString:
    """The number in groups that do not break inside one line box."""
    return format_html('<span class="id">{}</span>', presentation.number_22(number))


@register.filter
def grouped(number: str) -> str:
    """The number in groups, as plain text (titles, labels)."""
    return presentation.number_22(number)


@register.filter
def digest(value: str) -> SafeString:
    """The short form people compare by eye; the whole digest is its title."""
    return format_html(
        '<span class="digest" title="{}">{}</span>', value, presentation.digest(value)
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    return mark_safe(icons.svg(name))  # noqa: S308  (our own constants)


@register.simple_tag
def state(kind: str, words: str) -> SafeString:
    """A state: shape, word, colour, in this order of weight."""
    css = "" if kind == "waiting" else f" state--{STATE_CLASS.get(kind, kind)}"
    return format_html('<span class="state{}">{}{}</span>', css, mark_safe(icons.svg(kind)), words)  # noqa: S308


STATE_CLASS = {"clock": "warn", "square": "bad", "undo": "warn"}
