"""Why a row of a received file is set aside: it cannot be parsed or identified (decisions.md 16).

What a row *says* is never a fault here: a status, a value out of range, a foreign meter or a jump are findings of the
settlement, so that an exchange reported weeks later heals them by itself.
"""

from enum import StrEnum

from portal.errors import Text


class Fault(StrEnum):
    """The reasons; the values are stable codes of pages, files and the API."""

    FIELD_COUNT = "E-ROW-01"
    POINT_FORM = "E-ROW-02"
    POINT_UNKNOWN = "E-ROW-03"
    DIRECTION = "E-ROW-04"
    INSTANT_FORM = "E-ROW-05"
    OFF_BOUNDARY = "E-ROW-06"
    NUMBER_FORM = "E-ROW-07"
    DAY_FORM = "E-ROW-08"
    SLOT = "E-ROW-09"
    FILL_KIND = "E-ROW-10"
    PREMISES_UNKNOWN = "E-ROW-11"
    TOO_LONG = "E-ROW-12"
    REGISTER_RANGE = "E-ROW-13"
    OUT_OF_TIME = "E-ROW-14"


FAULTS: dict[str, Text] = {
    Fault.FIELD_COUNT: Text(
        ja="列の数がヘッダーと一致しません。",
        en="The row has another number of columns than the header.",
    ),
    Fault.POINT_FORM: Text(
        ja="機器点特定番号は半角数字22桁で記入してください。",
        en="The device point number is not 22 ASCII digits.",
    ),
    Fault.POINT_UNKNOWN: Text(
        ja="登録されていない機器点特定番号です。", en="No such device point is registered."
    ),
    Fault.DIRECTION: Text(
        ja="計測方向は 0（順潮流）または 1（逆潮流）です。",
        en="The direction is neither 0 (forward) nor 1 (reverse).",
    ),
    Fault.INSTANT_FORM: Text(
        ja="日時は 2026-11-01T00:30 または 2026-11-01T00:30+09:00 の形式です（秒なし）。",
        en="The time is not of the form 2026-11-01T00:30 or 2026-11-01T00:30+09:00, without seconds.",
    ),
    Fault.OFF_BOUNDARY: Text(
        ja="日時が30分の境界（00分・30分）ではありません。",
        en="The time does not lie on a slot boundary (:00 or :30).",
    ),
    Fault.NUMBER_FORM: Text(
        ja="数値は小数点以下3桁までの半角の kWh です。",
        en="The value is not a number in kWh with at most three decimals.",
    ),
    Fault.DAY_FORM: Text(
        ja="日付は 2026-11-01 の形式です。", en="The day is not of the form 2026-11-01."
    ),
    Fault.SLOT: Text(ja="コマ番号は 1 から 48 です。", en="The slot is not a number from 1 to 48."),
    Fault.FILL_KIND: Text(
        ja="データ種別は C（積算値）または I（30分値）です。",
        en="The kind is neither C (register) nor I (energy of a slot).",
    ),
    Fault.PREMISES_UNKNOWN: Text(
        ja="登録されていない需要場所番号です。", en="No such premises are registered."
    ),
    Fault.TOO_LONG: Text(ja="計器IDは14文字までです。", en="A meter id has at most 14 characters."),
    Fault.REGISTER_RANGE: Text(
        ja="指示数は 0 から 99999.999 kWh です。",
        en="A register of an exchange lies from 0 to 99999.999 kWh.",
    ),
    Fault.OUT_OF_TIME: Text(
        ja="日時が2000年から2099年の間にありません。",
        en="The time lies outside the years 2000 to 2099.",
    ),
}
