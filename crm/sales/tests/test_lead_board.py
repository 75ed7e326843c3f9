"""The board of leads: what is over is not counted as open, and no card is dragged to where an action alone leads."""

import re

from crm.kernel.entity.registry import registry
from crm.kernel.records import writing
from crm.kernel.testing.cast import Company


def test_set_aside_leads_are_not_open_and_converted_takes_no_card(north: Company) -> None:
    entity = registry.kind("lead")
    assert entity is not None
    new, gone = (north.make("lead", {"name": name, "company": name}, by="ada") for name in ("Iris Bell", "Otto Lang"))
    with north.as_("ada"):
        writing.change(entity, gone.pk, {"status": "disqualified", "reason": "no_need"})
    page = north.browser("ada").get("/leads/board").content.decode()
    assert '<b class="num">1</b><span>open</span>' in page
    columns = {part.split('"', 1)[0]: part for part in page.split('data-column="')[1:]}
    assert list(columns) == ["new", "working", "qualified", "converted", "recycled", "disqualified"]
    assert [value for value, part in columns.items() if re.match(r'\w+" data-shut', part)] == ["converted"]
    assert "Drag a card here" not in columns["converted"] and "Drag a card here" in columns["working"]
    assert 'value="working"' in columns["new"] and 'value="converted"' not in columns["new"]
    assert str(new.pk) in columns["new"] and str(gone.pk) in columns["disqualified"]
