"""The ledger of message files: one row per file, never changed but for its state. Source: decisions 2, 18 to 23.

Of one message (receiver, code, day, slot) the highest revision counts; what it replaces is found by the lower ones, and
``supersedes`` names the file of the same split. The format itself has no field for that.
"""

from typing import Self

from django.db import models

from metering.models import Publication
from metering.models.spans import DayQuerySet, DaySpan, ends_after_start
from portal.organizations.models import Organization
from portal.organizations.scoping import ScopedQuerySet
from portal.records import AppendOnly


class FileState(models.TextChoices):
    """A file has exactly one."""

    LISTED = "listed", "公開中"
    FETCHED = "fetched", "受領済"
    WITHDRAWN = "withdrawn", "取下げ"  # never fetched, and the right to tell its values is gone


class AlarmCode(models.TextChoices):
    """What the operator must look at before it becomes a missing file."""

    REVISIONS = "revisions", "更新番号の残りわずか"
    NO_REVISION = "no_revision", "更新番号が尽きた"
    SPLITS = "splits", "分割番号の残りわずか"
    NO_SPLIT = "no_split", "分割番号が尽きた"
    NO_CODE = "no_code", "事業者コード未登録"
    NO_LINE = "no_line", "供給開始の機器点が電文にない"


class ReceiverSettingQuerySet(DayQuerySet["ReceiverSetting"]):
    owner_path = "receiver_id"


class ReceiverSetting(DaySpan):
    """What one receiver gets; without a row the profile's defaults hold (decisions 18, 23)."""

    receiver = models.ForeignKey(
        Organization, models.PROTECT, related_name="edi_settings", verbose_name="受信者"
    )
    slot_messages = models.BooleanField("30分電力量を送る", default=True)
    day_messages = models.BooleanField("日毎30分電力量を送る", default=True)
    month_messages = models.BooleanField("月間確定使用量を送る", default=True)
    customer_names = models.BooleanField("需要家名称を送る", default=False)

    objects = ReceiverSettingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "受信者の設定"
        constraints = [
            ends_after_start("on", "receiver_setting"),
            models.UniqueConstraint(fields=["receiver", "starts_on"], name="receiver_setting_once"),
        ]

    def __str__(self) -> str:
        return f"{self.receiver} {self.starts_on}"


class PointList(AppendOnly):
    """Which points a file holds, and in which slots it tells their values (edi.domain.point_lists).

    Lists are shared: the 48 slot files of a split, and mostly those of many days, hold the same points.
    """

    digest = models.CharField("ダイジェスト", max_length=64, unique=True)
    points = models.PositiveIntegerField("機器点数")
    packed = models.BinaryField("一覧（圧縮）")

    class Meta:
        verbose_name = verbose_name_plural = "機器点の一覧"

    def __str__(self) -> str:
        return f"{self.digest[:8]} ({self.points})"


class OutboundMessageQuerySet(ScopedQuerySet["OutboundMessage"]):
    owner_path = "receiver_id"

    def of_message(self, code: str, day: object) -> Self:
        """All revisions and splits of one message's day; of slot messages all slots."""
        return self.filter(information_code=code, day=day)

    def standing(self) -> Self:
        """Files that a receiver has or may fetch."""
        return self.exclude(state=FileState.WITHDRAWN)


class OutboundMessage(models.Model):
    """One message file as it was written.

    ``day`` is the day of the data (W4) or the 検針日 (W5), ``first_day`` the first day of the data. ``created_at`` is the
    instant of the publication, as the file says (JPC19), ``built_at`` when it was written.
    """

    receiver = models.ForeignKey(
        Organization, models.PROTECT, related_name="messages", verbose_name="受信者"
    )
    receiver_code = models.CharField("受信者コード", max_length=5)
    information_code = models.CharField("情報区分コード", max_length=4)
    day = models.DateField("対象日・検針日")
    first_day = models.DateField("データの開始日")
    slot = models.PositiveSmallIntegerField("コマ", null=True, blank=True)
    revision = models.PositiveSmallIntegerField("更新番号")
    split = models.PositiveIntegerField("分割番号")
    name = models.CharField("ファイル名", max_length=30)
    digest = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField("バイト数")
    content_digest = models.CharField("内容のダイジェスト", max_length=64)
    record_digests = models.TextField("レコードのダイジェスト", blank=True)
    rows = models.PositiveIntegerField("レコード数")
    available_rows = models.PositiveIntegerField("提供可のレコード数")
    first_number = models.CharField("最初の機器点", max_length=22)
    last_number = models.CharField("最後の機器点", max_length=22)
    point_list = models.ForeignKey(
        PointList, models.PROTECT, related_name="files", verbose_name="機器点の一覧"
    )
    publication = models.ForeignKey(
        Publication, models.PROTECT, related_name="messages", verbose_name="公表"
    )
    created_at = models.DateTimeField("作成日時（電文）")
    built_at = models.DateTimeField("作成処理日時")
    state = models.CharField(
        "状態", max_length=10, choices=FileState.choices, default=FileState.LISTED
    )
    fetched_at = models.DateTimeField("初回受領日時", null=True, blank=True)
    supersedes = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="superseded_by",
        verbose_name="置き換えるファイル",
        null=True,
        blank=True,
    )

    objects = OutboundMessageQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "送信電文"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["receiver_code", "name"], name="file_name_once"),
        ]
        indexes = [
            models.Index(fields=["information_code", "day", "receiver"]),
            models.Index(fields=["receiver", "-built_at"]),
            models.Index(fields=["state", "first_number"]),
        ]

    def __str__(self) -> str:
        return self.name


class Considered(models.Model):
    """What was last looked at for one message and day, so that the search for new results skips it.

    ``source`` digests the results in force; ``through_slot`` is the last slot that was due. Losing a row costs a
    comparison, nothing else.
    """

    information_code = models.CharField("情報区分コード", max_length=4)
    day = models.DateField("対象日・検針日")
    source = models.CharField("結果のダイジェスト", max_length=64)
    through_slot = models.PositiveSmallIntegerField("最終コマ")
    considered_at = models.DateTimeField("確認日時")

    class Meta:
        verbose_name = verbose_name_plural = "電文作成の確認"
        constraints = [
            models.UniqueConstraint(fields=["information_code", "day"], name="considered_once")
        ]

    def __str__(self) -> str:
        return f"{self.information_code} {self.day}"


class Cursor(models.Model):
    """How far the history of one master was read.

    History ids are not handed out in the order of commits, so the first look of a day reads once more from where the
    day before began: noticing twice costs a comparison, and nothing is missed.
    """

    name = models.CharField("対象", max_length=60, unique=True)
    position = models.PositiveBigIntegerField("履歴の位置", default=0)
    earlier_position = models.PositiveBigIntegerField("前日の開始位置", default=0)
    looked_on = models.DateField("確認日")

    class Meta:
        verbose_name = verbose_name_plural = "変更の確認位置"

    def __str__(self) -> str:
        return f"{self.name} {self.position}"


class AlarmQuerySet(ScopedQuerySet["Alarm"]):
    owner_path = "receiver_id"


class Alarm(models.Model):
    """A finding of the building of messages that somebody has to act on; raised once per cause."""

    code = models.CharField("警報", max_length=20, choices=AlarmCode.choices)
    receiver = models.ForeignKey(
        Organization, models.PROTECT, related_name="edi_alarms", verbose_name="受信者"
    )
    information_code = models.CharField("情報区分コード", max_length=4)
    day = models.DateField("対象日・検針日")
    slot = models.PositiveSmallIntegerField("コマ", default=0)  # 0: the whole day
    detail = models.CharField("内容", max_length=200)
    raised_at = models.DateTimeField("発生日時")

    objects = AlarmQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "電文の警報"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "receiver", "information_code", "day", "slot"], name="alarm_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()} {self.information_code} {self.day}"
