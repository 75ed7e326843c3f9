"""Django's settings. What differs between installations comes from the environment, which the launcher sets.

KITH_DATA (folder), KITH_DATABASE_URL (application role), KITH_OWNER_DATABASE_URL and KITH_DB_ROLE=owner (migrations),
KITH_SECRET_KEY, KITH_BASE_URL, KITH_SMTP_URL, KITH_DEBUG, KITH_CLAMD, KITH_FILES_QUOTA_MB, KITH_OUTBOUND_ALLOW.
"""

import os
from pathlib import Path

from config.settings.database import database
from config.settings.parts import folders, installed, outside
from config.settings.security import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("KITH_DATA", BASE_DIR / "data")).resolve()
DEBUG = os.environ.get("KITH_DEBUG", "") == "1"
SECRET_KEY = os.environ.get("KITH_SECRET_KEY", "")
BASE_URL = os.environ.get("KITH_BASE_URL", "http://localhost:8000").rstrip("/")
SMTP_URL = os.environ.get("KITH_SMTP_URL", "")

INSTALLED_APPS = installed()
#: Parts of Kith that are packages of their own.
OUTSIDE_PARTS = outside()
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

DATABASES = {"default": database(os.environ)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates", *folders("templates")],
        "APP_DIRS": False,
        "OPTIONS": {
            "auto_reload": DEBUG,
            "environment": "crm.kernel.pages.environment.environment",
        },
    }
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文"), ("zh-hant", "繁體中文")]
LOCALE_PATHS = [BASE_DIR / "locale", *folders("locale")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
BUILT = BASE_DIR / "built"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.built.BuiltStorage"},
}

FILES_ROOT = DATA / "files"
#: Hosts and networks of one's own that Kith may call beside the open internet.
KITH_OUTBOUND_ALLOW = os.environ.get("KITH_OUTBOUND_ALLOW", "")
KITH_CLAMD = os.environ.get("KITH_CLAMD", "")
KITH_FILES_QUOTA_MB = int(os.environ.get("KITH_FILES_QUOTA_MB", "0"))
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2**20
FILE_UPLOAD_TEMP_DIR = os.environ.get("KITH_UPLOADS")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["out"], "level": "INFO"},
    "loggers": {
        "django.db.backends": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}
