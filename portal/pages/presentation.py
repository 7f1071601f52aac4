"""How dates, slots, numbers and identifiers are shown to people. Source: experience.md section 3; plain functions.

Energies are whole watt-hours or whole 0.1 kWh all the way to the text: there is no float here.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

JST = ZoneInfo("Asia/Tokyo")
MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
WEEKDAYS_JA = "月火水木金土日"
WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NUMBER_GROUPS = (2, 4, 4, 4, 4, 4)
SIZE_UNITS = ("KB", "MB", "GB", "TB")


def is_english(language: str) -> bool:
    """Everything but English is shown in Japanese, the language of the scheme."""
    return language.startswith("en")


def local(at: datetime) -> datetime:
    """``at`` as a clock in Japan shows it; naive times are Japanese already."""
    return at if at.tzinfo is None else at.astimezone(JST)


def weekday(day: date, language: str = "ja") -> str:
    """金, or Fri."""
    return WEEKDAYS_EN[day.weekday()] if is_english(language) else WEEKDAYS_JA[day.weekday()]


def long_date(day: date, language: str = "ja") -> str:
    """2026年11月20日（金）, or Fri 20 Nov 2026: in running text."""
    if is_english(language):
        return f"{weekday(day, language)} {day.day} {MONTHS_EN[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日（{weekday(day)}）"


def short_day(day: date, language: str = "ja") -> str:
    """11/20（金）, or 11/20 (Fri): where the year is known."""
    mark = weekday(day, language)
    return (
        f"{day.month}/{day.day} ({mark})"
        if is_english(language)
        else f"{day.month}/{day.day}（{mark}）"
    )


def table_date(day: date) -> str:
    """2026/11/20: in tables."""
    return f"{day:%Y/%m/%d}"


def month(day: date, language: str = "ja") -> str:
    """2026年11月, or November's short name and the year."""
    if is_english(language):
        return f"{MONTHS_EN[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月"


def instant(at: datetime) -> str:
    """2026/11/20 10:20 in Japanese time."""
    return f"{local(at):%Y/%m/%d %H:%M}"


def span_of_days(first: date, last: date) -> str:
    """2026/10/21–11/19; the year is said again only when it changes, a single day stands alone."""
    if first == last:
        return table_date(first)
    end = f"{last:%m/%d}" if first.year == last.year else table_date(last)
    return f"{table_date(first)}{DASH}{end}"


def slot_time(slot: int, slots: int = 48) -> str:
    """00:00, the beginning of slot 1; slot ``slots`` + 1 begins at 24:00."""
    minutes = (slot - 1) * 1440 // slots
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def slot_span(first: int, last: int, slots: int = 48) -> str:
    """16:00–20:00, from the beginning of slot ``first`` to the end of slot ``last``."""
    return f"{slot_time(first, slots)}{DASH}{slot_time(last + 1, slots)}"


def slot_name(slot: int, language: str = "ja") -> str:
    """コマ1 00:00–00:30."""
    word = "Slot " if is_english(language) else "コマ"
    return f"{word}{slot} {slot_span(slot, slot)}"


def count(value: int) -> str:
    """1,234 with a real minus sign."""
    return f"{value:,}".replace("-", MINUS)


def decimal(value: int, digits: int) -> str:
    """A whole number of 1/10^digits units: ``decimal(1234, 3)`` is 1.234."""
    whole, part = divmod(abs(value), 10**digits)
    sign = MINUS if value < 0 else ""
    return f"{sign}{whole:,}.{part:0{digits}d}"


def kwh(energy_wh: int) -> str:
    """Watt-hours as kWh to the Wh: 1,234.567."""
    return decimal(energy_wh, 3)


def tenths(provided_100wh: int) -> str:
    """Provided 0.1 kWh as kWh: 12.3."""
    return decimal(provided_100wh, 1)


def percent(part: int, whole: int, digits: int = 1) -> str:
    """Part of a whole in percent, rounded half up; never 100 before all is there, never 0 while something is."""
    if whole <= 0:
        return ""
    scale = 100 * 10**digits
    value = (2 * part * scale + whole) // (2 * whole)
    if 0 < part < whole:
        value = min(max(value, 1), scale - 1)
    if value == scale:
        return "100"
    if value == 0:
        return "0"
    return decimal(value, digits)


def kilowatts(watts: int) -> str:
    """4500 W as 4.5: no more digits than needed."""
    text = decimal(watts, 3).rstrip("0")
    return text.rstrip(".")


def number_22(number: str) -> str:
    """A 22-digit point number in groups 2-4-4-4-4-4; anything else as it is."""
    if len(number) != sum(NUMBER_GROUPS):
        return number
    parts, start = [], 0
    for length in NUMBER_GROUPS:
        parts.append(number[start : start + length])
        start += length
    return "-".join(parts)


def size(octets: int) -> str:
    """41.2 MB; below a kilobyte the bytes themselves."""
    if octets < 1000:
        return f"{octets} B"
    power = next(
        (power for power in range(1, len(SIZE_UNITS)) if octets < 1000 ** (power + 1)),
        len(SIZE_UNITS),
    )
    return f"{decimal(octets * 10 // 1000**power, 1)} {SIZE_UNITS[power - 1]}"


def duration(span: timedelta, language: str = "ja") -> str:
    """6分42秒, 0.8秒, 2時間5分, or 6 min 42 s; two units at most."""
    total = span // timedelta(milliseconds=100)
    hours, minutes, deciseconds = total // 36_000, total // 600 % 60, total % 600
    h, m, s = (" h", " min", " s") if is_english(language) else ("時間", "分", "秒")
    gap = " " if is_english(language) else ""
    if hours:
        return f"{hours}{h}{gap}{minutes}{m}"
    if minutes:
        return f"{minutes}{m}{gap}{deciseconds // 10}{s}"
    return f"{decimal(deciseconds, 1)}{s}"


def digest(value: str) -> str:
    """4e1f…a90c: enough to compare by eye; the whole value stands in a title or a details element."""
    return value if len(value) <= 12 else f"{value[:8]}…{value[-4:]}"
