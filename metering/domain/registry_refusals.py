"""Why the registry says no: every refusal with its cause and its remedy in both languages.

Services raise them; the import turns the same ones into row verdicts, so that a page, a file and an API answer never
differ in their words. ``E-POINT`` is about the field's rules, ``E-REG`` about a row of a file.
"""

from datetime import date, datetime

from metering.domain.points import VOLTAGE_LABELS, VoltageClass
from metering.domain.spans import Edge
from portal.errors import Conflict, DomainError, Invalid, NotFound, Refused, Text
from portal.timekeeping.half_hours import JST


def shown(edge: Edge | None) -> str:
    """An end of a span as people read it: a day, or an instant in JST; an open end is empty."""
    if isinstance(edge, datetime):
        return f"{edge.astimezone(JST):%Y-%m-%d %H:%M}"
    return edge.isoformat() if edge else ""


def span_shown(start: Edge, end: Edge | None) -> str:
    """A span as people read it."""
    return f"{shown(start)}–{shown(end)}"


# --- spans -------------------------------------------------------------


def off_boundary(instant: datetime) -> DomainError:
    return Invalid(
        "E-POINT-01",
        Text(
            ja=f"{shown(instant)} は30分コマの境界ではありません。",
            en=f"{shown(instant)} is not a boundary of half hours.",
        ),
        remedy=Text(ja="毎時00分または30分を指定してください。", en="Name a full or a half hour."),
    )


def ends_before_start(start: Edge, end: Edge) -> DomainError:
    return Invalid(
        "E-POINT-02",
        Text(
            ja=f"終了 {shown(end)} が開始 {shown(start)} より後ではありません。",
            en=f"The end {shown(end)} does not lie after the start {shown(start)}.",
        ),
        remedy=Text(
            ja="終了は、含まれない最初の時点を指定してください。空欄は期限なしです。",
            en="Name the first moment that is no longer covered; leave it empty for an open end.",
        ),
    )


def overlap(ja: str, en: str, start: Edge, end: Edge | None) -> DomainError:
    """Two spans of which only one may be in force; ``ja`` and ``en`` name what they are spans of."""
    return Conflict(
        "E-POINT-03",
        Text(
            ja=f"{ja}の期間が {span_shown(start, end)} の期間と重なります。",
            en=f"The span overlaps the {en} of {span_shown(start, end)}.",
        ),
        remedy=Text(
            ja="先の期間の終了を、次の期間の開始に合わせてください。",
            en="Let the earlier one end where the later one starts.",
        ),
    )


# --- places ------------------------------------------------------------


def no_free_place(premises: str, start: Edge, end: Edge | None) -> DomainError:
    return Conflict(
        "E-POINT-04",
        Text(
            ja=f"需要場所 {premises} の4つの機器番号は {span_shown(start, end)} の間に空きがありません（申込中を含む）。",
            en=f"All four places of premises {premises} are taken in {span_shown(start, end)}, pending ones included.",
        ),
        remedy=Text(
            ja="利用中の機器点の廃止後の日を指定するか、不要な申込を取り下げてください。",
            en="Start after a device point there has ended, or withdraw an application that is not needed.",
        ),
    )


def place_taken(premises: str, position: int) -> DomainError:
    return Conflict(
        "E-POINT-05",
        Text(
            ja=f"需要場所 {premises} の機器番号{position}は、その期間にはすでに使われています。",
            en=f"Place {position} of premises {premises} is taken in that span.",
        ),
        remedy=Text(
            ja="機器番号を空欄にすると、空いている番号が使われます。",
            en="Leave the place empty to take a free one.",
        ),
    )


# --- device points -----------------------------------------------------


def voltage_combination(receiving: VoltageClass, device: VoltageClass) -> DomainError:
    return Refused(
        "E-POINT-06",
        Text(
            ja=f"受電点が{VOLTAGE_LABELS[receiving]}の場合、機器点を{VOLTAGE_LABELS[device]}にはできません。",
            en=f"A device point cannot be {device} voltage behind a receiving point of {receiving} voltage.",
        ),
        remedy=Text(
            ja="組合せは、低圧–低圧、高圧以上–高圧・低圧です（説明資料 1-3-4）。",
            en="Allowed are low–low, and high or extra-high with high or low (説明資料 1-3-4).",
        ),
    )


def voltage_not_accepted(device: VoltageClass, accepted_from: date | None) -> DomainError:
    since_ja = f"{accepted_from} から受け付けます" if accepted_from else "まだ受け付けていません"
    since_en = f"accepted from {accepted_from}" if accepted_from else "not accepted yet"
    return Refused(
        "E-POINT-07",
        Text(
            ja=f"{VOLTAGE_LABELS[device]}の機器点は{since_ja}。",
            en=f"Device points of {device} voltage are {since_en}.",
        ),
        remedy=Text(
            ja="受付の開始後に登録してください。", en="Register it once they are accepted."
        ),
    )


def above_exempt_limit(limit_kw: int) -> DomainError:
    return Refused(
        "E-POINT-08",
        Text(
            ja=f"特例計量器は定格 {limit_kw} kW 未満に限られます。",
            en=f"An exempt meter may only measure below {limit_kw} kW.",
        ),
        remedy=Text(ja="定格を確かめてください。", en="Check the rated power."),
    )


def reserved_for_tests(number: str) -> DomainError:
    return Refused(
        "E-POINT-09",
        Text(
            ja=f"機器点特定番号 {number} は試験用の番号です。",
            en=f"Device point number {number} is reserved for tests.",
        ),
        remedy=Text(
            ja="試験用の番号は登録できません。発番された番号を使ってください。",
            en="A test number can never be in service; use an issued one.",
        ),
    )


def other_area(number: str, area: str) -> DomainError:
    return Refused(
        "E-POINT-10",
        Text(
            ja=f"機器点特定番号 {number} はエリア {area} のものではありません。",
            en=f"Device point number {number} is not of area {area}.",
        ),
        remedy=Text(
            ja="自エリアで発番された番号を指定してください。",
            en="Use a number issued in this area.",
        ),
    )


# --- service -----------------------------------------------------------


def no_supply_contract(retailer: str, start: Edge, end: Edge | None) -> DomainError:
    return Refused(
        "E-POINT-11",
        Text(
            ja=f"{span_shown(start, end)} の全期間にわたる {retailer} の接続供給契約がこの供給地点にありません。",
            en=f"{retailer} has no supply contract for all of {span_shown(start, end)} at this supply point.",
        ),
        remedy=Text(
            ja="契約の開始日・終了日を確かめ、利用期間をその中に収めてください。",
            en="Check the days of the contract and keep the service inside them.",
        ),
    )


def no_balancing_contract(number: str) -> DomainError:
    return Refused(
        "E-POINT-12",
        Text(
            ja=f"パターン1に必要な調整力契約{number and ' ' + number}が、この需要場所の全期間にありません。",
            en=f"Pattern 1 needs a balancing contract of this premises in all of the span ({number or 'none given'}).",
        ),
        remedy=Text(
            ja="需要場所の調整力契約を先に登録し、その番号を指定してください。",
            en="Register the contract of the premises first and name its number.",
        ),
    )


def balancing_contract_not_used() -> DomainError:
    return Invalid(
        "E-POINT-13",
        Text(
            ja="パターン2に調整力契約は指定できません。",
            en="Pattern 2 has no balancing contract.",
        ),
        remedy=Text(ja="調整力契約番号を空欄にしてください。", en="Leave the contract empty."),
    )


def provision_needs_forward() -> DomainError:
    return Refused(
        "E-POINT-14",
        Text(
            ja="パターン2には順潮流の計測が必要です。",
            en="Pattern 2 needs the forward direction.",
        ),
        remedy=Text(
            ja="計測方向に順（0 または both）を含めてください。", en="Include direction 0."
        ),
    )


def not_in_service(number: str, at: datetime) -> DomainError:
    return Conflict(
        "E-POINT-15",
        Text(
            ja=f"機器点 {number} は {shown(at)} には利用中ではありません。",
            en=f"Device point {number} is not in service at {shown(at)}.",
        ),
        remedy=Text(ja="利用期間を確かめてください。", en="Look at its service periods."),
    )


def not_held(number: str, reason: str) -> DomainError:
    return Conflict(
        "E-POINT-16",
        Text(
            ja=f"機器点 {number} に解除できる保留（{reason}）はありません。",
            en=f"Device point {number} has no hold to lift ({reason}).",
        ),
        remedy=Text(ja="保留の一覧を確かめてください。", en="Look at its holds."),
    )


# --- meters ------------------------------------------------------------


def register_out_of_range(value: int, modulus_wh: int) -> DomainError:
    return Invalid(
        "E-POINT-17",
        Text(
            ja=f"指示数 {value} Wh は 0 から {modulus_wh - 1} Wh の範囲にありません。",
            en=f"A register of {value} Wh lies outside 0 to {modulus_wh - 1} Wh.",
        ),
        remedy=Text(
            ja="下8桁（kWh小数第3位まで）を指定してください。", en="Give the lower eight digits."
        ),
    )


def exchange_in_future(instant: datetime) -> DomainError:
    return Invalid(
        "E-POINT-18",
        Text(
            ja=f"交換日時 {shown(instant)} は将来です。",
            en=f"The exchange at {shown(instant)} lies in the future.",
        ),
        remedy=Text(
            ja="交換を終えてから、実際の日時で登録してください。",
            en="Record it after it has been done.",
        ),
    )


def no_meter_to_exchange(number: str, instant: datetime) -> DomainError:
    return Conflict(
        "E-POINT-19",
        Text(
            ja=f"機器点 {number} には {shown(instant)} に設置されていた特例計量器がありません。",
            en=f"Device point {number} had no exempt meter at {shown(instant)}.",
        ),
        remedy=Text(
            ja="設置日時を確かめるか、旧計器を先に登録してください。",
            en="Check when the meter was installed, or register the old one first.",
        ),
    )


def another_meter(number: str, expected: str, given: str) -> DomainError:
    return Conflict(
        "E-POINT-20",
        Text(
            ja=f"機器点 {number} の旧計器は {expected} で、{given} ではありません。",
            en=f"The meter at device point {number} is {expected}, not {given}.",
        ),
        remedy=Text(ja="旧計器IDを確かめてください。", en="Check the id of the old meter."),
    )


# --- rows of a file ----------------------------------------------------


def required() -> DomainError:
    return Invalid(
        "E-REG-01",
        Text(ja="必須の項目が空欄です。", en="A required value is empty."),
        remedy=Text(ja="値を入れてください。", en="Fill it in."),
    )


def malformed(text: str, ja: str, en: str) -> DomainError:
    return Invalid(
        "E-REG-02",
        Text(ja=f"「{text}」は正しい形式ではありません。", en=f"{text!r} cannot be read."),
        remedy=Text(ja=f"正しい形式: {ja}", en=f"Expected: {en}."),
    )


def spoiled_by_spreadsheet(text: str) -> DomainError:
    return Invalid(
        "E-REG-03",
        Text(
            ja=f"「{text}」は表計算ソフトが指数表示に変えた番号です。",
            en=f"{text!r} is a number that a spreadsheet has rounded.",
        ),
        remedy=Text(
            ja="元の番号を文字列として入れ直してください。下の桁は失われています。",
            en="Enter the original number as text; its lower digits are lost.",
        ),
    )


def unknown(text: str) -> DomainError:
    return NotFound(
        "E-REG-04",
        Text(ja=f"「{text}」は登録されていません。", en=f"{text!r} is not registered."),
        remedy=Text(
            ja="先に登録するか、値を確かめてください。", en="Register it first, or check it."
        ),
    )


def ambiguous(text: str) -> DomainError:
    return Invalid(
        "E-REG-05",
        Text(ja=f"「{text}」に当たるものが複数あります。", en=f"{text!r} fits more than one."),
        remedy=Text(ja="番号で指定してください。", en="Name it by its number."),
    )


def doubled(number: int) -> DomainError:
    return Invalid(
        "E-REG-06",
        Text(
            ja=f"{number}行目と同じ対象の行です。",
            en=f"Row {number} is about the same thing already.",
        ),
        remedy=Text(ja="どちらか一方だけにしてください。", en="Keep one of the two."),
    )


def fixed() -> DomainError:
    return Refused(
        "E-REG-07",
        Text(ja="登録後に変更できない項目です。", en="This cannot change once it is registered."),
        remedy=Text(
            ja="廃止して新たに登録するか、登録済みの値に合わせてください。",
            en="End it and register anew, or keep the registered value.",
        ),
    )


def used_elsewhere(text: str) -> DomainError:
    return Conflict(
        "E-REG-08",
        Text(ja=f"「{text}」は別の対象で使われています。", en=f"{text!r} is in use elsewhere."),
        remedy=Text(ja="値を確かめてください。", en="Check the value."),
    )


def unknown_table(name: str, tables: str) -> DomainError:
    return NotFound(
        "E-REG-09",
        Text(ja=f"表「{name}」はありません。", en=f"There is no table {name!r}."),
        remedy=Text(ja=f"次から選んでください: {tables}", en=f"Choose one of: {tables}."),
    )


def overtaken(ja: str, en: str) -> DomainError:
    """The database has refused what was free a moment before; ``ja`` and ``en`` name what collided."""
    return Conflict(
        "E-REG-10",
        Text(
            ja=f"同時に行われた別の登録と{ja}が重なりました。何も登録していません。",
            en=f"A {en} registered at the same moment collides with this one; nothing was written.",
        ),
        remedy=Text(
            ja="現在の登録を確かめて、もう一度実行してください。",
            en="Look at what is registered now and try again.",
        ),
    )
