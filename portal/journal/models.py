"""What happened, to what, by whom, when: one append-only table with three uses (house.md 1.8).

People read it, auditors verify it (``position``, ``digest``), and it wakes background work (``relayed_at``). Those
marks are the only columns that change after the insert, through ``marking`` alone.
"""

from typing import Any

from django.db import models

from portal.records import AppendOnly, AppendOnlyQuerySet


class EntryQuerySet(AppendOnlyQuerySet):
    """Entries cannot be changed; ``marking`` is the door of the relay and of the sealing."""

    def marking(self) -> "models.QuerySet[Entry, Entry]":
        """The same table through a queryset that may write the marks."""
        return models.QuerySet(self.model, using=self.db)


class Entry(AppendOnly):
    """One line of the story."""

    at = models.DateTimeField("日時")
    verb = models.CharField("出来事", max_length=60)
    subject = models.CharField("対象", max_length=120)  # "kind:number"
    data = models.JSONField("内容", default=dict, blank=True)
    personal_data_read = models.BooleanField("個人情報の閲覧", default=False)
    # the actor without foreign keys: stories outlive accounts (decisions 4)
    actor_label = models.CharField("操作者", max_length=200, blank=True)
    actor_role = models.CharField("役割", max_length=20, blank=True)
    actor_user_id = models.BigIntegerField("利用者ID", null=True, blank=True)
    actor_client_id = models.CharField("APIクライアント", max_length=100, blank=True)
    actor_organization_id = models.BigIntegerField("事業者ID", null=True, blank=True)
    on_behalf_of = models.CharField("代理", max_length=200, blank=True)
    # marks
    relayed_at = models.DateTimeField("通知済", null=True, blank=True, editable=False)
    position = models.BigIntegerField("連番", null=True, blank=True, unique=True, editable=False)
    digest = models.CharField("ハッシュ", max_length=64, blank=True, editable=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "ジャーナル"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject", "id"], name="journal_subject"),
            models.Index(fields=["verb", "id"], name="journal_verb"),
            models.Index(fields=["at"], name="journal_at"),
            models.Index(
                fields=["id"], name="journal_unrelayed", condition=models.Q(relayed_at=None)
            ),
            models.Index(fields=["id"], name="journal_unsealed", condition=models.Q(position=None)),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"

    def content(self) -> dict[str, Any]:
        """What the chain protects: everything but the marks."""
        return {
            "id": self.pk,
            "at": self.at.isoformat(timespec="microseconds"),
            "verb": self.verb,
            "subject": self.subject,
            "data": self.data,
            "personal_data_read": self.personal_data_read,
            "actor": [
                self.actor_label,
                self.actor_role,
                self.actor_user_id,
                self.actor_client_id,
                self.actor_organization_id,
                self.on_behalf_of,
            ],
        }


class ChainHead(models.Model):
    """The end of the chain: one row, moved by compare-and-set, so that two sealers cannot both continue from it."""

    position = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "ジャーナルの末尾"

    def __str__(self) -> str:
        return f"{self.position} {self.digest[:12]}"
