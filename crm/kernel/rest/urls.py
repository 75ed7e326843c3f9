"""Addresses of the API. Unknown ones under /api/ are answered as problem+json by `middleware.Problems`."""

from django.urls import URLPattern, path

from crm.kernel.rest.docs import docs, openapi_document
from crm.kernel.rest.endpoint import endpoint
from crm.kernel.rest.routes import ROUTES, Route

_CONVERTERS = {
    "{plural}": "<str:plural>", "{action}": "<str:action>", "{id}": "<uuid:id>", "{share}": "<uuid:share>",
    "{kind}": "<str:kind>", "{field}": "<str:field>",
}  # fmt: skip


def _pattern(route: Route) -> URLPattern:
    address = route.template.lstrip("/")
    for word, converter in _CONVERTERS.items():
        address = address.replace(word, converter)
    return path(address, endpoint(**route.methods))


urlpatterns = [
    path("api/openapi.json", openapi_document, name="openapi"),
    path("api/docs", docs, name="api-docs"),
    *map(_pattern, ROUTES),
]
