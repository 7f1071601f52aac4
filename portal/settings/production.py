"""Production: TLS, cookies, no sample data. Every secret and address comes from the environment, or the start stops."""

from django.core.exceptions import ImproperlyConfigured

from portal.settings.base import *  # noqa: F403
from portal.settings.base import DATABASES, PORTAL_DEMO, env

if PORTAL_DEMO:
    raise ImproperlyConfigured(
        "PORTAL_DEMO=1 is refused by the production settings: sample accounts are for loopback."
    )
for _name in (
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "CELERY_BROKER_URL",
    "METER_STORE_URL",
):
    if not env.str(_name, ""):
        raise ImproperlyConfigured(f"{_name} must be set in the environment.")
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    raise ImproperlyConfigured(
        "DATABASE_URL must name a PostgreSQL database: SQLite is the embedded default only."
    )

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
