"""What was received: files, the parts of the store they became, and rows set aside. Source: decisions.md 16, house.md decided 5.

A file is kept byte for byte and taken in once. Its ``pk`` is its place in the order of delivery: of several usable values
for one instant the one of the later file counts (settlement.md rule 2). Rows that can be read lie in the Parquet store;
the database holds only where.
"""

from typing import Self

from django.db import models
from django.db.models import F, Q

from metering.domain.row_faults import FAULTS
from portal.errors import Text


class DeliveryKind(models.TextChoices):
    """What a received file holds; the value is the first part of its keys in the store."""

    READINGS = "readings", "検針値"
    EXCHANGES = "exchanges", "計器交換"
    BASELINES = "baselines", "基準値"
    SMART_METER = "smart_meter", "スマートメーター値"
    GAPFILL = "gapfill", "欠測補完"


class DeliveryState(models.TextChoices):
    TAKEN = "taken", "取込済"
    PARTLY = "partly", "一部隔離"


class Delivery(models.Model):
    """One received file. ``rows`` = ``accepted`` + ``quarantined``, before and after every re-drive."""

    kind = models.CharField("種類", max_length=12, choices=DeliveryKind.choices)
    file_name = models.CharField("ファイル名", max_length=255)
    digest = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField("バイト数")
    raw_key = models.CharField("原本", max_length=200)
    rows = models.PositiveBigIntegerField("行数")
    accepted = models.PositiveBigIntegerField("取込行数")
    quarantined = models.PositiveBigIntegerField("隔離行数")
    state = models.CharField("状態", max_length=6, choices=DeliveryState.choices)
    received_at = models.DateTimeField("受領日時")
    actor_label = models.CharField("操作者", max_length=200)

    is_new = False  # True on the object that this very call took in

    class Meta:
        verbose_name = verbose_name_plural = "受領ファイル"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "digest"], name="delivery_once"),
            models.CheckConstraint(
                condition=Q(rows=F("accepted") + F("quarantined")), name="delivery_adds_up"
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def sequence(self) -> int:
        """The place in the order of delivery."""
        return self.pk


class StorePartQuerySet(models.QuerySet["StorePart", "StorePart"]):
    def in_force(self) -> Self:
        """Parts to be read: those that no re-drive has replaced."""
        return self.filter(is_current=True)

    def in_order(self) -> Self:
        """In the order of delivery within each day."""
        return self.order_by("day", "delivery_id")


class StorePart(models.Model):
    """One immutable file of the store: the rows of one delivery for one day and bucket, in the order of the file.

    A re-drive writes the whole part anew with the rows that are now good in their old places; the replaced one stays.
    """

    delivery = models.ForeignKey(
        Delivery, models.PROTECT, related_name="parts", verbose_name="受領ファイル"
    )
    kind = models.CharField("種類", max_length=12, choices=DeliveryKind.choices)
    day = models.DateField("日")
    bucket = models.PositiveIntegerField("バケット")
    key = models.CharField("保管場所", max_length=200, db_index=True)
    digest = models.CharField("SHA-256", max_length=64)
    rows = models.PositiveIntegerField("行数")
    # of kinds with instants: what a reader of some hours need not open
    first_at = models.DateTimeField("最初の時刻", null=True, blank=True)
    last_at = models.DateTimeField("最後の時刻", null=True, blank=True)
    is_current = models.BooleanField("有効", default=True)

    objects = StorePartQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "保管部分"
        indexes = [models.Index(fields=["bucket", "day", "kind"])]
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "day", "bucket"],
                condition=Q(is_current=True),
                name="part_once_per_delivery",
            )
        ]

    def __str__(self) -> str:
        return self.key


class QuarantinedRow(models.Model):
    """A row that could not be parsed or identified (decisions 16), as it was received, with the reason."""

    delivery = models.ForeignKey(
        Delivery, models.PROTECT, related_name="quarantined_rows", verbose_name="受領ファイル"
    )
    row = models.PositiveBigIntegerField("行")  # as people count: the header is row 1
    raw = models.CharField("原文", max_length=500)
    column = models.CharField("列", max_length=30, blank=True)
    code = models.CharField("理由", max_length=8)
    redriven_at = models.DateTimeField("再取込日時", null=True, blank=True)
    redriven_by = models.CharField("再取込者", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "隔離行"
        ordering = ["delivery", "row"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "row"], name="quarantined_row_once")
        ]
        indexes = [
            models.Index(fields=["code"], condition=Q(redriven_at=None), name="open_by_code")
        ]

    def __str__(self) -> str:
        return f"{self.delivery} #{self.row}"

    @property
    def text(self) -> Text:
        """Why the row was set aside, in both languages."""
        return FAULTS[self.code]
