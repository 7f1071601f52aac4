"""The one place where tenant walls are drawn: every list and every lookup for a person goes through ``visible_to``."""

from typing import Self, TypeVar

from django.db import models

from portal.actor import Actor, Scope

ModelT = TypeVar("ModelT", bound=models.Model, covariant=True)


class ScopedQuerySet(models.QuerySet[ModelT, ModelT]):
    """A queryset that knows whose rows it holds.

    A model says whose its rows are by ``owner_path`` (a lookup ending in an organization id) or by overriding
    :meth:`owned_by`. Deny by default: an actor without scope or organization sees nothing.
    """

    owner_path = "organization_id"

    def visible_to(self, actor: Actor) -> Self:
        """The rows that ``actor`` may see at all."""
        if actor.scope is Scope.ALL:
            return self.all()
        if actor.scope is Scope.OWN and actor.organization_id is not None:
            return self.owned_by(actor.organization_id)
        return self.none()

    def owned_by(self, organization_id: int) -> Self:
        """The rows of one organization."""
        return self.filter(**{self.owner_path: organization_id})
