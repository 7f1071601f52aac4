"""What edi hangs in the menu and on the home page."""

from django.utils.translation import gettext_lazy as _

from edi.views import files
from portal.accounts.actors import Action, may
from portal.pages.registry import HomeCard, MenuItem, add_home_card, add_menu_item


def hang() -> None:
    """Called once at start-up."""
    add_menu_item(
        MenuItem(
            label=_("受渡ファイル"),
            address="edi:files",
            order=30,
            visible=lambda actor: may(actor, Action.SEE_FILES),
        )
    )
    add_home_card(HomeCard(template="edi/home_files.html", order=30, context=files.latest))
