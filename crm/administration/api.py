"""The configuration by the API: out, compared, in."""

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from crm.administration.actions import configuration
from crm.administration.actions.configuration import Difference
from crm.kernel.rest import render
from crm.kernel.rest.body import read_object
from crm.kernel.rest.operation import Call, operation
from crm.kernel.rest.routes import add_route


@operation(
    _("Read the configuration"), name="read_configuration", scope="read", needs=configuration.RIGHT, answer="document",
    media="application/yaml", tag="kinds",
)  # fmt: skip
def read_configuration(call: Call) -> HttpResponse:
    """Kinds, fields, layouts, rules, pipelines, roles and common views, as a document that can be kept and brought in elsewhere."""
    return HttpResponse(configuration.document(), content_type="application/yaml; charset=utf-8")


@operation(
    _("Bring a configuration in"), name="bring_configuration_in", scope="write", needs=configuration.RIGHT, body="configuration",
    answer="differences", tag="kinds",
)  # fmt: skip
def bring_configuration_in(call: Call) -> HttpResponse:
    """Changes what the document says otherwise, all of it or nothing; with `dry_run` it only tells what that would be."""
    sent = read_object(call.request)
    text, why = str(sent.get("document") or ""), str(sent.get("why") or "")
    found = configuration.differences(text) if sent.get("dry_run") else configuration.bring_in(text, why)[0]
    return render.page(map(_told, found))


def _told(one: Difference) -> dict[str, object]:
    changes = {name: [was, becomes] for name, was, becomes in one.changed}
    return {"section": one.section, "key": one.key, "new": one.old is None, "changes": changes}


add_route("/configuration", GET=read_configuration, POST=bring_configuration_in)
