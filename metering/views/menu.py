"""What metering hangs in the menu and on the home page, each for those who may open it."""

from django.utils.translation import gettext_lazy as _

from metering.views import home
from portal.accounts.actors import Action, may
from portal.actor import Actor
from portal.pages.registry import HomeCard, MenuItem, add_home_card, add_menu_item


def hang() -> None:
    """Called once at start-up."""
    add_menu_item(
        MenuItem(
            label=_("機器点・30分値"), address="metering:points", order=10, visible=sees_points
        )
    )
    add_menu_item(MenuItem(label=_("精算"), address="metering:runs", order=20, visible=sees_runs))
    add_home_card(
        HomeCard(
            template="metering/home_yesterday.html",
            order=10,
            context=home.yesterday,
            visible=sees_points,
        )
    )
    add_home_card(
        HomeCard(template="metering/home_runs.html", order=20, context=home.runs, visible=sees_runs)
    )


def sees_points(actor: Actor) -> bool:
    return may(actor, Action.SEE_POINTS)


def sees_runs(actor: Actor) -> bool:
    return may(actor, Action.SEE_RUNS)
