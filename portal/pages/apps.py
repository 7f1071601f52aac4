"""The portal's own pages: frame, home, help, errors. The apps above hang their menu items and cards in the registry."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PagesConfig(AppConfig):
    name = "portal.pages"
    label = "portal_pages"
    verbose_name = _("ページ")

    def ready(self) -> None:
        from portal.pages import registry

        registry.add_menu_item(registry.MenuItem(label=_("ホーム"), address="pages:home", order=0))
