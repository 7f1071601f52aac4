"""Kinds of point and device, voltage classes, the two service patterns. Source: 説明資料 1-3, domain.md 1.2–1.7."""

from enum import IntEnum, StrEnum


class ServicePattern(IntEnum):
    """パターン1 and パターン2; the numbers are those of files and forms."""

    BALANCING = 1  # 調整力供出
    PROVISION = 2  # 機器点電力量の提供


class FlowDirection(IntEnum):
    """順潮流 (0xE0) and 逆潮流 (0xE2)."""

    FORWARD = 0
    REVERSE = 1


class VoltageClass(StrEnum):
    LOW = "low"
    HIGH = "high"
    EXTRA_HIGH = "extra_high"


class DeviceKind(StrEnum):
    """What stands behind the exempt meter."""

    PV = "pv"
    BATTERY = "battery"
    EV_CHARGER = "ev_charger"
    HEAT_PUMP = "heat_pump"
    LOAD = "load"


class HoldReason(StrEnum):
    """Why nothing is measured or provided for a while (decisions 3)."""

    ISOLATION = "isolation"
    SUSPENSION = "suspension"
    MISSING_CONSENT = "missing_consent"


MAX_DEVICE_POINTS = 4  # per 需要場所, 説明資料 (domain.md 1.6)
POSITIONS = range(1, MAX_DEVICE_POINTS + 1)

PATTERN_LABELS = {ServicePattern.BALANCING: "パターン1", ServicePattern.PROVISION: "パターン2"}
DIRECTION_LABELS = {FlowDirection.FORWARD: "順潮流", FlowDirection.REVERSE: "逆潮流"}
VOLTAGE_LABELS = {
    VoltageClass.LOW: "低圧",
    VoltageClass.HIGH: "高圧",
    VoltageClass.EXTRA_HIGH: "特別高圧",
}
DEVICE_LABELS = {
    DeviceKind.PV: "太陽光発電",
    DeviceKind.BATTERY: "蓄電池",
    DeviceKind.EV_CHARGER: "EV充放電設備",
    DeviceKind.HEAT_PUMP: "ヒートポンプ給湯機",
    DeviceKind.LOAD: "負荷設備",
}
HOLD_LABELS = {
    HoldReason.ISOLATION: "遮断",
    HoldReason.SUSPENSION: "利用停止",
    HoldReason.MISSING_CONSENT: "承諾なし",
}
