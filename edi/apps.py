from django.apps import AppConfig


class EdiConfig(AppConfig):
    name = "edi"
    verbose_name = "電文"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from edi.views import menu

        menu.hang()
