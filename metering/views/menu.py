"""What metering hangs in the menu and on the home page."""

from django.utils.translation import gettext_lazy as _

from metering.views import home
from portal.pages.registry import HomeCard, MenuItem, add_home_card, add_menu_item, operator_only


def hang() -> None:
    """Called once at start-up."""
    add_menu_item(MenuItem(label=_("機器点・30分値"), address="metering:points", order=10))
    add_menu_item(
        MenuItem(label=_("精算"), address="metering:runs", order=20, visible=operator_only)
    )
    add_home_card(
        HomeCard(template="metering/home_yesterday.html", order=10, context=home.yesterday)
    )
    add_home_card(
        HomeCard(
            template="metering/home_runs.html", order=20, context=home.runs, visible=operator_only
        )
    )
