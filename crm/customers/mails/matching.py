"""Who the people of a mail are: colleagues, contacts, or nobody known yet."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from crm.customers.models.contact_point import PointType
from crm.kernel.access.policy import policy_for, visible
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.registry import registry
from crm.kernel.identity.models import User
from crm.kernel.tenancy.scope import current_actor

#: Domains that many people share: they say nothing about a company.
SHARED = frozenset(
    """gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com yahoo.co.jp ymail.com icloud.com me.com aol.com gmx.de
    gmx.net web.de t-online.de mail.ru yandex.ru proton.me protonmail.com qq.com foxmail.com vip.qq.com 163.com 126.com yeah.net 139.com
    189.cn sina.com sina.cn sohu.com aliyun.com naver.com daum.net hanmail.net docomo.ne.jp example.com example.org""".split()
)
_SECOND = frozenset("com co net org gov edu ac or ne go".split())
_COMPANY = re.compile(
    r"公司|集团|集團|株式会社|事务所|研究院|\b(?:Ltd|Limited|Inc|LLC|GmbH|AG|KG|Corp|Corporation|Company|S\.?A\.?|B\.?V\.?|Pty|PLC|Oy|AB)\b\.?"
)


@dataclass(frozen=True, slots=True)
class Guess:
    """What a stranger is probably called, and where he works: `account` where the company is known already."""

    name: str
    company: str = ""
    account: UUID | None = None


def colleagues(addresses: Iterable[str]) -> set[str]:
    """Those of the addresses (small letters) that belong to people of this workspace."""
    return set(User.objects.filter(email__in=list(addresses)).values_list("email", flat=True))


def contacts(addresses: Iterable[str]) -> dict[str, UUID]:
    """{address: contact} by their mail and their further contact points, as far as the actor may see them."""
    wanted = list(addresses)
    if not wanted:
        return {}
    people, points = registry.kind("contact"), registry.kind("contact_point")
    assert people is not None and points is not None
    field = people.fields["email"]
    further = _seen(points, "value", "type").filter(type=PointType.EMAIL, value__in=wanted, record__kind="contact", record__deleted_at=None)
    found: dict[str, UUID] = dict(further.order_by("-created_at").values_list("value", "record_id"))
    kept = set(visible(people).filter(pk__in=set(found.values())).values_list("pk", flat=True))
    found = {address: pk for address, pk in found.items() if pk in kept}
    own = _seen(people, "email").filter(**{f"{field.filter_ref()}__in": [field.compared(one) for one in wanted]})
    return found | dict(own.order_by("-created_at").values_list("email", "pk"))


def _seen(entity: Entity[Any], *names: str) -> QuerySet[Any]:
    """The rows that the actor may see; none where one of the fields by which they are found is hidden from him."""
    hidden = policy_for(entity).hidden(current_actor())
    rows: QuerySet[Any] = visible(entity)
    return rows.none() if hidden.intersection(names) else rows


def guess(name: str, address: str, text: str) -> Guess:
    """The name from the address line, else from the address; the company from the signature, else from the domain."""
    local, _at, host = address.rpartition("@")
    shown = name.strip() or " ".join(part.capitalize() for part in re.split(r"[._\-+]+", local) if part and not part.isdigit()) or local
    domain = _domain(host)
    if domain is None:
        return Guess(shown, _signed(text))
    account = _account(domain)
    if account is not None:
        return Guess(shown, str(account.name), account.pk)
    spoken = " ".join(part.capitalize() for part in domain.partition(".")[0].split("-"))
    return Guess(shown, _signed(text) or spoken)


def _domain(host: str) -> str | None:
    """The part that a company registers: "mail.acme.co.uk" → "acme.co.uk"; None for one that many share."""
    parts = host.strip(".").lower().split(".")
    many = 3 if len(parts) > 2 and parts[-2] in _SECOND and len(parts[-1]) == 2 else 2
    domain = ".".join(parts[-many:])
    return None if host in SHARED or domain in SHARED or "." not in domain else domain


def _account(domain: str) -> Any:
    """The one account whose web address is this domain's."""
    entity = registry.kind("account")
    assert entity is not None
    places = [f"{scheme}://{www}{domain}{end}" for scheme in ("https", "http") for www in ("", "www.") for end in ("", "/")]
    found = list(_seen(entity, "website").filter(website__in=places)[:2])
    return found[0] if len(found) == 1 else None


def _signed(text: str) -> str:
    """The company's line of a signature: among the last lines, one with a legal form in it, short enough for a name."""
    for line in reversed(text.rstrip().split("\n")[-10:]):
        for part in re.split(r"\s*[|｜]\s*|\s{3,}", line.strip()):
            if 3 < len(part) <= 60 and _COMPANY.search(part) and not re.search(r"[@:：。！？]|\.$(?<!td\.)(?<!nc\.)(?<!orp\.)", part):
                return part.strip(" ,-–")
    return ""
