"""Spans of validity. All are half-open; the open end is empty, not a far date."""

from datetime import date, datetime
from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Q

from portal.organizations.scoping import ScopedQuerySet
from portal.records import WithHistory

ModelT = TypeVar("ModelT", bound=models.Model, covariant=True)


class DayQuerySet(ScopedQuerySet[ModelT]):
    """Rows valid for whole days: ``starts_on`` is the first day, ``ends_on`` the first day no longer covered."""

    def on(self, day: date) -> Self:
        """Rows in force on ``day``."""
        return self.during(day, day)

    def during(self, first: date, last: date) -> Self:
        """Rows in force on at least one day of ``first`` to ``last``, both included."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=first), starts_on__lte=last)


class InstantQuerySet(ScopedQuerySet[ModelT]):
    """Rows valid from an instant: ``starts_at`` included, ``ends_at`` excluded."""

    def at(self, instant: datetime) -> Self:
        """Rows in force at ``instant``."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=instant), starts_at__lte=instant)

    def during(self, start: datetime, end: datetime) -> Self:
        """Rows in force at some instant of [``start``, ``end``)."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=start), starts_at__lt=end)


class DaySpan(WithHistory):
    """Valid for whole days of JST, from 00:00 to 00:00."""

    starts_on = models.DateField("開始日")
    ends_on = models.DateField("終了日（この日を含まない）", null=True, blank=True)

    class Meta:
        abstract = True


class InstantSpan(WithHistory):
    """Valid from one slot boundary to another."""

    starts_at = models.DateTimeField("開始日時")
    ends_at = models.DateTimeField("終了日時（含まない）", null=True, blank=True)

    class Meta:
        abstract = True


def ends_after_start(kind: str, prefix: str) -> models.CheckConstraint:
    """The database's own refusal of an empty or reversed span; ``kind`` is "on" or "at"."""
    return models.CheckConstraint(
        condition=Q(**{f"ends_{kind}": None}) | Q(**{f"ends_{kind}__gt": F(f"starts_{kind}")}),
        name=f"{prefix}_ends_after_start",
    )
