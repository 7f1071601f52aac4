"""Apps hang menu items and cards of the home page here at start-up, so that the ground floor imports nobody above."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.actor import Actor, Scope

Context = dict[str, Any]


def everybody(actor: Actor) -> bool:
    """Any signed-in person with a place in the portal."""
    return actor.scope is not Scope.NOTHING


@dataclass(frozen=True, kw_only=True)
class MenuItem:
    """One line of the main menu. ``address`` is a URL name; pages whose names begin with it belong to the item."""

    label: Any  # lazily translated text
    address: str
    order: int
    visible: Callable[[Actor], bool] = everybody

    def holds(self, view_name: str) -> bool:
        """Is the page called ``view_name`` this item's page or one below it?"""
        return view_name == self.address or view_name.startswith(f"{self.address}-")


@dataclass(frozen=True, kw_only=True)
class HomeCard:
    """One section of the home page. ``context`` gives what the template needs, or None when there is nothing to say."""

    template: str
    order: int
    context: Callable[[Actor, datetime], Context | None]
    visible: Callable[[Actor], bool] = everybody


_menu: dict[str, MenuItem] = {}
_cards: dict[str, HomeCard] = {}


def add_menu_item(item: MenuItem) -> None:
    """Hang ``item`` in the menu; the same address again replaces it, so that start-up may run twice."""
    _menu[item.address] = item


def add_home_card(card: HomeCard) -> None:
    """Hang ``card`` on the home page; the same template again replaces it."""
    _cards[card.template] = card


def menu_for(actor: Actor) -> list[MenuItem]:
    """The menu of ``actor``, in order."""
    return sorted(
        (item for item in _menu.values() if item.visible(actor)), key=lambda item: item.order
    )


def cards_for(actor: Actor) -> list[HomeCard]:
    """The home page's sections of ``actor``, in order."""
    return sorted(
        (card for card in _cards.values() if card.visible(actor)), key=lambda card: card.order
    )
