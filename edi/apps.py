from django.apps import AppConfig


class EdiConfig(AppConfig):
    name = "edi"
    verbose_name = "電文"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from edi.views import menu
        from portal.journal import listeners

        menu.hang()
        listeners.listen("settlement.published", "edi.tasks.build_due")
