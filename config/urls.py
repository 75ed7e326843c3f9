"""Every address: the probes, then what each part offers. A part's addresses are in its `urls.py`."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from config.probes import healthz, readyz

PARTS = (
    "crm.kernel.rest.urls",
    "crm.kernel.files.urls",
    "crm.kernel.exchange.urls",
    "crm.administration.urls",
    "crm.integration.urls",
    "crm.customers.urls",
    "crm.sales.urls",
    *(f"{part}.urls" for part in settings.OUTSIDE_PARTS if find_spec(f"{part}.urls")),
    "crm.kernel.pages.urls",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz),
    path("readyz", readyz),
    *(path("", include(name)) for name in PARTS),
]

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.not_found"
handler500 = "config.errors.server_error"
