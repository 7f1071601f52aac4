"""Fast, offline settings of the test suite. DATABASE_URL and CELERY_BROKER_URL choose the real parts."""

import os
import tempfile

os.environ.setdefault("SECRET_KEY", "only-for-tests-0123456789-0123456789-0123456789")
os.environ.setdefault("PORTAL_VAR", tempfile.mkdtemp(prefix="portal-test-"))

from portal.settings.base import *  # noqa: F403  (the environment must be set first)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_AUTOREFRESH = True
