from django.apps import AppConfig


class ParametersConfig(AppConfig):
    name = "portal.parameters"
    label = "parameters"
    verbose_name = "パラメーター"
    default_auto_field = "django.db.models.BigAutoField"
