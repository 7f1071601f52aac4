"""Device points, their places among four, their service, holds and rights. Source: decisions.md 2, 3, 5, 12, 13, 20."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from metering.domain.points import (
    DEVICE_LABELS,
    HOLD_LABELS,
    MAX_DEVICE_POINTS,
    PATTERN_LABELS,
    VOLTAGE_LABELS,
    DeviceKind,
    HoldReason,
    ServicePattern,
    VoltageClass,
)
from metering.models.places import BalancingContract, Premises, SupplyPoint
from metering.models.spans import (
    InstantQuerySet,
    InstantSpan,
    ends_after_start,
)
from portal.organizations.models import Organization
from portal.organizations.scoping import ScopedQuerySet
from portal.records import WithHistory, choices_of


class DevicePointQuerySet(ScopedQuerySet["DevicePoint"]):
    def owned_by(self, organization_id: int) -> Self:
        """Device points with service under a contract of this retailer; values are cut to the contract's days elsewhere."""
        return self.filter(
            Exists(
                ServicePeriod.objects.filter(
                    device_point=OuterRef("pk"), retailer_id=organization_id
                )
            )
        )


class DevicePoint(WithHistory):
    """機器点: one device behind the meter. Its number and its control number stay for its life (decisions 20)."""

    number = models.CharField("機器点特定番号", max_length=22, unique=True)
    premises = models.ForeignKey(
        Premises, models.PROTECT, related_name="device_points", verbose_name="需要場所"
    )
    supply_point = models.ForeignKey(
        SupplyPoint, models.PROTECT, related_name="device_points", verbose_name="供給地点"
    )
    kind = models.CharField(
        "機器種別", max_length=12, choices=choices_of(DeviceKind, DEVICE_LABELS)
    )
    name = models.CharField("機器名称", max_length=50, blank=True)
    voltage = models.CharField(
        "機器点電圧", max_length=12, choices=choices_of(VoltageClass, VOLTAGE_LABELS)
    )
    rated_w = models.PositiveBigIntegerField("定格 (W)")
    control_number = models.CharField("管理番号", max_length=16, unique=True)  # JP06121
    bucket_key = models.PositiveIntegerField(
        "バケットキー", editable=False
    )  # metering.domain.buckets

    objects = DevicePointQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "機器点"
        ordering = ["number"]
        constraints = [models.CheckConstraint(condition=Q(rated_w__gt=0), name="rated_above_zero")]
        indexes = [models.Index(fields=["bucket_key"])]  # a part reads one bucket of the register

    def __str__(self) -> str:
        return self.number


class PositionReservation(InstantSpan):
    """One of the four places of a premises, taken from submission to the end of service (decisions 5).

    On PostgreSQL an exclusion constraint refuses overlaps; on SQLite the check runs inside the IMMEDIATE transaction.
    """

    premises = models.ForeignKey(
        Premises, models.PROTECT, related_name="positions", verbose_name="需要場所"
    )
    position = models.PositiveSmallIntegerField("機器番号")
    reference = models.CharField(
        "受付番号", max_length=40, blank=True
    )  # of the application that took it
    device_point = models.ForeignKey(
        DevicePoint,
        models.PROTECT,
        related_name="positions",
        verbose_name="機器点",
        null=True,
        blank=True,
    )

    objects = InstantQuerySet["PositionReservation"].as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "機器番号の確保"
        constraints = [
            ends_after_start("at", "position"),
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=MAX_DEVICE_POINTS),
                name="position_one_to_four",
            ),
        ]
        indexes = [
            models.Index(fields=["premises", "position"]),
            models.Index(fields=["reference"]),
        ]

    def __str__(self) -> str:
        return f"{self.premises} #{self.position}"


class ServicePeriodQuerySet(InstantQuerySet["ServicePeriod"]):
    owner_path = "retailer_id"

    def pattern(self, pattern: ServicePattern) -> Self:
        """Service of one pattern only."""
        return self.filter(pattern=pattern)


class ServicePeriod(InstantSpan):
    """利用期間: everything the calculation needs to know of a device point's service; why it exists is not asked here."""

    device_point = models.ForeignKey(
        DevicePoint, models.PROTECT, related_name="service_periods", verbose_name="機器点"
    )
    pattern = models.PositiveSmallIntegerField(
        "パターン", choices=choices_of(ServicePattern, PATTERN_LABELS)
    )
    directions = models.CharField(
        "計測方向", max_length=2, choices=[("0", "順"), ("1", "逆"), ("01", "順・逆")]
    )
    meter_id = models.CharField("開始時の特例計量器ID", max_length=14, blank=True)
    retailer = models.ForeignKey(
        Organization, models.PROTECT, related_name="service_periods", verbose_name="受電点事業者"
    )
    balancing_contract = models.ForeignKey(
        BalancingContract,
        models.PROTECT,
        related_name="service_periods",
        verbose_name="調整力契約",
        null=True,
        blank=True,
    )

    objects = ServicePeriodQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "利用期間"
        constraints = [
            ends_after_start("at", "service"),
            models.CheckConstraint(
                condition=Q(pattern=ServicePattern.BALANCING) | Q(directions__in=["0", "01"]),
                name="provision_needs_forward",
            ),
        ]
        indexes = [
            models.Index(fields=["retailer", "pattern"]),
            # "is this point in service of that retailer": asked per row by the tenant wall, so it must not scan a retailer
            models.Index(fields=["device_point", "retailer"]),
        ]

    def __str__(self) -> str:
        return f"{self.device_point} {self.starts_at:%Y-%m-%d}"


class Hold(InstantSpan):
    """保留: no measuring and no providing, an input of the settlement (decisions 3, settlement.md rule 9a)."""

    device_point = models.ForeignKey(
        DevicePoint, models.PROTECT, related_name="holds", verbose_name="機器点"
    )
    reason = models.CharField("理由", max_length=20, choices=choices_of(HoldReason, HOLD_LABELS))
    cause = models.CharField("根拠", max_length=60, blank=True)  # reference such as "incident:IN-…"

    objects = InstantQuerySet["Hold"].as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "保留"
        constraints = [ends_after_start("at", "hold")]

    def __str__(self) -> str:
        return f"{self.device_point} {self.reason}"


class ProvisionRightQuerySet(InstantQuerySet["ProvisionRight"]):
    owner_path = "recipient_id"


class ProvisionRight(InstantSpan):
    """Right to provide energy of a device point to a recipient; edi asks when it builds and when a file is fetched (decisions 2)."""

    device_point = models.ForeignKey(
        DevicePoint, models.PROTECT, related_name="provision_rights", verbose_name="機器点"
    )
    recipient = models.ForeignKey(
        Organization, models.PROTECT, related_name="provision_rights", verbose_name="受領者"
    )
    purpose = models.CharField("利用目的", max_length=60)

    objects = ProvisionRightQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "提供の根拠"
        constraints = [ends_after_start("at", "provision_right")]

    def __str__(self) -> str:
        return f"{self.device_point} {self.recipient}"
