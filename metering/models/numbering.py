"""Running numbers: one row per series, moved under its row lock, so that parallel writers never get one number twice."""

from django.db import models


class NumberCounter(models.Model):
    """The last number issued of one series. A number is never issued again, whatever became of it."""

    series = models.CharField("系列", max_length=40, primary_key=True)
    last = models.BigIntegerField("最後に発番した番号", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "発番"

    def __str__(self) -> str:
        return f"{self.series} {self.last}"
