"""Every long piece of work is a row: the truth about it, of which messages are only nudges (house.md 8.6)."""

from typing import Self

from django.db import models
from django.db.models import Q

from portal.actor import Actor, Scope
from portal.organizations.scoping import ScopedQuerySet


class JobState(models.TextChoices):
    """QUEUED → RUNNING → one of the three ends; a dead worker's job runs again, a retried one is queued again."""

    QUEUED = "queued", "待機中"
    RUNNING = "running", "実行中"
    DONE = "done", "完了"
    FAILED = "failed", "失敗"
    CANCELLED = "cancelled", "中止"


FINISHED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class JobQuerySet(ScopedQuerySet["Job"]):
    owner_path = "actor_organization_id"

    def held_by(self, token: str) -> Self:
        """The job that one claim still holds; nothing once somebody else took it over."""
        return self.filter(token=token, state=JobState.RUNNING)


class Job(models.Model):
    """One piece of work: who asked for it, how far it is, how it ended."""

    kind = models.CharField("種類", max_length=60)
    key = models.CharField("重複防止キー", max_length=200, blank=True)
    queue = models.CharField("キュー", max_length=20, default="bulk")
    arguments = models.JSONField("引数", default=dict, blank=True)
    created_at = models.DateTimeField("登録日時")
    # the actor without foreign keys (decisions 4)
    actor_label = models.CharField("操作者", max_length=200, blank=True)
    actor_scope = models.CharField("範囲", max_length=10, default=Scope.NOTHING.value)
    actor_role = models.CharField("役割", max_length=20, blank=True)
    actor_user_id = models.BigIntegerField("利用者ID", null=True, blank=True)
    actor_client_id = models.CharField("APIクライアント", max_length=100, blank=True)
    actor_organization_id = models.BigIntegerField("事業者ID", null=True, blank=True)
    on_behalf_of = models.CharField("代理", max_length=200, blank=True)
    # the claim
    state = models.CharField(
        "状態", max_length=10, choices=JobState.choices, default=JobState.QUEUED
    )
    worker = models.CharField("実行者", max_length=120, blank=True)
    token = models.CharField(
        "占有", max_length=32, blank=True
    )  # of the present claim: fences off an earlier one
    lease_until = models.DateTimeField("占有期限", null=True, blank=True)
    attempts = models.PositiveIntegerField("試行", default=0)
    nudged_at = models.DateTimeField("通知日時", null=True, blank=True)
    cancel_requested_at = models.DateTimeField("中止要求", null=True, blank=True)
    started_at = models.DateTimeField("開始日時", null=True, blank=True)
    finished_at = models.DateTimeField("終了日時", null=True, blank=True)
    # progress
    done = models.BigIntegerField("処理済", default=0)
    total = models.BigIntegerField("全体", default=0)
    stage = models.CharField("段階", max_length=100, blank=True)
    # the end
    result = models.JSONField("結果", default=dict, blank=True)
    error_code = models.CharField("エラーコード", max_length=40, blank=True)
    error_ja = models.TextField("エラー", blank=True)
    error_en = models.TextField("エラー（英語）", blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "ジョブ"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="job_once_per_key")
        ]
        indexes = [
            models.Index(
                fields=["queue", "id"],
                name="job_open",
                condition=Q(state__in=[JobState.QUEUED, JobState.RUNNING]),
            ),
            models.Index(fields=["actor_organization_id", "-id"], name="job_of_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def actor(self) -> Actor:
        """Whoever asked for the work: it runs in their name and sees what they may see."""
        return Actor(
            label=self.actor_label,
            scope=Scope(self.actor_scope),
            role=self.actor_role,
            user_id=self.actor_user_id,
            client_id=self.actor_client_id,
            organization_id=self.actor_organization_id,
            on_behalf_of=self.on_behalf_of,
        )

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state in FINISHED

    @property
    def percent(self) -> int | None:
        """Progress in whole percent; None while the whole is unknown."""
        return min(100, self.done * 100 // self.total) if self.total else None


class JobFile(models.Model):
    """A file that a job left for people to fetch."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="files", verbose_name="ジョブ")
    name = models.CharField("名称", max_length=200)
    path = models.CharField("場所", max_length=500)
    size = models.BigIntegerField("大きさ")  # bytes
    digest = models.CharField("SHA-256", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "結果ファイル"
        constraints = [models.UniqueConstraint(fields=["job", "name"], name="job_file_once")]

    def __str__(self) -> str:
        return self.name
