"""Exempt meters (特例計量器), terminals (無線端末) and meter exchanges. Source: 外部接続基準 2-5, domain.md 1.14–1.20, D4."""

from typing import Self, TypeVar

from django.db import models
from django.db.models import Q

from metering.domain.points import DIRECTION_LABELS, FlowDirection
from metering.models.points import DevicePoint
from metering.models.spans import DaySpan
from portal.organizations.scoping import ScopedQuerySet
from portal.records import WithHistory, choices_of

ModelT = TypeVar("ModelT", bound=models.Model, covariant=True)


class TerminalModel(DaySpan):
    """Certified terminal model (IoTルートApplicationインタフェース認証), valid for a time (features B6)."""

    maker = models.CharField("メーカー", max_length=50)
    model = models.CharField("型式", max_length=50)
    firmware = models.CharField("ファームウェア", max_length=30)
    certification_number = models.CharField("認証番号", max_length=30, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "認証済み無線端末"
        constraints = [
            models.UniqueConstraint(
                fields=["maker", "model", "firmware"], name="terminal_model_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.maker} {self.model} {self.firmware}"


class OfDevicePointQuerySet(ScopedQuerySet[ModelT]):
    """Rows that belong to a device point: whoever may see the point may see them."""

    def owned_by(self, organization_id: int) -> Self:
        return self.filter(device_point__in=DevicePoint.objects.owned_by(organization_id))


class ExemptMeter(WithHistory):
    """特例計量器 at a device point; its id is the 0xD1 機器ID that the terminal reports."""

    meter_id = models.CharField("特例計量器ID", max_length=14)
    device_point = models.ForeignKey(
        DevicePoint, models.PROTECT, related_name="meters", verbose_name="機器点"
    )
    maker = models.CharField("メーカー", max_length=50, blank=True)
    model = models.CharField("型式", max_length=50, blank=True)
    accuracy_class = models.CharField("公差階級", max_length=5, blank=True)  # n1–n7, OTHER
    installed_at = models.DateTimeField("設置日時")
    removed_at = models.DateTimeField("撤去日時", null=True, blank=True)

    objects = OfDevicePointQuerySet["ExemptMeter"].as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "特例計量器"
        constraints = [
            models.UniqueConstraint(
                fields=["meter_id"], condition=Q(removed_at=None), name="meter_in_one_place"
            )
        ]

    def __str__(self) -> str:
        return self.meter_id


class Terminal(WithHistory):
    """無線端末: one per device point. The 認証パスワード is never stored, only when it was set (decisions 14)."""

    terminal_id = models.CharField("無線端末ID（認証ID）", max_length=32, unique=True)
    device_point = models.OneToOneField(
        DevicePoint, models.PROTECT, related_name="terminal", verbose_name="機器点"
    )
    terminal_model = models.ForeignKey(
        TerminalModel, models.PROTECT, related_name="terminals", verbose_name="型式"
    )
    password_set_at = models.DateTimeField("認証パスワード設定日時", null=True, blank=True)

    objects = OfDevicePointQuerySet["Terminal"].as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "無線端末"

    def __str__(self) -> str:
        return self.terminal_id


class MeterExchange(WithHistory):
    """計器交換 of one direction. Of several rows for one instant the one recorded last counts (settlement.md rule 2)."""

    device_point = models.ForeignKey(
        DevicePoint, models.PROTECT, related_name="exchanges", verbose_name="機器点"
    )
    direction = models.PositiveSmallIntegerField(
        "計測方向", choices=choices_of(FlowDirection, DIRECTION_LABELS)
    )
    exchanged_at = models.DateTimeField("交換日時")
    old_meter_id = models.CharField("旧計器ID", max_length=14, blank=True)
    new_meter_id = models.CharField("新計器ID", max_length=14, blank=True)
    old_register_wh = models.BigIntegerField("旧停止指示数 (Wh)", null=True, blank=True)
    new_register_wh = models.BigIntegerField("新開始指示数 (Wh)", null=True, blank=True)
    recorded_at = models.DateTimeField("記録日時")

    objects = OfDevicePointQuerySet["MeterExchange"].as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "計器交換"
        indexes = [models.Index(fields=["device_point", "direction", "exchanged_at"])]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.device_point} {self.exchanged_at:%Y-%m-%d %H:%M}"
