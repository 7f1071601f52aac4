from django.apps import AppConfig


class MeteringConfig(AppConfig):
    name = "metering"
    verbose_name = "計量・精算"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from metering.views import menu

        menu.hang()
