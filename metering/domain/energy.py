"""Energy as whole watt-hours: kWh text in and out without a float; provided digits from a running register."""

import re

from metering.domain.rules import Rules
from portal.errors import Invalid, Text

_KWH = re.compile(r"(-?)(\d+)(?:\.(\d{0,3})0*)?", re.ASCII)


def wh_from_kwh(text: str) -> int:
    """Whole Wh of a decimal kWh text with at most three decimals: ``"12.345"`` → 12345.

    Three decimals are what the terminal sends (外部接続基準 2-5: 小数点以下第三位が1Wh単位); finer is refused
    (settlement.md, refused inputs), but zeros behind the third decimal say nothing finer.
    """
    match = _KWH.fullmatch(text.strip())
    if match is None:
        raise Invalid(
            "E-ENERGY-01",
            Text(
                ja=f"「{text}」は小数点以下3桁までのkWhではありません。",
                en=f"{text!r} is not a kWh value of at most three decimals.",
            ),
            remedy=Text(ja="例: 12.345", en="Write it like 12.345."),
        )
    sign, whole, decimals = match.groups(default="")
    wh = int(whole) * 1000 + int(decimals.ljust(3, "0"))
    return -wh if sign else wh


def kwh_text(wh: int) -> str:
    """Whole Wh as kWh with three decimals: 12345 → ``"12.345"``."""
    return f"{'-' if wh < 0 else ''}{abs(wh) // 1000}.{abs(wh) % 1000:03d}"


def provided_units(before_wh: int, after_wh: int, *, rules: Rules) -> int:
    """Energy of a slot in the digits given to retailers, from the running registers at its two ends.

    settlement.md rule 13; 次世代スマメ資料 (小売事業者等には６桁で提供): eight digits inside, six outside, so the unit
    is 100 Wh. Differences of the shortened running register: any period adds up. 12,345,678 → 12,346,536 gives 9.
    """
    shown: int = 10**rules.provision_digits
    unit = rules.modulus_wh // shown
    return (after_wh // unit - before_wh // unit) % shown
