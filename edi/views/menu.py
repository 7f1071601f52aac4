"""What edi hangs in the menu and on the home page, for those who may see files."""

from django.utils.translation import gettext_lazy as _

from edi.views import files
from portal.accounts.actors import Action, may
from portal.actor import Actor
from portal.pages.registry import HomeCard, MenuItem, add_home_card, add_menu_item


def hang() -> None:
    """Called once at start-up."""
    add_menu_item(
        MenuItem(label=_("受渡ファイル"), address="edi:files", order=30, visible=sees_files)
    )
    add_home_card(
        HomeCard(template="edi/home_files.html", order=30, context=files.latest, visible=sees_files)
    )


def sees_files(actor: Actor) -> bool:
    return may(actor, Action.SEE_FILES)
