from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "portal.journal"
    label = "journal"
    verbose_name = "ジャーナル"
    default_auto_field = "django.db.models.BigAutoField"
