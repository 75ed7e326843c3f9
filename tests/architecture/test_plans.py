"""Under the application's role and its row policies, filtering and sorting by every kind of field uses an index."""

from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from crm.kernel.access.policy import asker
from crm.kernel.entity.custom import actions, keeping
from crm.kernel.entity.filter import Where, compile_filter
from crm.kernel.entity.registry import registry
from crm.kernel.testing.cast import Company, company

FILL = """
WITH made AS (
  SELECT uuidv7() AS id, n, CASE WHEN n % 4 = 0 THEN %(ada)s::uuid ELSE %(other)s::uuid END AS owner,
         CASE WHEN n % 2 = 0 THEN %(east)s::uuid ELSE %(west)s::uuid END AS team,
         (CASE WHEN n % 2 = 0 THEN '公司' ELSE 'Company ' END) || lpad(n::text, 7, '0') AS name
    FROM generate_series(1, %(many)s) AS n
), rows AS (
  INSERT INTO record (id, workspace_id, kind, title, sort_key, owner_id, team_id, updated_at)
  SELECT id, %(workspace)s, 'account', name, lower(name), owner, team, now() FROM made RETURNING id
)
INSERT INTO account (id, workspace_id, version, owner_id, team_id, created_at, updated_at, name, name_key, name_sort,
                     type, status, employees, industry, industry_key)
SELECT id, %(workspace)s, 1, owner, team, now() - n * interval '1 minute', now(), name, lower(name), lower(name),
       'company', 'customer', n % 5000, 'Industry ' || n % 40, 'industry ' || n % 40 FROM made
"""

ROWS = 30_000

#: A value of each type that few rows have.
SAMPLES = {
    "text": "Company 0000123", "person_name": "Jon Yang", "email": "jon@example.com", "phone": "+862164882107",
    "url": "https://example.com", "tax_id": "91310000132212766X", "choice": "partner", "integer": 1999, "money": "77777",
    "decimal": "3.5", "percent": "12", "date": "2020-02-02", "datetime": "2020-02-02T10:00:00Z", "handle": "jonyang",
    "link": "01a2011d-b78d-74b0-9d35-626a0918a52f", "country": "GB",
}  # fmt: skip


#: Fields made in the interface, of every type that lists are sorted and filtered by; what their columns are filled with.
OWN: dict[str, dict[str, Any]] = {
    "text": {}, "choice": {"options": ["Partner", "Other"]}, "integer": {}, "decimal": {}, "percent": {}, "money": {}, "date": {},
    "datetime": {}, "email": {}, "phone": {}, "url": {}, "handle": {}, "tax_id": {}, "country": {}, "person_name": {},
    "link": {"target": "account"},
}  # fmt: skip
#: And computed ones, by the sort of their results.
COMPUTED = {
    "number": "employees * 2", "words": 'name & " " & employees', "choice": 'if(employees > 4990, "large", "small")',
    "day": "add_days(own_date, 1)", "moment": "coalesce(own_datetime, own_datetime)",
}  # fmt: skip
VALUES = {
    "t": "'v' || employees", "x": "'V' || employees", "n": "employees", "y": "current_date - employees::int",
    "d": "now() - employees * interval '1 day'", "l": "id",
}  # fmt: skip


@pytest.fixture(scope="module")
def crowd(harness: Any) -> Company:
    made = company("Crowd")
    with made.as_("admin"), connection.cursor() as cursor:
        ada, cleo = made.people["ada"], made.people["cleo"]
        cursor.execute(
            FILL.replace("n % ", "n %% "),
            {"ada": ada.pk, "other": cleo.pk, "east": ada.team_id, "west": cleo.team_id, "workspace": made.id, "many": ROWS},
        )
    with made.as_("admin"):
        fields = [actions.make_field("account", {"label": f"Own {type_}", "type": type_, **told}) for type_, told in OWN.items()]
        for name, formula in COMPUTED.items():
            fields.append(actions.make_field("account", {"label": f"Worked {name}", "type": "computed", "formula": formula}))
        keeping.finish("account", keeping.asked("account"))
    with psycopg.connect(harness.owner_url, autocommit=True) as owner:
        slots = {slot for field in fields for slot in field.slots.values() if slot[2] in VALUES}
        filled = sql.SQL(", ").join(sql.SQL("{} = {}").format(sql.Identifier(slot), sql.SQL(VALUES[slot[2]])) for slot in sorted(slots))
        owner.execute(sql.SQL("UPDATE account SET {} WHERE workspace_id = %s").format(filled), [made.id])
        owner.execute("VACUUM ANALYZE account")
    return made


def plan(rows: Any) -> str:
    return str(rows.explain())


def fields_of(kind: str) -> list[Any]:
    return [field for field in registry.kind(kind).fields.values() if field.filterable and field.indexed or field.type == "link"]


def test_every_type_with_an_order_has_a_sample() -> None:
    fields = [field for entity in registry.all() for field in entity.fields.values()]
    types = {field.type for field in fields if {"is", "gt"}.intersection(field.operators)}
    assert types - {"currency", "yes_no", "record"} <= set(SAMPLES), types - set(SAMPLES)


def test_filters_use_an_index(crowd: Company) -> None:
    with crowd.as_("admin") as actor:
        entity = registry.kind("account")
        for field in fields_of("account"):
            op = "is" if "is" in field.operators else "gt"
            if field.type == "datetime":
                op = "lt"
            if field.name in ("worked_choice", "type", "status", "owner", "team", "size", "source"):
                continue  # half of all rows have the value: reading the table through is right
            sample = SAMPLES[field.type]
            rows = entity.model.objects.filter(compile_filter(Where(field.name, op, sample), entity, asker(actor)), deleted_at=None)
            found = plan(rows.values("pk"))
            assert "Seq Scan on account" not in found, f"{field.name}:\n{found}"


def test_first_pages_in_every_order_use_an_index(crowd: Company) -> None:
    with crowd.as_("admin"):
        entity = registry.kind("account")
        for field in fields_of("account"):
            if not field.sortable or field.type == "link":
                continue
            for sign in ("", "-"):
                ref = field.sort_ref()
                rows = entity.model.objects.filter(deleted_at=None, **{f"{ref}__isnull": False}).order_by(f"{sign}{ref}", f"{sign}pk")
                found = plan(rows.values("pk")[:51])
                assert "Seq Scan on account" not in found, f"{sign}{field.name}:\n{found}"
