"""The settings' page of background work."""

import pytest

from crm.kernel.base.clock import now
from crm.kernel.outbox.models import OutboxEvent
from crm.kernel.queue.actions import defer
from crm.kernel.queue.models import Task
from crm.kernel.queue.tests import sample
from crm.kernel.queue.tests.test_tasks import again, run
from crm.kernel.testing.cast import Company

PAGE = "/settings/work"


def dead_letter(company: Company) -> OutboxEvent:
    record = company.make("account", {"name": "Harbour Lights"})
    with company.as_("admin"):
        row = OutboxEvent(xid=1, number=1, name="records.record-created", record=record.pk, state=OutboxEvent.DEAD,
                          attempts=8, error="ValueError: <b>no luck</b>", created_at=now())  # fmt: skip
        row.save(force_insert=True)
    return row


def test_all_is_well_and_says_so(north: Company) -> None:
    page = north.browser("admin").get(PAGE).content.decode()
    assert "All is well" in page and "Nothing runs and nothing waits" in page


def test_failed_work_says_why_and_is_tried_again(north: Company, south: Company) -> None:
    with north.as_("ada"):
        task = defer(sample.refuses)
    assert run(task).state == Task.FAILED
    admin = north.browser("admin")
    page = admin.get(PAGE).content.decode()
    assert "All is well" not in page and "That is not possible." in page and "Ada Whitfield" in page
    assert "That is not possible." not in south.browser("admin").get(PAGE).content.decode()
    assert south.browser("admin").post(f"{PAGE}/{task.id}/retry").status_code == 404
    assert admin.post(f"{PAGE}/{task.id}/retry").status_code == 302
    assert again(task).state == Task.WAITING
    assert admin.post(f"{PAGE}/{task.id}/stop").status_code == 302
    assert again(task).state == Task.CANCELLED
    assert "Stopped by Admin Lee" in admin.get(PAGE).content.decode()
    assert admin.post(f"{PAGE}/{task.id}/stop")["Location"] == PAGE  # over meanwhile: said, no error


@pytest.mark.parametrize(("act", "state"), [("retry", OutboxEvent.PENDING), ("discard", OutboxEvent.DISCARDED)])
def test_dead_letters_are_decided_about(north: Company, south: Company, act: str, state: str) -> None:
    row = dead_letter(north)
    admin = north.browser("admin")
    page = admin.get(PAGE).content.decode()
    assert "Harbour Lights" in page and f"/go/{row.record}" in page and "&lt;b&gt;no luck" in page and "8 tries" in page
    url = f"{PAGE}/news/{row.id}/{act}"
    assert south.browser("admin").post(url).status_code == 404
    assert north.browser("ada").post(url).status_code == 404
    assert "Harbour Lights" not in south.browser("admin").get(PAGE).content.decode()
    assert admin.post(url).status_code == 302
    with north.as_("admin"):
        assert OutboxEvent.objects.get(id=row.id).state == state
    assert admin.post(url).status_code == 404


def test_only_who_looks_after_it_opens_the_page(north: Company) -> None:
    assert north.browser("ada").get(PAGE).status_code == 404
    assert PAGE not in north.browser("ada").get("/settings/profile").content.decode()


def test_the_bell_shows_work_under_way_with_its_stop(north: Company) -> None:
    with north.as_("ada"):
        task = defer(sample.rows, mark="bell", batches=2, size=1, rest=0)
    drawer = north.browser("ada").get("/notices").content.decode()
    assert f"/jobs/{task.id}/stop" in drawer
    assert f"/jobs/{task.id}/stop" not in north.browser("cleo").get("/notices").content.decode()
    assert f"/jobs/{task.id}/stop" in north.browser("ada").get(f"/jobs/{task.id}/").content.decode()
