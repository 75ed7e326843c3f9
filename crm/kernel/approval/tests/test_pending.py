"""A verified value is changed only with approval: on every path, by office and by customer, with its faults."""

from typing import Any

from crm.kernel.quality import marks
from crm.kernel.testing.cast import Company


def test_smoke(north: Company) -> None:
    one = north.make("account", {"name": "Lamp", "billing_address": "上海市松江区荣乐东路2380号", "tax_id": "", "phone": "021 6488 2107"})
    marks.KNOWN.add((one.pk, "billing_address"))
    api = north.api("ada")
    admin = north.api("admin")
    answer: Any = admin.patch(f"/api/v1/accounts/{one.pk}", {"billing_address": "上海市青浦区崧泽大道6638弄18号", "industry": "Signs"}, content_type="application/json")
    print(answer.status_code, answer.json())
    with north.as_("admin"):
        from crm.kernel.approval.models import PendingChange
        print(PendingChange.objects.values())
    assert 0
