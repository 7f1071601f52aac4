"""The words of metering as people read them, in both languages; every member of every enum has one (a test says so)."""

from django.utils.translation import gettext_lazy as _

from metering.domain.findings import Code
from metering.domain.points import DeviceKind, FlowDirection, HoldReason, ServicePattern
from metering.domain.quality import Quality
from metering.models import RunState

QUALITY = {
    Quality.MEASURED: _("計測"),
    Quality.FILLED_REGISTER: _("補完（積算値）"),
    Quality.FILLED_INTERVAL: _("補完（30分値）"),
    Quality.EVENLY_DISTRIBUTED: _("均等配分"),
    Quality.ZERO: _("ゼロ"),
    Quality.EXCHANGED: _("計器交換をまたぐ計測"),
    Quality.HELD: _("保留"),
    Quality.MISSING: _("欠測"),
}

DEVICE = {
    DeviceKind.PV: _("太陽光発電"),
    DeviceKind.BATTERY: _("蓄電池"),
    DeviceKind.EV_CHARGER: _("EV充放電設備"),
    DeviceKind.HEAT_PUMP: _("ヒートポンプ給湯機"),
    DeviceKind.LOAD: _("負荷設備"),
}

PATTERN = {
    ServicePattern.BALANCING: _("パターン1 調整力"),
    ServicePattern.PROVISION: _("パターン2 機器点使用電力量"),
}

# The thing itself has a name of its own in each pattern (decisions.md, "Words").
ENERGY = {
    ServicePattern.BALANCING: _("機器点電力量"),
    ServicePattern.PROVISION: _("機器点使用電力量"),
}

DIRECTION = {FlowDirection.FORWARD: _("順潮流"), FlowDirection.REVERSE: _("逆潮流")}
DIRECTIONS = {"0": _("順潮流のみ"), "1": _("逆潮流のみ"), "01": _("順潮流と逆潮流")}

HOLD = {
    HoldReason.ISOLATION: _("遮断"),
    HoldReason.SUSPENSION: _("利用停止"),
    HoldReason.MISSING_CONSENT: _("承諾なし"),
}

STAGE = {"provisional": _("速報"), "final": _("確定")}

RUN_STATE = {
    RunState.CALCULATING: _("計算中"),
    RunState.CALCULATED: _("計算済"),
    RunState.UNCHANGED: _("変化なし"),
    RunState.FAILED: _("失敗"),
}

# Shape and colour of a state; the word beside it says the rest.
RUN_STATE_MARK = {
    RunState.CALCULATING: "busy",
    RunState.CALCULATED: "ok",
    RunState.UNCHANGED: "rest",
    RunState.FAILED: "bad",
}

FINDING = {
    Code.NO_VALUE: _("端末が値を返さなかった"),
    Code.OUT_OF_RANGE: _("指示数が範囲の外"),
    Code.WRONG_METER: _("登録と違う計量器の値"),
    Code.SPIKE: _("前後とつながらない指示数（使わない）"),
    Code.IN_HOLD: _("保留の間に届いた値（使わない）"),
    Code.IMPLAUSIBLE: _("欠測区間の差が容量を超える"),
    Code.FILL_IMPLAUSIBLE: _("補完値が容量を超える"),
    Code.FILL_CONTRADICTS: _("補完値が積算の差と合わない"),
    Code.UNKNOWN_POINT: _("登録のない機器点"),
    Code.NO_BASELINE: _("基準値計画がない"),
}

SERVICE_STATE = {
    "active": _("利用中"),
    "waiting": _("利用開始前"),
    "ended": _("利用終了"),
    "none": _("利用期間なし"),
}

AS_COLOURS, AS_NUMBERS = _("色で見る"), _("数値で見る")
