"""Every adjustable number of the scheme that the portal uses so far: key, type, default, unit and where it comes from.

A field of :class:`Parameters` is a parameter; its name is the key. Values with effective dates lie in the database
(``models.ParameterValue``); ``selectors.at(day)`` lays them over these defaults. Energies stay whole Wh and factors
whole percent: no float. Numbers that the database itself guards (four positions per premises) are not parameters.
"""
# ruff: noqa: RUF009  (the functions called in defaults return dataclass fields)

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from datetime import date, time
from typing import Any, cast

from portal.errors import Invalid, Text

type_name = {
    int: "整数",
    bool: "true / false",
    str: "文字列",
    date: "日付 YYYY-MM-DD",
    time: "時刻 HH:MM",
    tuple: "文字列の列",
}


@dataclass(frozen=True)
class Note:
    """What people must know about a parameter."""

    label: str  # Japanese, for the back office
    unit: str
    source: str  # document and section
    kind: type
    optional: bool = False  # None is a value ("not yet")


def number(default: int, label: str, unit: str, source: str) -> int:
    """A whole number, zero or more."""
    return field(default=default, metadata={"note": Note(label, unit, source, int)})


def flag(*, default: bool, label: str, source: str) -> bool:
    """Yes or no."""
    return field(default=default, metadata={"note": Note(label, "", source, bool)})


def text(default: str, label: str, source: str) -> str:
    """A text, for example a pattern."""
    return field(default=default, metadata={"note": Note(label, "", source, str)})


def texts(default: tuple[str, ...], label: str, source: str) -> tuple[str, ...]:
    """Several texts."""
    return field(default=default, metadata={"note": Note(label, "", source, tuple)})


def first_day(label: str, source: str) -> date | None:
    """The day from which something is allowed; None: not yet."""
    note = Note(label, "", source, date, optional=True)
    return cast("date | None", field(default=None, metadata={"note": note}))


def clock_time(default: time, label: str, source: str) -> time:
    """A time of day in Japan."""
    return field(default=default, metadata={"note": Note(label, "JST", source, time)})


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """All parameters as they stand on one day, with the business calendar. Frozen: hand it to rules as it is."""

    day: date
    calendar: frozenset[date] = frozenset()  # closed days, for portal.timekeeping.business_days

    # --- the calculation (settlement.md, head and rules 7, 13; domain.md D1, D9) ---
    counter_modulus_wh: int = number(
        100_000_000, "積算レジスタの法", "Wh", "settlement.md head; D1"
    )
    slot_minutes: int = number(30, "コマの長さ", "分", "settlement.md head; D1")
    plausibility_percent: int = number(
        120, "妥当性上限（定格比）", "%", "settlement.md head plausibility_factor; D1"
    )
    flat_max_minutes: int = number(
        44_640, "均等配分の上限（31日）", "分", "settlement.md head; D1 flat_max_slots"
    )
    provision_digits: int = number(6, "提供桁数", "桁", "settlement.md rule 13; D1")

    # --- identifiers (domain.md D1, D4) ---
    tso_code2: str = text("03", "Pairing IDの事業者コード2桁", "D1")
    pairing_free3: str = text("901", "Pairing IDの任意3桁", "D1")
    device_point_number_pattern: str = text(
        r"(0[1-9]|10)9\d{19}", "機器点特定番号の形式", "D4; house.md 8.12"
    )
    exempt_meter_id_pattern: str = text("[0-9A-F]{14}", "特例計量器IDの形式", "D4")
    terminal_id_pattern: str = text("[0-9A-Z]{16,32}", "無線端末IDの形式", "D4")

    # --- who may take part (domain.md D1, D3; decisions 13) ---
    hv_acceptance_from: date | None = first_day("高圧の受付開始日", "D1, D3")
    extra_high_acceptance_from: date | None = first_day("特別高圧の受付開始日", "decisions 13")
    exempt_meter_limit_kw: int = number(500, "特例計量器の上限（未満）", "kW", "decisions 13")
    allow_dual_pattern: bool = flag(default=False, label="1機器点で両パターンを認める", source="D1")

    # --- deadlines and the business calendar (domain.md D1, D6) ---
    fix_notice_bd: int = number(4, "確定通知の期限（検針日起算）", "営業日", "D1; decisions 18")
    preliminary_sla_min: int = number(60, "速報の目標", "分", "D1")
    business_closed_extra: tuple[str, ...] = texts(
        ("12-29", "12-30", "12-31", "01-01", "01-02", "01-03"),
        "年末年始の休業日（MM-DD）",
        "D1; D6",
    )

    # --- EDI (decisions 18 to 21) ---
    slot_file_after_min: int = number(
        40, "コマ別ファイルの作成（コマ終了後）", "分", "decisions 18"
    )
    slot_file_days: int = number(
        3, "コマ別ファイルを初めて作成する日数（それより前の日は日毎のみ）", "日", "docs/adr/0005"
    )
    day_file_by: time = clock_time(time(7, 0), "日毎ファイルの期限（翌日）", "decisions 18")
    first_split_low: int = number(9001, "分割番号の開始（低圧）", "", "decisions 21")
    first_split_high: int = number(90, "分割番号の開始（高圧）", "", "decisions 21")
    first_split_month: int = number(90001, "分割番号の開始（月間確定）", "", "decisions 21")
    first_split_single_day: int = number(
        99001, "分割番号の開始（1日だけの月間確定）", "", "decisions 19"
    )
    points_per_split: int = number(1000, "1分割の機器点数（30分・日毎）", "件", "decisions 21")
    points_per_month_split: int = number(100, "1分割の機器点数（月間確定）", "件", "decisions 21")
    revision_alarm_from: int = number(90, "更新番号の警報（99で尽きる）", "", "decisions 21")

    def plain(self) -> dict[str, Any]:
        """Every parameter by key as JSON holds it, without day and calendar: for the identity of a run."""
        return {
            key: definition.plain(getattr(self, key)) for key, definition in DEFINITIONS.items()
        }


@dataclass(frozen=True)
class Definition:
    """One parameter: how its value is read from JSON and written to it."""

    key: str
    default: Any
    note: Note

    def parse(self, value: Any) -> Any:
        """The typed value of a JSON value; refuses whatever the parameter cannot be."""
        if value is None and self.note.optional:
            return None
        try:
            return READERS[self.note.kind](value)
        except (TypeError, ValueError):
            raise self._refused(value) from None

    def plain(self, value: Any) -> Any:
        """The JSON value of a typed value; the inverse of :meth:`parse`."""
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, time):
            return value.isoformat("minutes")
        return list(value) if isinstance(value, tuple) else value

    def _refused(self, value: Any) -> Invalid:
        expected = type_name[self.note.kind]
        return Invalid(
            "E-PARAM-02",
            Text(
                ja=f"{self.key} に {value!r} は指定できません。",
                en=f"{self.key} cannot be {value!r}.",
            ),
            remedy=Text(
                ja=f"{expected}で指定してください（例: {self.plain(self.default)!r}）。",
                en=f"Give a value like {self.plain(self.default)!r}.",
            ),
            place=self.key,
        )


def definition_of(key: str) -> Definition:
    """The parameter with this key; refuses an unknown one."""
    if key not in DEFINITIONS:
        raise Invalid(
            "E-PARAM-01",
            Text(ja=f"パラメーター {key} はありません。", en=f"There is no parameter {key}."),
            remedy=Text(ja="一覧から選んでください。", en="Choose one of the list."),
            place=key,
        )
    return DEFINITIONS[key]


def _whole(value: Any) -> int:
    if type(value) is not int or value < 0:  # true and 1.0 are no numbers here
        raise ValueError(value)
    return value


def _exactly(kind: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) is not kind:
            raise ValueError(value)
        return value

    return read


def _all_text(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise ValueError(value)
    return tuple(value)


READERS: dict[type, Callable[[Any], Any]] = {
    int: _whole,
    bool: _exactly(bool),
    str: _exactly(str),
    date: date.fromisoformat,
    time: time.fromisoformat,
    tuple: _all_text,
}

DEFINITIONS: dict[str, Definition] = {
    each.name: Definition(each.name, each.default, each.metadata["note"])
    for each in fields(Parameters)
    if "note" in each.metadata and each.default is not MISSING
}
