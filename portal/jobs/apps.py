from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "portal.jobs"
    label = "jobs"
    verbose_name = "ジョブ"
    default_auto_field = "django.db.models.BigAutoField"
