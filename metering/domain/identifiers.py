"""Supply point, device point, meter, terminal, operator and pairing numbers: normalise, check, show.

Every identifier of the scheme is judged here and nowhere else (domain.md D4). Stored text is upper case without hyphens
or spaces. A pattern marked [P] in D4 may be replaced by a parameter: hand the adjusted one in as ``pattern``.

Each ``check_…`` takes what a person or a file wrote, returns the stored form and raises ``Invalid``
naming the rule that failed.
"""

import re
import unicodedata

from portal.errors import Invalid, Text

AREAS = {
    "01": "北海道",
    "02": "東北",
    "03": "東京",
    "04": "中部",
    "05": "北陸",
    "06": "関西",
    "07": "中国",
    "08": "四国",
    "09": "九州",
    "10": "沖縄",
}

SUPPLY_POINT_NUMBER = r"(0[1-9]|10)\d{20}"
DEVICE_POINT_NUMBER = r"(0[1-9]|10)9\d{19}"  # [P] area, "9", serial, check digit
EXEMPT_METER_ID = r"[0-9A-F]{14}"  # [P] the seven bytes of 0xD1
EQUIPMENT_NUMBER = r"FE[0-9A-F]{32}"  # the seventeen bytes of 0xD6
TERMINAL_ID = r"[0-9A-Z]{16,32}"  # [P]
PAIRING_ID = r"IOT[0-9A-Z]{2}[0-9A-Z]{3}"
RETAILER_CODE = r"[0-9A-Z]{5}"
REGISTRATION_NUMBER = r"A\d{4}"
BALANCING_GROUP_CODE = r"[0-9A-Z]{5}"  # [P]

SERIAL_DIGITS = 18
GROUPS = (2, 4, 4, 4, 4, 4)

# Everything that people and office programs write between groups of digits; the long vowel mark is a common slip.
_BETWEEN = re.compile(r"[\s\-‐‑‒–—―−ー─]+")


def normalise(text: str) -> str:
    """``text`` in its stored form: full-width characters narrowed, upper case, no hyphens, no spaces (domain.md D4)."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", text)).upper()


def grouped(number: str) -> str:
    """A 22-digit number as shown to people, 2-4-4-4-4-4 (domain.md 3.4); any other text comes back unchanged."""
    if len(number) != sum(GROUPS):
        return number
    starts = [sum(GROUPS[:index]) for index in range(len(GROUPS))]
    return "-".join(
        number[start : start + size] for start, size in zip(starts, GROUPS, strict=True)
    )


def luhn_digit(digits: str) -> str:
    """The check digit that makes ``digits`` plus itself pass the Luhn test."""
    doubled = (
        int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))
    )
    return str(-sum(value - 9 if value > 9 else value for value in doubled) % 10)


def device_point_number(*, area: str, serial: int) -> str:
    """The number we issue (機器点特定番号): area, "9", 18-digit serial, check digit (domain.md D4).

    The serial is the issuer's running number; a number is never used again.
    """
    if area not in AREAS:
        raise _unknown_area(area)
    if not 0 <= serial < 10**SERIAL_DIGITS:
        raise ValueError(f"a serial has at most {SERIAL_DIGITS} digits: {serial}")
    digits = f"{area}9{serial:0{SERIAL_DIGITS}d}"
    return digits + luhn_digit(digits)


def check_device_point_number(text: str, *, pattern: str = DEVICE_POINT_NUMBER) -> str:
    """機器点特定番号: 22 digits, third digit 9, Luhn check digit (domain.md D4)."""
    number = _matching(
        text,
        pattern,
        code="E-ID-02",
        ja="機器点特定番号",
        en="device point number",
        form="22 digits",
    )
    if luhn_digit(number[:-1]) != number[-1]:
        raise Invalid(
            "E-ID-03",
            Text(
                ja=f"機器点特定番号 {grouped(number)} の検査数字が合いません。",
                en=f"The check digit of device point number {grouped(number)} does not fit.",
            ),
            remedy=Text(
                ja="桁の入れ違い、写し間違いがないか確かめてください。",
                en="Look for exchanged or miscopied digits.",
            ),
        )
    return number


def check_supply_point_number(text: str, *, area: str = "") -> str:
    """供給地点特定番号: 22 digits, the first two an area and, where ``area`` is given, that one (domain.md D4, 3.1, 3.3)."""
    number = _matching(
        text,
        SUPPLY_POINT_NUMBER,
        code="E-ID-01",
        ja="供給地点特定番号",
        en="supply point number",
        form="22 digits",
    )
    if area and number[:2] != area:
        raise Invalid(
            "E-ID-04",
            Text(
                ja=f"供給地点特定番号 {grouped(number)} は{AREAS[number[:2]]}エリアのものです。",
                en=f"Supply point number {grouped(number)} belongs to another area ({number[:2]}).",
            ),
            remedy=Text(
                ja=f"エリア {area} の供給地点を指定してください。",
                en=f"Name a supply point of area {area}.",
            ),
        )
    return number


def suggests_low_voltage(supply_point_number: str) -> bool | None:
    """What the third digit says of the voltage: 0 low, 1 high or extra-high, else nothing (domain.md 3.2).

    One source only: good for a warning, never for a refusal.
    """
    return {"0": True, "1": False}.get(supply_point_number[2:3])


def check_exempt_meter_id(text: str, *, pattern: str = EXEMPT_METER_ID) -> str:
    """特例計量器ID: the 0xD1 device id in hex, six bytes MAC and one byte meter number (domain.md D4, 3.9)."""
    meter_id = _matching(
        text, pattern, code="E-ID-05", ja="特例計量器ID", en="exempt meter id", form="14 hex digits"
    )
    if set(meter_id[:12]) in ({"0"}, {"F"}):
        raise Invalid(
            "E-ID-06",
            Text(
                ja=f"特例計量器ID {meter_id} の先頭12桁（MACアドレス）が空の値です。",
                en=f"The first 12 digits (MAC address) of exempt meter id {meter_id} are blank.",
            ),
            remedy=Text(
                ja="機器が返す機器ID（0xD1）を読み直してください。",
                en="Read the device id (0xD1) from the device again.",
            ),
        )
    return meter_id


def check_equipment_number(text: str) -> str:
    """0xD6 equipment number of the metered device: 0xFE, maker code, unique part (domain.md D4, 3.9)."""
    return _matching(
        text,
        EQUIPMENT_NUMBER,
        code="E-ID-07",
        ja="機器番号（0xD6）",
        en="equipment number",
        form="FE + 32 hex digits",
    )


def check_terminal_id(text: str, *, pattern: str = TERMINAL_ID) -> str:
    """無線端末ID (認証ID): 16 to 32 letters and digits; it never changes after acceptance (domain.md D4, 1.18)."""
    return _matching(
        text,
        pattern,
        code="E-ID-08",
        ja="無線端末ID",
        en="terminal id",
        form="16 to 32 letters and digits",
    )


def pairing_id(*, operator_code: str, free_area: str) -> str:
    """The Pairing ID of one grid operator (外部接続基準 2-3): "IOT", the operator's 2 characters, last 3 of its 11.

    The guideline's example: operator "00" with free area "12345678901" has ``IOT00901``.
    """
    if len(free_area) != 11:
        raise ValueError(f"the free area of an identification id has 11 characters: {free_area!r}")
    return check_pairing_id(f"IOT{operator_code}{free_area[-3:]}")


def check_pairing_id(text: str) -> str:
    """Pairing ID: eight characters "IOT" + 2 + 3 (外部接続基準 2-3)."""
    return _matching(
        text,
        PAIRING_ID,
        code="E-ID-09",
        ja="Pairing ID",
        en="pairing id",
        form="IOT + 5 characters",
    )


def check_retailer_code(text: str) -> str:
    """事業者コード of the EDI: five letters and digits (domain.md D4, 3.5)."""
    return _matching(
        text,
        RETAILER_CODE,
        code="E-ID-10",
        ja="事業者コード",
        en="operator code",
        form="5 letters and digits",
    )


def retailer_code_fits_area(code: str, area: str) -> bool:
    """Whether a retailer's code ends with the last digit of its area: a warning (domain.md 3.5)."""
    return code[-1:] == area[-1:]


def check_registration_number(text: str) -> str:
    """小売登録番号: "A" and four digits (domain.md D4)."""
    return _matching(
        text,
        REGISTRATION_NUMBER,
        code="E-ID-11",
        ja="小売登録番号",
        en="retailer registration number",
        form="A0000",
    )


def check_balancing_group_code(text: str, *, pattern: str = BALANCING_GROUP_CODE) -> str:
    """BGコード: five letters and digits (domain.md D4, 3.6)."""
    return _matching(
        text,
        pattern,
        code="E-ID-12",
        ja="BGコード",
        en="balancing group code",
        form="5 letters and digits",
    )


def _matching(text: str, pattern: str, *, code: str, ja: str, en: str, form: str) -> str:
    """The normalised ``text`` if all of it matches ``pattern``."""
    normalised = normalise(text)
    if not re.fullmatch(pattern, normalised, re.ASCII):
        raise Invalid(
            code,
            Text(ja=f"{ja}「{text}」の形式が正しくありません。", en=f"{text!r} is not a {en}."),
            remedy=Text(ja=f"正しい形式: {form}", en=f"Expected form: {form}."),
        )
    return normalised


def _unknown_area(area: str) -> Invalid:
    return Invalid(
        "E-ID-13",
        Text(ja=f"エリアコード「{area}」はありません。", en=f"There is no area {area!r}."),
        remedy=Text(
            ja="01（北海道）から10（沖縄）で指定してください。", en="Areas run from 01 to 10."
        ),
    )
