"""The exchange profile: every code, version, limit and start number of the messages, as one table of data.

The official tables of 電気事業者間における電力量提供等EDI共通規格 after the change of 2025 were not at hand. What real readers
show is marked SEEN; what follows from how they read is DERIVED; what nobody could tell is GUESS; what was settled for
device points is DECIDED (decisions 18 to 25). Limits that the operator may move with an effective date stand in
``portal.parameters`` and are laid over this table by :func:`adjusted`. When the official tables arrive, this module is replaced and nothing
else: no other module of ``edi`` holds such a value. :data:`MARKS` says for each value where it comes from.
"""

from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from enum import StrEnum
from types import MappingProxyType

from portal.errors import Invalid, Text


class Mark(StrEnum):
    """How well a value of the profile is known."""

    SEEN = "seen"  # read by a real reader, or stated on a page
    DERIVED = "derived"  # concluded from how readers use it
    GUESS = "guess"  # no source
    DECIDED = "decided"  # settled for device points, until the revised tables are public


class Scale(StrEnum):
    """What one message covers."""

    SLOT = "slot"  # 30分電力量: one slot, "当日"
    DAY = "day"  # 日毎30分電力量: one day of 48 slots, "過去"
    MONTH = "month"  # 月間確定使用量: one settlement period


class Voltage(StrEnum):
    """The two voltage groups of the exchange; "high" means 高圧 and 特別高圧 together."""

    LOW = "low"
    HIGH = "high"


@dataclass(frozen=True, kw_only=True)
class MessageKind:
    """One information code (情報区分コード) with its file rules.

    ``splits`` is the half-open range of split numbers (分割番号) that device point files may use: they start so high
    that a name never equals one of the operator's ordinary files (decisions 21).
    """

    code: str
    process: str  # W4 or W5: BPID sub-agency code and start of the file name
    scale: Scale
    voltage: Voltage
    title: Text
    value_element: str
    split_digits: int
    splits: range
    single_day_splits: range = range(0)
    records_per_split: int

    def __str__(self) -> str:
        return f"{self.process} {self.code} {self.title.ja}"


@dataclass(frozen=True, kw_only=True)
class ReceiverSwitches:
    """What one receiver gets; each message can be switched off, should the revised standard be monthly only."""

    slot_messages: bool = True
    day_messages: bool = True
    month_messages: bool = True
    customer_names: bool = (
        False  # JP06120 carries the occupant's name; else the customer number (decisions 23)
    )

    def gets(self, scale: Scale) -> bool:
        """Whether messages of ``scale`` are sent."""
        return {
            Scale.SLOT: self.slot_messages,
            Scale.DAY: self.day_messages,
            Scale.MONTH: self.month_messages,
        }[scale]


@dataclass(frozen=True, kw_only=True)
class Profile:
    """Values that hold for all messages."""

    kinds: MappingProxyType[str, MessageKind]
    agency: str = "OCTO"
    process_version: str = "3A"
    mapping_version: str = "1.1-1A"
    operation_mode: str = "0"
    company_padding: str = "0000000"
    first_revision: int = 0
    last_revision: int = 99
    alarm_splits: int = 2  # alarm when only this many splits are left
    decimals: int = 1
    available: str = "0"
    unavailable: str = "1"
    journal_code: str = "1"
    voltage_names: MappingProxyType[Voltage, str] = field(
        default_factory=lambda: MappingProxyType({Voltage.LOW: "低圧", Voltage.HIGH: "高圧"})
    )
    usage_month_days_back: int = 1
    day_message_from: time = time(6, 0)
    receiver_defaults: ReceiverSwitches = field(default_factory=ReceiverSwitches)

    def kind(self, code: str) -> MessageKind:
        """The message of an information code."""
        try:
            return self.kinds[code]
        except KeyError:
            raise Invalid(
                "E-EDI-01",
                Text(
                    ja=f"情報区分コード {code} はありません。",
                    en=f"There is no information code {code}.",
                ),
                remedy=Text(
                    ja=f"使えるコード: {'、'.join(self.kinds)}",
                    en=f"Codes in use: {', '.join(self.kinds)}.",
                ),
            ) from None

    def kind_of(self, scale: Scale, voltage: Voltage) -> MessageKind:
        """The message that carries ``scale`` for points of ``voltage``."""
        return next(
            kind for kind in self.kinds.values() if kind.scale is scale and kind.voltage is voltage
        )

    def usage_month(self, reading_date: date) -> str:
        """JP06401 確定使用量の年月 of the settlement period that ``reading_date`` closes, YYYYMM.

        The month of the period's last day: 2026-11-01 closes "202610", 2026-11-10 closes "202611".
        """
        return f"{reading_date - timedelta(days=self.usage_month_days_back):%Y%m}"


def _kinds(*kinds: MessageKind) -> MappingProxyType[str, MessageKind]:
    return MappingProxyType({kind.code: kind for kind in kinds})


# edi.md section 1 (codes) and section 2 (digits), decisions 21 (split starts, records per split).
KINDS = _kinds(
    MessageKind(
        code="0110",
        process="W4",
        scale=Scale.SLOT,
        voltage=Voltage.HIGH,
        title=Text(ja="特高・高圧 30分電力量", en="high voltage, 30-minute energy"),
        value_element="JP06123",
        split_digits=2,
        splits=range(90, 100),
        records_per_split=1000,
    ),
    MessageKind(
        code="1110",
        process="W4",
        scale=Scale.SLOT,
        voltage=Voltage.LOW,
        title=Text(ja="低圧 30分電力量", en="low voltage, 30-minute energy"),
        value_element="JP06125",
        split_digits=4,
        splits=range(9001, 10_000),
        records_per_split=1000,
    ),
    MessageKind(
        code="0120",
        process="W4",
        scale=Scale.DAY,
        voltage=Voltage.HIGH,
        title=Text(ja="特高・高圧 日毎30分電力量", en="high voltage, 30-minute energy of a day"),
        value_element="JP06123",
        split_digits=2,
        splits=range(90, 100),
        records_per_split=1000,
    ),
    MessageKind(
        code="1120",
        process="W4",
        scale=Scale.DAY,
        voltage=Voltage.LOW,
        title=Text(ja="低圧 日毎30分電力量", en="low voltage, 30-minute energy of a day"),
        value_element="JP06125",
        split_digits=4,
        splits=range(9001, 10_000),
        records_per_split=1000,
    ),
    MessageKind(
        code="1210",
        process="W5",
        scale=Scale.MONTH,
        voltage=Voltage.HIGH,
        title=Text(ja="特高・高圧 月間確定使用量", en="high voltage, fixed usage of a month"),
        value_element="JP06424",
        split_digits=5,
        splits=range(90_001, 99_001),
        single_day_splits=range(99_001, 100_000),
        records_per_split=100,
    ),
    MessageKind(
        code="1220",
        process="W5",
        scale=Scale.MONTH,
        voltage=Voltage.LOW,
        title=Text(ja="低圧 月間確定使用量", en="low voltage, fixed usage of a month"),
        value_element="JP06424",
        split_digits=5,
        splits=range(90_001, 99_001),
        single_day_splits=range(99_001, 100_000),
        records_per_split=100,
    ),
)

PROFILE = Profile(kinds=KINDS)


def adjusted(
    *,
    first_split_low: int,
    first_split_high: int,
    first_split_month: int,
    first_split_single_day: int,
    points_per_split: int,
    points_per_month_split: int,
    profile: Profile = PROFILE,
) -> Profile:
    """The profile with the operator's own split limits (parameters of the same names; decisions 21)."""

    def limits(kind: MessageKind) -> MessageKind:
        end = 10**kind.split_digits
        if kind.scale is Scale.MONTH:
            return replace(
                kind,
                splits=range(first_split_month, first_split_single_day),
                single_day_splits=range(first_split_single_day, end),
                records_per_split=points_per_month_split,
            )
        first = first_split_low if kind.voltage is Voltage.LOW else first_split_high
        return replace(kind, splits=range(first, end), records_per_split=points_per_split)

    return replace(profile, kinds=_kinds(*(limits(kind) for kind in profile.kinds.values())))


@dataclass(frozen=True, kw_only=True)
class Element:
    """A data element: its Japanese meaning, the most characters it may have, and how well it is known."""

    meaning: str
    characters: int
    mark: Mark


# edi.md sections 3 to 5. Groups (JPM…, JPMR…) are structure, not elements, and stand in edi/messages.
ELEMENTS = MappingProxyType(
    {
        "JPC03": Element(meaning="運用モード", characters=1, mark=Mark.SEEN),
        "JPC06": Element(meaning="発信者コード", characters=12, mark=Mark.SEEN),
        "JPC09": Element(meaning="受信者コード", characters=12, mark=Mark.SEEN),
        "JPC10": Element(meaning="BPID 機関コード", characters=4, mark=Mark.SEEN),
        "JPC11": Element(meaning="BPID サブ機関コード", characters=2, mark=Mark.SEEN),
        "JPC12": Element(meaning="BPID バージョン", characters=2, mark=Mark.SEEN),
        "JPC14": Element(meaning="情報区分コード", characters=4, mark=Mark.SEEN),
        "JPC19": Element(meaning="作成日時", characters=12, mark=Mark.SEEN),
        "JPC21": Element(meaning="シンタックス識別・バージョン", characters=6, mark=Mark.SEEN),
        "JP00002": Element(meaning="情報区分コード", characters=4, mark=Mark.SEEN),
        "JP06110": Element(meaning="送信者コード", characters=5, mark=Mark.SEEN),
        "JP06111": Element(meaning="送信者名称", characters=50, mark=Mark.SEEN),
        "JP06112": Element(meaning="受信者コード", characters=5, mark=Mark.SEEN),
        "JP06113": Element(meaning="受信者名称", characters=50, mark=Mark.DERIVED),
        "JP06116": Element(meaning="対象年月日", characters=8, mark=Mark.SEEN),
        "JP06219": Element(meaning="時刻コード", characters=2, mark=Mark.SEEN),
        "JP06400": Element(
            meaning="供給地点特定番号（機器点特定番号）", characters=22, mark=Mark.SEEN
        ),
        "JP06119": Element(meaning="需要家識別番号", characters=21, mark=Mark.SEEN),
        "JP06120": Element(meaning="需要家名称", characters=80, mark=Mark.SEEN),
        "JP06121": Element(meaning="管理番号", characters=16, mark=Mark.SEEN),
        "JP06122": Element(meaning="提供可否コード", characters=1, mark=Mark.SEEN),
        "JP06123": Element(meaning="30分電力量（特高・高圧）", characters=12, mark=Mark.SEEN),
        "JP06125": Element(meaning="30分電力量（低圧）", characters=12, mark=Mark.SEEN),
        "JP06401": Element(meaning="確定使用量の年月", characters=6, mark=Mark.SEEN),
        "JP06402": Element(meaning="供給場所", characters=70, mark=Mark.SEEN),
        "JP06403": Element(meaning="電圧区分名", characters=4, mark=Mark.SEEN),
        "JP06404": Element(meaning="仕訳コード", characters=1, mark=Mark.SEEN),
        "JP06405": Element(meaning="提供可否コード", characters=1, mark=Mark.SEEN),
        "JP06423": Element(meaning="確定使用量対象年月日", characters=8, mark=Mark.SEEN),
        "JP06424": Element(meaning="30分電力量（全量）", characters=12, mark=Mark.SEEN),
        "JP06426": Element(meaning="月間電力量（全量）", characters=12, mark=Mark.SEEN),
        "JP06446": Element(meaning="次回定例検針予定日", characters=8, mark=Mark.SEEN),
    }
)

# Where each value of Profile and MessageKind comes from: (mark, source). tests/edi/domain holds this table complete.
MARKS = MappingProxyType(
    {
        "kinds": (Mark.SEEN, "edi.md 1"),
        "agency": (Mark.GUESS, "edi.md 3: the plan file says OCTO"),
        "process_version": (Mark.GUESS, "edi.md 3: 3A in 2016; unknown after 2025"),
        "mapping_version": (Mark.GUESS, "edi.md 3: the plan file says 1.1-1A"),
        "operation_mode": (Mark.SEEN, "edi.md 3"),
        "company_padding": (Mark.SEEN, "edi.md 3: 5-digit code and 7 zeros"),
        "first_revision": (Mark.GUESS, "edi.md 2: utilities begin at 00 or at 01"),
        "last_revision": (Mark.SEEN, "edi.md 2: two digits"),
        "alarm_splits": (Mark.DECIDED, "decisions 21"),
        "decimals": (
            Mark.GUESS,
            "edi.md 5.2: one or two at low voltage; 0.1 kWh is settlement.md rule 13",
        ),
        "available": (Mark.SEEN, "edi.md 6"),
        "unavailable": (Mark.SEEN, "edi.md 6"),
        "journal_code": (Mark.SEEN, "edi.md 6: 1 = 全量"),
        "voltage_names": (Mark.GUESS, "edi.md 5.3: the exact words are a guess"),
        "usage_month_days_back": (
            Mark.GUESS,
            "edi.md 4: JP06401 starts with YYYYMM; whose month is not said",
        ),
        "day_message_from": (
            Mark.GUESS,
            "edi.md 7: after the morning run of yesterday, before 07:00",
        ),
        "receiver_defaults": (Mark.DECIDED, "decisions 18, 23"),
        "code": (Mark.SEEN, "edi.md 1"),
        "process": (Mark.SEEN, "edi.md 1"),
        "scale": (Mark.SEEN, "edi.md 1"),
        "voltage": (Mark.SEEN, "edi.md 1"),
        "title": (Mark.SEEN, "edi.md 1"),
        "value_element": (Mark.SEEN, "edi.md 5"),
        "split_digits": (Mark.SEEN, "edi.md 2"),
        "splits": (Mark.DECIDED, "decisions 21"),
        "single_day_splits": (Mark.DECIDED, "decisions 19"),
        "records_per_split": (Mark.DECIDED, "decisions 21; limits of the standard not found"),
    }
)
