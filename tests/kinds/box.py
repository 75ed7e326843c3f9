"""A company with a box of specimens: what each field is given, what it then holds, and the clients to ask with."""

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from crm.kernel.entity.custom import actions
from crm.kernel.entity.entity import BASE_FIELDS, Entity
from crm.kernel.entity.models import CustomKind
from crm.kernel.entity.registry import registry
from crm.kernel.tenancy.scope import bump_schema
from crm.kernel.testing.cast import Company, company


@dataclass(frozen=True)
class Given:
    """`typed`: as a person types it into a form; `held`: how the API then answers it; `other`: another value that fits."""

    typed: Any
    held: Any
    other: Any


#: Field → values; those of links are made by `box`.
GIVEN: dict[str, Given] = {
    "name": Given("  Agate ", "Agate", "Beryl"),
    "code": Given("A-007", "A-007", "B-008"),
    "keeper": Given("欧阳修", "欧阳修", "Mary Jane Watson"),
    "family_name": Given("欧阳", "欧阳", "Watson"),
    "given_name": Given("修", "修", "Mary Jane"),
    "notes": Given("One\r\ntwo ", "One\ntwo", "Three"),
    "grade": Given("Cut", "cut", "set"),
    "colours": Given(["red", "blue"], ["red", "blue"], ["green"]),
    "tags": Given("rare; 晶体, Rare", ["rare", "晶体"], ["dull"]),
    "pieces": Given("1,200", 1200, 7),
    "weight": Given("1,234.5", "1234.500", "0.125"),
    "purity": Given("12.5 %", "12.50", "99.90"),
    "price": Given("1,054.50", "1054.50", "7.00"),
    "price_currency": Given("EUR", "EUR", "CNY"),
    "listed": Given("美元", "USD", "GBP"),
    "found_on": Given("2026-02-04", "2026-02-04", "2025-12-31"),
    "shown_at": Given("2026-02-04T09:30", "2026-02-04T01:30:00Z", "2025-12-31T16:00:15Z"),
    "rare": Given("true", True, False),
    "phone": Given("021 6488 2107", "+862164882107", "+442079460958"),
    "email": Given("Ada@Example.COM", "ada@example.com", "bo@example.com"),
    "wechat": Given("ada_lovelace", "ada_lovelace", "bo_zhou88"),
    "website": Given("example.com/a", "https://example.com/a", "https://example.org/b"),
    "vat": Given("91310000132212766m", "91310000132212766M", "DE136695976"),
    "origin": Given("德国", "DE", "CN"),
    "address_country": Given("China", "CN", "SG"),
    "address_region": Given("上海", "上海市", "北京市"),
    "address_city": Given("上海市", "上海市", "北京市"),
    "address_district": Given("徐汇区", "徐汇区", "海淀区"),
    "address_postcode": Given("200030", "200030", "100080"),
    "address_street": Given("漕溪北路 398 号", "漕溪北路 398 号", "中关村大街 1 号"),
}


@dataclass
class Box:
    """`given` is GIVEN with the links of this company."""

    company: Company
    entity: Entity[Any]
    given: dict[str, Given]
    api: Client
    page: Client

    @property
    def plural(self) -> str:
        return self.entity.plural

    @property
    def url(self) -> str:
        return f"/api/v1/{self.plural}"

    @property
    def component(self) -> str:
        """What the kind is called in the OpenAPI document."""
        return self.entity.kind.title()

    def send(self, method: str, url: str, body: Any = None, **headers: str) -> Any:
        return self.api.generic(method, url, json.dumps(body), content_type="application/json", headers=headers)

    def make(self, values: dict[str, Any]) -> dict[str, Any]:
        """A new specimen, as the API answers it."""
        answer = self.send("POST", self.url, values)
        assert answer.status_code == 201, answer.content.decode()
        made: dict[str, Any] = answer.json()
        return made

    def read(self, pk: str) -> dict[str, Any]:
        found: dict[str, Any] = self.api.get(f"{self.url}/{pk}").json()
        return found

    def typed(self, **more: Any) -> dict[str, Any]:
        """A whole form as a browser sends it."""
        form = {name: one.typed for name, one in self.given.items() if name not in ("family_name", "given_name")}
        return form | {"several": ["colours", "contacts"]} | more


def box(own: bool = False) -> Box:
    """A new company with two accounts and three contacts. `own`: the kind is not the declared one, but one made in its workspace."""
    made = company("Cabinet")
    accounts = [str(made.make("account", {"name": name}).pk) for name in ("Quarry, Ltd", "Mine 矿")]
    contacts = [str(made.make("contact", {"name": name}).pk) for name in ("Ada Lovelace", "周博", "Grace Hopper")]
    links = {
        "account": Given(accounts[0], accounts[0], accounts[1]),
        "contacts": Given(contacts[:2], contacts[:2], contacts[2:]),
    }
    if own:
        with made.as_("admin"):
            make_own()
    with made.as_("admin"):
        entity = registry.kind("sample" if own else "specimen")
    assert entity is not None
    return Box(made, entity, GIVEN | links, made.api("admin"), made.browser("admin"))


def make_own() -> None:
    """A kind with the same fields as the declared specimen, made as an administrator makes it."""
    declared = registry.kind("specimen")
    assert declared is not None
    actions.make_kind({"label": "Sample"})
    for name, field in declared.fields.items():
        if name == "name" or name in BASE_FIELDS or field.part_of:
            continue
        told: dict[str, Any] = {one: getattr(field, one) for one in ("least", "most", "service", "places") if hasattr(field, one)}
        options = [{"value": value, "labels": {"en": str(label)}} for value, label in field.choices_list]
        if field.type in ("choice", "multi_choice"):
            told |= {"options": options}
        if field.type == "link":
            told |= {"target": "account"}
        if field.type == "links":
            told |= {"target": "contact"}
        if field.type == "computed":
            told |= {"formula": 'name & " (" & coalesce(grade, "–") & ")"'}
        if name == "code":
            told |= {"unique": True}
        if name == "grade":
            told |= {"default": "raw"}
        actions.make_field("sample", {"name": name, "label": str(field.label), "type": field.type, **told})
    CustomKind.objects.update(facts={"board": "grade", "board_sum": "price", "columns": list(declared.columns)})
    bump_schema()
