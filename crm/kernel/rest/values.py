"""From a JSON object to the values of a write: known, writable fields with a fitting JSON type; the rest is refused."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from crm.kernel.access.policy import policy_for
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.fields import Field
from crm.kernel.identity.actor import Actor
from crm.kernel.records.standing import MISSING
from crm.kernel.rest.problems import BadRequest

_ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})"')
_FITS: dict[str, tuple[type, ...]] = {
    "string": (str, int, Decimal),
    "integer": (int, Decimal, str),
    "number": (int, Decimal, str),
    "boolean": (bool, str),
    "array": (list,),
    "object": (dict,),
}


def record_values(entity: Entity[Any], sent: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """The values to write, and under `missing` why fields are empty. Raises `Wrong` naming unknown, closed and ill-typed fields, all at
    once."""
    policy = policy_for(entity)
    hidden, closed = policy.hidden(actor), policy.readonly(actor)
    fields = {name: field for name, field in entity.fields.items() if name not in hidden}
    if MISSING not in sent or MISSING in fields:
        return checked(fields, sent, closed)
    reasons = sent[MISSING]
    if not isinstance(reasons, dict):
        raise Wrong(fields={MISSING: [_("Write it as {field: reason}.")]})
    return checked(fields, {name: value for name, value in sent.items() if name != MISSING}, closed) | {MISSING: reasons}


def checked(
    fields: Mapping[str, Field], sent: Mapping[str, Any], closed: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """`sent` when every name and type fits; else `Wrong`."""
    wrong: dict[str, list[Any]] = {}
    for name, value in sent.items():
        field = fields.get(name)
        if field is None:
            wrong[name] = [_("There is no such field.")]
        elif field.readonly or name in closed:
            wrong[name] = [_("This field cannot be written.")]
        elif not _fits(field, value):
            kind = field.schema().get("type", "string")
            wrong[name] = [_("A JSON %(type)s is needed here.") % {"type": kind}]
    if wrong:
        raise Wrong(fields=wrong)
    return dict(sent)


def _fits(field: Field, value: Any) -> bool:
    kind = field.schema().get("type", "string")
    allowed = _FITS.get(kind, (str,))
    if value is None:
        return True
    if isinstance(value, bool):
        return bool in allowed
    if isinstance(value, list):
        return list in allowed and all(isinstance(item, str) for item in value)
    return isinstance(value, allowed)


def expected_version(request: HttpRequest) -> int | None:
    """The version in If-Match; None when the client does not mind."""
    sent = request.headers.get("If-Match")
    if sent is None or sent.strip() == "*":
        return None
    found = _ETAG.fullmatch(sent.strip())
    if found is None:
        raise BadRequest(_("If-Match is the ETag of the record, such as \"3\" in quotation marks."))
    return int(found[1])
