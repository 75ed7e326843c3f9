"""Search over all kinds."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from crm.kernel.entity.registry import registry
from crm.kernel.rest import render
from crm.kernel.rest.operation import Call, operation
from crm.kernel.rest.params import KINDS, LIMIT, WORDS
from crm.kernel.rest.problems import BadRequest
from crm.kernel.search.box import search
from crm.kernel.search.inside import excerpts
from crm.kernel.search.notes import notes
from crm.kernel.search.queries import kinds_for


@operation(_("Search"), name="search", scope="read", verb="view", params=(WORDS, KINDS, LIMIT), answer="hits")
def find(call: Call) -> HttpResponse:
    """Records of all kinds, best first; `file` where the words stand in an attached file.

    Filters may stand among the words: `owner:me stage:won 上海`.
    """
    allowed = {kind.kind: kind for kind in kinds_for(call.actor)}
    wanted = call.query["kinds"]
    unknown = [name for name in wanted or () if name not in allowed]
    if unknown:
        raise BadRequest(_("There is no such kind."), fields={"kinds": [", ".join(unknown)]})
    hits = search(call.query["q"] or "", [allowed[name] for name in wanted] if wanted else None, call.query["limit"])
    said, inside = notes(hits), excerpts(call.query["q"] or "", [hit.file for hit in hits if hit.file is not None])
    plurals = {kind.kind: kind.plural for kind in registry.all()}
    return render.page(
        {
            "id": hit.id,
            "kind": hit.kind,
            "title": hit.title,
            "note": said.get(hit.id, ""),
            "url": f"/api/v1/{plurals[hit.kind]}/{hit.id}",
            "file": _file(hit.file, *inside[hit.file]) if hit.file in inside else None,
        }
        for hit in hits
    )


def _file(file_id: UUID | None, name: str, excerpt: str) -> dict[str, Any]:
    return {"id": file_id, "name": name, "excerpt": excerpt, "url": f"/api/v1/files/{file_id}"}
