"""Runs of the settlement, their parts, and what is published. Source: house.md decided 5, decisions.md 8, settlement.md 3.

A frozen run never changes: parts and results are written once, a publication is one inserted row, and a correction is
another run.
"""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from metering.domain.rules import Stage
from portal.records import AppendOnly

STAGE_LABELS = [("provisional", "速報"), ("final", "確定")]


class RunState(models.TextChoices):
    """``UNCHANGED``: every part equals what is published already, so there is nothing to publish."""

    CALCULATING = "calculating", "計算中"
    CALCULATED = "calculated", "計算済"
    UNCHANGED = "unchanged", "変化なし"
    FAILED = "failed", "失敗"


class SettlementRun(models.Model):
    """One calculation of the days ``first_day`` to ``last_day``.

    ``identity`` is the digest of inputs, rules, parameters and code, known once all parts are there; two runs with one
    identity hold the same bytes. ``until`` cuts a provisional run of the current day at the slot just ended. Of runs
    asked for with one ``request`` only one is open at a time: a doubled start joins it.
    """

    stage = models.CharField("段階", max_length=11, choices=STAGE_LABELS)
    first_day = models.DateField("開始日")
    last_day = models.DateField("終了日")
    until = models.DateTimeField("計算の終端", null=True, blank=True)
    request = models.CharField("依頼", max_length=120)
    state = models.CharField(
        "状態", max_length=11, choices=RunState.choices, default=RunState.CALCULATING
    )
    publishes = models.BooleanField("計算後に公表", default=True)
    identity = models.CharField("ラン識別子", max_length=64, blank=True, db_index=True)
    rules = models.JSONField("規則と係数")
    code_version = models.CharField("プログラム版", max_length=64)
    planned_at = models.DateTimeField("計画日時")
    calculated_at = models.DateTimeField("計算日時", null=True, blank=True)
    actor_label = models.CharField("操作者", max_length=200)
    counts = models.JSONField("件数", default=dict)
    failure = models.TextField("失敗の理由", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "精算ラン"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["stage", "first_day", "last_day"])]
        constraints = [
            models.UniqueConstraint(
                fields=["request"],
                condition=Q(state="calculating"),
                name="one_open_run_per_request",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.first_day}–{self.last_day} #{self.pk}"


class PartResult(AppendOnly):
    """The result of one part (day, bucket), addressed by the digest of everything it was made from.

    Runs share results: what has been calculated from the same inputs is never calculated again. ``reads_from`` and
    ``reads_to`` are the days whose readings the calculation looked at (decisions 17); late data outside them cannot
    change it.
    """

    identity = models.CharField("識別子", max_length=64, unique=True)
    stage = models.CharField("段階", max_length=11, choices=STAGE_LABELS)
    day = models.DateField("日")
    bucket = models.PositiveIntegerField("バケット")
    reads_from = models.DateField("参照開始日")
    reads_to = models.DateField("参照終了日")
    energy_key = models.CharField("電力量", max_length=200)
    sites_key = models.CharField("需要場所", max_length=200, blank=True)
    findings_key = models.CharField("検出事項", max_length=200, blank=True)
    counts = models.JSONField("件数", default=dict)
    calculated_at = models.DateTimeField("計算日時")

    class Meta:
        verbose_name = verbose_name_plural = "部分結果"
        indexes = [models.Index(fields=["stage", "day", "bucket"])]

    def __str__(self) -> str:
        return f"{self.day} {self.bucket} {self.identity[:8]}"


class RunPart(models.Model):
    """One part of a run; it is done when it has its result."""

    run = models.ForeignKey(
        SettlementRun, models.CASCADE, related_name="parts", verbose_name="ラン"
    )
    day = models.DateField("日")
    bucket = models.PositiveIntegerField("バケット")
    result = models.ForeignKey(
        PartResult, models.PROTECT, related_name="run_parts", null=True, verbose_name="結果"
    )
    was_reused = models.BooleanField("再利用", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "ランの部分"
        ordering = ["day", "bucket"]
        constraints = [
            models.UniqueConstraint(fields=["run", "day", "bucket"], name="part_once_per_run")
        ]

    def __str__(self) -> str:
        return f"{self.run} {self.day} {self.bucket}"


class PublicationQuerySet(models.QuerySet["Publication", "Publication"]):
    def covering(self, first: date, last: date) -> Self:
        """Publications of runs that hold at least one day of ``first`` to ``last``."""
        return self.filter(run__first_day__lte=last, run__last_day__gte=first)

    def of_stage(self, stage: Stage) -> Self:
        return self.filter(run__stage=stage)


class Publication(AppendOnly):
    """A run made public, by this one row. Of several publications holding a day the latest of its stage counts."""

    run = models.OneToOneField(
        SettlementRun, models.PROTECT, related_name="publication", verbose_name="ラン"
    )
    published_at = models.DateTimeField("公表日時")
    actor_label = models.CharField("操作者", max_length=200)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "公表"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.run} {self.published_at:%Y-%m-%d %H:%M}"
