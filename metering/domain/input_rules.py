"""What a settlement refuses to calculate with (settlement.md section 3, "Refused inputs").

Files are refused by their readers with row and column; these rules hold for rows from anywhere.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

from metering.domain.gaps import is_instant
from metering.domain.points import ServicePattern
from metering.domain.registers import is_register
from metering.domain.rows import Exchange, Inputs, ServicePeriod
from metering.domain.rules import Rules
from portal.errors import Invalid, Text


def refuse_unusable(inputs: Inputs, *, rules: Rules) -> None:
    """Raise ``Invalid`` for the first row that the contract refuses."""
    for period in inputs.register:
        _refuse_period(period)
        _refuse_backward_span(period.device_point_number, period.starts_at, period.ends_at)
    for hold in inputs.holds:
        _refuse_backward_span(hold.device_point_number, hold.starts_at, hold.ends_at)
    _refuse_overlaps(inputs.register)
    for exchange in inputs.exchanges:
        _refuse_exchange(exchange, rules)
    for number, at in _instants(inputs):
        if not is_instant(at, rules):
            raise Invalid(
                "E-SETTLE-05",
                Text(
                    ja=f"{number} の時刻 {at} は時限の境界ではありません。",
                    en=f"{at} of {number} is not a slot boundary.",
                ),
            )


def _refuse_period(period: ServicePeriod) -> None:
    number = period.device_point_number
    if period.rated_w <= 0:
        raise Invalid(
            "E-SETTLE-01",
            Text(
                ja=f"{number} の定格出力は正の値でなければなりません。",
                en=f"The rated power of {number} must be above 0.",
            ),
        )
    if period.pattern == ServicePattern.PROVISION and "0" not in period.directions:
        raise Invalid(
            "E-SETTLE-02",
            Text(
                ja=f"{number} はパターン2ですが、順潮流を計測していません。",
                en=f"{number} is of pattern 2 but not metered in the forward direction.",
            ),
        )


def _refuse_overlaps(register: Iterable[ServicePeriod]) -> None:
    """Service periods of one device point may touch, not overlap."""
    by_point: dict[str, list[ServicePeriod]] = defaultdict(list)
    for period in register:
        by_point[period.device_point_number].append(period)
    for number, periods in by_point.items():
        periods.sort(key=lambda period: period.starts_at)
        for earlier, later in pairwise(periods):
            if earlier.ends_at is None or later.starts_at < earlier.ends_at:
                raise Invalid(
                    "E-SETTLE-03",
                    Text(
                        ja=f"{number} の利用期間が重なっています（{later.starts_at}）。",
                        en=f"Service periods of {number} overlap at {later.starts_at}.",
                    ),
                )


def _refuse_exchange(exchange: Exchange, rules: Rules) -> None:
    for register_wh in (exchange.old_register_wh, exchange.new_register_wh):
        if register_wh is not None and not is_register(register_wh, rules=rules):
            raise Invalid(
                "E-SETTLE-04",
                Text(
                    ja=f"{exchange.device_point_number} の計器交換の指示数 {register_wh} Wh は8桁に収まりません。",
                    en=f"{register_wh} Wh of an exchange of {exchange.device_point_number} is not an 8-digit register.",
                ),
            )


def _refuse_backward_span(number: str, starts_at: datetime, ends_at: datetime | None) -> None:
    """A service period or a hold ends after it starts; the open end is empty."""
    if ends_at is not None and ends_at <= starts_at:
        raise Invalid(
            "E-SETTLE-06",
            Text(
                ja=f"{number} の期間は {starts_at} に始まり {ends_at} に終わります。",
                en=f"A span of {number} starts at {starts_at} and ends at {ends_at}.",
            ),
        )


def _instants(inputs: Inputs) -> Iterable[tuple[str, datetime]]:
    """Every instant that must be a slot boundary; exchanges may lie anywhere."""
    for period in inputs.register:
        yield period.device_point_number, period.starts_at
        yield period.device_point_number, period.ends_at or period.starts_at
    for reading in inputs.readings:
        yield reading.device_point_number, reading.read_at
    for row in inputs.gapfill:
        yield row.device_point_number, row.at
    for hold in inputs.holds:
        yield hold.device_point_number, hold.starts_at
        yield hold.device_point_number, hold.ends_at or hold.starts_at
