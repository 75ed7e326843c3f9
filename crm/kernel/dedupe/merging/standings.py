"""What is known of single values goes with the values: a verification with the value that was verified, a reason with what is missing."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg import sql

from crm.kernel.dedupe.merging.moving import run
from crm.kernel.dedupe.models import Merge, MergeStep
from crm.kernel.quality.models import STANDING_TABLE, ValueStanding

_NAMES = {"t": sql.Identifier("public", STANDING_TABLE)}


def known(record: UUID) -> dict[str, dict[str, Any]]:
    """{field: the whole row} of what is known of a record's values."""
    rows = run("SELECT field, to_jsonb(t) FROM {t} t WHERE record_id = %(one)s", _NAMES, {"one": record})
    return {field: json.loads(row) for field, row in rows}


def take_over(made: Sequence[Merge], before: Mapping[str, Mapping[str, Any]], sources: Mapping[str, UUID]) -> None:
    """What was verified of a value that the survivor took is verified of it now; what was known of the value before is kept."""
    survivor, steps = made[0].survivor_id, []
    fresh: list[ValueStanding] = []
    by_loser = {one.loser_id: one for one in made}
    there = known(survivor)
    for field, source in sources.items():
        one = ValueStanding.objects.filter(record_id=source, field=field).exclude(method="").first()
        if one is not None and field not in there:
            facts = {name: getattr(one, name) for name in ("kind", "field", "method", "note", "at", "by_id", "expires_at")}
            fresh.append(ValueStanding(record_id=survivor, **facts))
            steps.append(_step(by_loser[source], MergeStep.MADE, rows=[fresh[-1].pk]))
    ValueStanding.objects.bulk_create(fresh)
    for field, row in before.items():
        if field not in there:
            home = by_loser.get(sources.get(field, made[0].loser_id), made[0])
            steps.append(_step(home, MergeStep.JOINED, kept=[{"row": row, "beside": None}]))
    MergeStep.objects.bulk_create(steps)


def _step(merge: Merge, verb: str, **done: Any) -> MergeStep:
    return MergeStep(merge_id=merge.pk, table_name=STANDING_TABLE, column_name="record_id", verb=verb, **done)


def given_back(kept: Sequence[Mapping[str, Any]], fields: Collection[str]) -> list[Mapping[str, Any]]:
    """Those of the kept rows whose fields have the value again of which they tell."""
    return [one for one in kept if one["row"]["field"] in fields]
