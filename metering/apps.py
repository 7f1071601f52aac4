from django.apps import AppConfig


class MeteringConfig(AppConfig):
    name = "metering"
    verbose_name = "計量・精算"
    default_auto_field = "django.db.models.BigAutoField"
