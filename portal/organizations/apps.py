from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    name = "portal.organizations"
    label = "organizations"
    verbose_name = "事業者"
    default_auto_field = "django.db.models.BigAutoField"
