"""A record kind made in the interface, with as many records as there are accounts: what lists, boards and groups over it cost."""

from typing import Any

import psycopg
from django.db import connection

from crm.kernel.entity.custom import actions
from crm.kernel.entity.models import CustomField, CustomKind
from crm.kernel.identity.models import Team
from crm.kernel.records.models import CustomRecord
from crm.kernel.tenancy.scope import bump_schema
from crm.kernel.testing.cast import Company

#: Ten fields of different types: (name, type, what the type is told).
FIELDS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("plate", "text", {"unique": True}), ("fuel", "choice", {"options": ["Diesel", "Petrol", "Electric", "Hydrogen"]}),
    ("mileage", "integer", {"least": 0}), ("load", "decimal", {"places": 2}), ("price", "money", {}), ("bought", "date", {}),
    ("seen_at", "datetime", {}), ("leased", "yes_no", {}), ("keeper", "link", {"target": "account"}),
    ("yearly", "computed", {"formula": "mileage / max(year(today()) - year(bought), 1)"}),
)  # fmt: skip

FILL = """
WITH made AS (
  SELECT uuidv7() AS id, n, (%(teams)s::uuid[])[(1 + n %% %(many)s)::int] AS team,
         upper(substr(md5(n::text), 1, 2)) || lpad(n::text, 7, '0') AS name
    FROM generate_series(1, %(rows)s::bigint) AS n
), rows AS (
  INSERT INTO record (id, workspace_id, kind, title, sort_key, owner_id, team_id, updated_at, search)
  SELECT id, %(workspace)s, 'vehicle', name, lower(name), %(ada)s, team, now(), to_tsvector('simple', name) FROM made RETURNING id
)
INSERT INTO custom_record (id, workspace_id, version, kind, owner_id, team_id, created_at, updated_at, name, name_key, name_sort,
                           {plate}, {plate_key}, {fuel}, {mileage}, {load}, {price}, {price_currency}, {bought}, {seen_at}, {leased})
SELECT id, %(workspace)s, 1, 'vehicle', %(ada)s, team, now(), now(), name, lower(name), lower(name),
       name, lower(name),
       (ARRAY['diesel','petrol','electric','hydrogen'])[(1 + n %% 4)::int], (n * 7919) %% 400000, n %% 900000, n * 100, 'CNY',
       current_date - (n %% 4000)::int, now() - n * interval '1 minute', n %% 3 = 0 FROM made
"""


def vehicles(office: Company, admin_url: str, rows: int) -> None:
    """The kind and its records; those of Ada's team are one in as many as there are teams. Does nothing where they are there."""
    with office.as_kith():
        if CustomRecord.objects.filter(kind="vehicle").exists():
            return
        if not CustomKind.objects.filter(code="vehicle").exists():
            actions.make_kind({"label": {"en": "Vehicle", "zh-hans": "车辆"}, "labels": {"en": "Vehicles", "zh-hans": "车辆"}})
            for name, type_, told in FIELDS:
                actions.make_field("vehicle", {"name": name, "label": name.title(), "type": type_, **told})
            CustomKind.objects.filter(code="vehicle").update(facts={"board": "fuel", "board_sum": "price"})
            bump_schema()
        slots = {name: column for one in CustomField.objects.filter(kind="vehicle") for name, column in one.slots.items()}
        teams = list(Team.objects.order_by("id").values_list("pk", flat=True))
        ada = office.people["ada"]
    values = {"teams": teams, "many": len(teams), "rows": rows, "workspace": office.id, "ada": ada.pk}
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(FILL.format(**slots), values)
        admin.execute("VACUUM ANALYZE custom_record")
        admin.execute("ANALYZE record")


def floor_of(office: Company, text: str) -> str:
    """SQL with the columns of the fields filled in."""
    with office.as_kith():
        slots = {name: column for one in CustomField.objects.filter(kind="vehicle") for name, column in one.slots.items()}
    return text.format(**slots)


SORTED = """SELECT * FROM custom_record WHERE deleted_at IS NULL AND kind = 'vehicle' AND team_id = %(east)s
            ORDER BY {mileage} DESC, id DESC LIMIT 50"""
FILTERED = SORTED.replace("ORDER BY", "AND {fuel} = 'electric' ORDER BY")
BOARD = """SELECT {fuel}, count(*), sum({price}) FROM custom_record
           WHERE deleted_at IS NULL AND kind = 'vehicle' AND team_id = %(east)s GROUP BY 1"""


def one_vehicle(office: Company) -> Any:
    """The id of one that Ada sees."""
    with office.as_kith(), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM custom_record WHERE kind = 'vehicle' AND team_id = %s LIMIT 1", [office.people["ada"].team_id])
        found = cursor.fetchone()
    return found[0] if found else None
