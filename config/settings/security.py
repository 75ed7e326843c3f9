"""Headers, cookies, passwords and the order of the middleware."""

import os

from csp.constants import NONE, SELF

_SECURE = os.environ.get("KITH_BASE_URL", "").startswith("https://")

ALLOWED_HOSTS = ["*"]
"""Under which names Kith answers is the operator's affair; links in mails use KITH_BASE_URL, never the Host header."""

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if _SECURE else 0
X_FRAME_OPTIONS = "DENY"
CSRF_COOKIE_SECURE = _SECURE
CSRF_COOKIE_HTTPONLY = False
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "kith_csrf"
CSRF_FAILURE_VIEW = "crm.kernel.identity.refusals.csrf_failed"
SESSION_COOKIE_SECURE = _SECURE
CSRF_TRUSTED_ORIGINS = [os.environ["KITH_BASE_URL"]] if _SECURE else []
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _SECURE else None

KITH_PASSWORD_MEMORY_KIB = int(os.environ.get("KITH_PASSWORD_MEMORY_KIB", "65536"))
KITH_PROXIES = int(os.environ.get("KITH_PROXIES", "0"))
"""How many proxies in front of Kith may be trusted to name the visitor's address (rate limits count by it)."""

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
#: Outermost first. The edge opens the transaction, so whatever reads the database comes after it.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "crm.kernel.pages.middleware.CompressedPages",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "crm.kernel.rest.middleware.Problems",
    "crm.kernel.identity.middleware.Edge",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.storage.Room",
]
