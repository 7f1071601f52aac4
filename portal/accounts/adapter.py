"""How allauth behaves here: nobody registers alone, and one mailbox is one account."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is not read by mypy here
    """Accounts are made by administrators of an organization or of the operator."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: the page says so and shows no form."""
        return False

    def clean_email(self, email: str) -> str:
        """One mailbox is one account."""
        cleaned: Any = super().clean_email(email)
        return str(cleaned).lower()
