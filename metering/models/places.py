"""Customers, places and contracts: who lives where, and under whose contracts. Source: decisions.md 1, 11, 12, 18, 33; domain.md D4."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from metering.domain.points import VOLTAGE_LABELS, VoltageClass
from metering.models.spans import DayQuerySet, DaySpan, ends_after_start
from portal.organizations.models import Organization
from portal.organizations.scoping import ScopedQuerySet
from portal.records import WithHistory, choices_of


class CustomerQuerySet(ScopedQuerySet["Customer"]):
    def owned_by(self, organization_id: int) -> Self:
        """Customers living at a supply point while it is under a contract of this retailer."""
        contracts = SupplyContract.objects.filter(
            Q(ends_on=None) | Q(ends_on__gt=OuterRef("starts_on")),
            supply_point=OuterRef("supply_point"),
            retailer_id=organization_id,
        )
        overlapping = Exists(contracts.filter(starts_on__lt=OuterRef("ends_on"))) | Q(
            Exists(contracts), ends_on=None
        )
        return self.filter(pk__in=Occupancy.objects.filter(overlapping).values("customer"))


class Customer(WithHistory):
    """需要者. Names are personal data: they leave the database only through services that journal the read."""

    number = models.CharField("需要家識別番号", max_length=21, unique=True)  # JP06119, X(21)
    name = models.CharField("需要家名称", max_length=80)  # JP06120, 80 characters
    name_kana = models.CharField("需要家名称（カナ）", max_length=160, blank=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "需要者"

    def __str__(self) -> str:
        return self.number


class PremisesQuerySet(ScopedQuerySet["Premises"]):
    def owned_by(self, organization_id: int) -> Self:
        """Premises with a supply point that is, was or will be under a contract of this retailer."""
        contracts = SupplyContract.objects.filter(
            supply_point__premises=OuterRef("pk"), retailer_id=organization_id
        )
        return self.filter(Exists(contracts))


class Premises(WithHistory):
    """需要場所: at most four device points in service at a time."""

    number = models.CharField("需要場所番号", max_length=22, unique=True)
    address = models.CharField("供給場所", max_length=70, blank=True)  # JP06402, 70 characters

    objects = PremisesQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "需要場所"

    def __str__(self) -> str:
        return self.number


class ReadingSchedule(WithHistory):
    """検針区分: the group of supply points that share their meter reading dates."""

    code = models.CharField("検針区分", max_length=10, unique=True)

    class Meta:
        verbose_name = verbose_name_plural = "検針区分"

    def __str__(self) -> str:
        return self.code


class ReadingDate(WithHistory):
    """検針日 of one schedule; the settlement period runs from it to the day before the next (decisions 18)."""

    schedule = models.ForeignKey(
        ReadingSchedule, models.CASCADE, related_name="dates", verbose_name="検針区分"
    )
    day = models.DateField("検針日")

    class Meta:
        verbose_name = verbose_name_plural = "検針日"
        ordering = ["schedule", "day"]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "day"], name="reading_date_once")
        ]

    def __str__(self) -> str:
        return f"{self.schedule} {self.day}"


class SupplyPointQuerySet(ScopedQuerySet["SupplyPoint"]):
    def owned_by(self, organization_id: int) -> Self:
        """Supply points that are, were or will be under a contract of this retailer."""
        return self.filter(
            Exists(
                SupplyContract.objects.filter(
                    supply_point=OuterRef("pk"), retailer_id=organization_id
                )
            )
        )


class SupplyPoint(WithHistory):
    """供給地点 with its 受電点 meter."""

    number = models.CharField("供給地点特定番号", max_length=22, unique=True)
    premises = models.ForeignKey(
        Premises, models.PROTECT, related_name="supply_points", verbose_name="需要場所"
    )
    voltage = models.CharField(
        "契約電圧", max_length=12, choices=choices_of(VoltageClass, VOLTAGE_LABELS)
    )
    has_next_generation_meter = models.BooleanField("次世代スマートメーター", default=True)
    reading_schedule = models.ForeignKey(
        ReadingSchedule,
        models.PROTECT,
        related_name="supply_points",
        verbose_name="検針区分",
        null=True,
        blank=True,
    )

    objects = SupplyPointQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "供給地点"

    def __str__(self) -> str:
        return self.number


class Occupancy(DaySpan):
    """Who lives or works at a supply point. Customers change at 00:00 (decisions 33)."""

    supply_point = models.ForeignKey(
        SupplyPoint, models.PROTECT, related_name="occupancies", verbose_name="供給地点"
    )
    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="occupancies", verbose_name="需要者"
    )

    objects = DayQuerySet["Occupancy"].as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "需要者の期間"
        constraints = [ends_after_start("on", "occupancy")]

    def __str__(self) -> str:
        return f"{self.supply_point} {self.starts_on}"


class SupplyContractQuerySet(DayQuerySet["SupplyContract"]):
    owner_path = "retailer_id"


class SupplyContract(DaySpan):
    """接続供給契約: who is the retailer of a supply point, from when to when."""

    supply_point = models.ForeignKey(
        SupplyPoint, models.PROTECT, related_name="supply_contracts", verbose_name="供給地点"
    )
    retailer = models.ForeignKey(
        Organization, models.PROTECT, related_name="supply_contracts", verbose_name="小売電気事業者"
    )

    objects = SupplyContractQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "接続供給契約"
        constraints = [ends_after_start("on", "supply_contract")]
        indexes = [models.Index(fields=["retailer", "supply_point"])]

    def __str__(self) -> str:
        return f"{self.supply_point} {self.retailer} {self.starts_on}"


class GenerationContractQuerySet(DayQuerySet["GenerationContract"]):
    owner_path = "party_id"


class GenerationContract(DaySpan):
    """発電量調整供給契約 of the 受電地点: whose generation the reverse flow is (decisions 11, 12)."""

    supply_point = models.ForeignKey(
        SupplyPoint, models.PROTECT, related_name="generation_contracts", verbose_name="供給地点"
    )
    receiving_place_number = models.CharField("受電地点特定番号", max_length=22)
    party = models.ForeignKey(
        Organization, models.PROTECT, related_name="generation_contracts", verbose_name="契約者"
    )

    objects = GenerationContractQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "発電量調整供給契約"
        constraints = [ends_after_start("on", "generation_contract")]

    def __str__(self) -> str:
        return f"{self.receiving_place_number} {self.party} {self.starts_on}"


class BalancingContractQuerySet(DayQuerySet["BalancingContract"]):
    owner_path = "aggregator_id"


class BalancingContract(DaySpan):
    """調整力契約: one per premises at a time; owner of the site result (decisions 12)."""

    number = models.CharField("調整力契約番号", max_length=20)
    premises = models.ForeignKey(
        Premises, models.PROTECT, related_name="balancing_contracts", verbose_name="需要場所"
    )
    aggregator = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="balancing_contracts",
        verbose_name="アグリゲーター",
    )

    objects = BalancingContractQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "調整力契約"
        constraints = [
            ends_after_start("on", "balancing_contract"),
            models.UniqueConstraint(
                fields=["number", "premises", "starts_on"], name="balancing_contract_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.premises}"
