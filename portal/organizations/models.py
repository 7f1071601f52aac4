"""Organizations (事業者), what they are in the scheme, their codes per area and whom to call."""

from typing import Self

from django.db import models

from portal.organizations.roles import PARTY_LABELS, Party
from portal.organizations.scoping import ScopedQuerySet
from portal.records import WithHistory, choices_of


class OrganizationQuerySet(ScopedQuerySet["Organization"]):
    owner_path = "pk"

    def being(self, party: Party) -> Self:
        """Organizations that are ``party`` in the scheme."""
        return self.filter(parties__party=party)


class Organization(WithHistory):
    """A company taking part in the scheme, the grid operator included."""

    name = models.CharField("名称", max_length=50)  # JP06111/JP06113 take 50 characters
    name_kana = models.CharField("名称（カナ）", max_length=100, blank=True)
    is_active = models.BooleanField("有効", default=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "事業者"
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class OrganizationParty(WithHistory):
    """One role of an organization in the scheme."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="parties", verbose_name="事業者"
    )
    party = models.CharField("種別", max_length=20, choices=choices_of(Party, PARTY_LABELS))

    class Meta:
        verbose_name = verbose_name_plural = "事業者種別"
        constraints = [models.UniqueConstraint(fields=["organization", "party"], name="party_once")]

    def __str__(self) -> str:
        return f"{self.organization} {self.get_party_display()}"


class OrganizationCode(WithHistory):
    """The 5-character code of an organization in one area; EDI addresses and folders use it (edi.md section 6)."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="codes", verbose_name="事業者"
    )
    area = models.CharField("エリア", max_length=2)
    code = models.CharField("事業者コード", max_length=5)

    class Meta:
        verbose_name = verbose_name_plural = "事業者コード"
        constraints = [
            models.UniqueConstraint(fields=["organization", "area"], name="one_code_per_area"),
            models.UniqueConstraint(fields=["area", "code"], name="code_of_one_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.area} {self.code}"


class Contact(WithHistory):
    """Whom to reach at an organization, for what."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="contacts", verbose_name="事業者"
    )
    purpose = models.CharField("用途", max_length=50)
    name = models.CharField("氏名", max_length=50)
    email = models.EmailField("メール", blank=True)
    phone = models.CharField("電話", max_length=20, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "連絡先"

    def __str__(self) -> str:
        return f"{self.purpose} {self.name}"
