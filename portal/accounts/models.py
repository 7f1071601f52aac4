"""People who sign in, and for which organization they act in which role."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models

from portal.organizations.models import Organization
from portal.organizations.roles import OPERATOR_ROLES, ROLE_LABELS, Party, Role
from portal.organizations.scoping import ScopedQuerySet
from portal.records import WithHistory, choices_of


class UserManager(BaseUserManager["User"]):
    """Makes accounts; an address is kept in lower case, so that one mailbox is one account."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new account; without a password it cannot sign in until one is set."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """For ``createsuperuser``: staff and superuser. Membership decides what it may see, as for everybody."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """The account of an address, however its letters are cased."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """One person; signs in with the mail address."""

    email = models.EmailField("メールアドレス", unique=True)
    name = models.CharField("氏名", max_length=50)
    is_active = models.BooleanField("有効", default=True)
    is_staff = models.BooleanField(
        "管理画面の利用", default=False, help_text="一般送配電事業者の担当者に限る。"
    )
    date_joined = models.DateTimeField("登録日時", auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "利用者"
        ordering = ["email"]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        """Before uniqueness is checked: one mailbox is one account, however its letters are cased."""
        super().clean()
        self.email = self.email.strip().lower()

    def get_short_name(self) -> str:
        """What the page frame shows."""
        return self.name or self.email


class MembershipQuerySet(ScopedQuerySet["Membership"]):
    def in_force(self) -> "MembershipQuerySet":
        """Memberships that let somebody act: all three parties to it are active."""
        return self.filter(is_active=True, user__is_active=True, organization__is_active=True)


class Membership(WithHistory):
    """One person acting for one organization in one role."""

    user = models.ForeignKey(
        User, models.CASCADE, related_name="memberships", verbose_name="利用者"
    )
    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="memberships", verbose_name="事業者"
    )
    role = models.CharField("役割", max_length=20, choices=choices_of(Role, ROLE_LABELS))
    is_active = models.BooleanField("有効", default=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "所属"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization"], name="one_role_per_organization"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.organization})"

    def clean(self) -> None:
        """A role of the grid operator's staff needs the grid operator; any other role needs another party."""
        from django.core.exceptions import ValidationError

        if not self.organization_id or self.role_fits():
            return
        raise ValidationError({"role": "この役割は、この事業者の種別では使えません。"})

    def role_fits(self) -> bool:
        """Whether the organization is a party that has this role."""
        is_operator = self.organization.parties.filter(party=Party.GRID_OPERATOR).exists()
        return is_operator == (Role(self.role) in OPERATOR_ROLES)
