"""Values of parameters with effective dates, and the closed days of the business calendar."""

from typing import Any, Self

from django.db import models

from portal.parameters.definitions import DEFINITIONS
from portal.records import WithHistory


class ParameterValueQuerySet(models.QuerySet["ParameterValue", "ParameterValue"]):
    def approved(self) -> Self:
        """Values that a second person has approved; no other value ever counts."""
        return self.exclude(approved_at=None)


class ParameterValue(WithHistory):
    """One value of one parameter from a day on. It counts once somebody other than its author approved it (D12)."""

    key = models.CharField("キー", max_length=60)
    value = models.JSONField("値", null=True, blank=True)
    effective_from = models.DateField("適用開始日")
    reason = models.CharField("理由", max_length=200)
    # people without foreign keys: values outlive accounts (decisions 4)
    entered_by = models.CharField("入力者", max_length=200, editable=False)
    entered_by_id = models.BigIntegerField(null=True, editable=False)
    entered_at = models.DateTimeField("入力日時", editable=False)
    approved_by = models.CharField("承認者", max_length=200, blank=True, editable=False)
    approved_by_id = models.BigIntegerField(null=True, editable=False)
    approved_at = models.DateTimeField("承認日時", null=True, editable=False)

    objects = ParameterValueQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "パラメーター値"
        ordering = ["key", "-effective_from", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approved_by_id=None)
                | ~models.Q(approved_by_id=models.F("entered_by_id")),
                name="parameter_needs_second_person",
                violation_error_message="入力者は自分の入力を承認できません。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} = {self.value} ({self.effective_from})"

    @property
    def label(self) -> str:
        """What the parameter is, for people."""
        return DEFINITIONS[self.key].note.label if self.key in DEFINITIONS else self.key

    def typed(self) -> Any:
        """The value as :class:`Parameters` holds it."""
        return DEFINITIONS[self.key].parse(self.value)


class ClosedDay(WithHistory):
    """A day on which the office is closed, or, with ``is_closed`` off, a seeded holiday on which it works after all."""

    day = models.DateField("日付", unique=True)
    reason = models.CharField("事由", max_length=100)
    is_closed = models.BooleanField("休業", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "休業日"
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.reason}"
