"""Shares and saved views are taken back from the toast and from the history, under the rights of today."""

import datetime
from typing import Any

from crm.kernel.access.models import Share
from crm.kernel.access.tests.test_sharing import give
from crm.kernel.base.clock import now
from crm.kernel.identity.models import User
from crm.kernel.pages.tests.test_saved import shared
from crm.kernel.pages.tests.test_screens import toast_of
from crm.kernel.records import sharing
from crm.kernel.records.models import ChangeSet
from crm.kernel.records.tests.test_past import kind
from crm.kernel.saved.models import SavedView
from crm.kernel.testing.cast import Company

HX = {"HX-Request": "true"}


def _given(north: Company, record: Any) -> list[tuple[str, bool]]:
    with north.as_("admin"):
        return [(one.user.name if one.user else "", one.edit) for one in Share.objects.filter(record_id=record.pk).select_related("user")]


def test_a_share_given_ends_with_its_undo_and_comes_again(north: Company, south: Company) -> None:
    record = north.make("account", {"name": "Harbour Lights"}, by="ada")
    ada, cleo = north.browser("ada"), str(north.people["cleo"].pk)
    done = ada.post(f"/accounts/{record.pk}/shares", {"with": cleo, "edit": "on"}, headers=HX)
    undo = toast_of(done)["undo"]
    for other in (north.browser("bo"), south.browser("admin")):
        assert other.post(undo, headers=HX).status_code == 404 and _given(north, record)
    assert "Harbour Lights: shared with Cleo Marsh" in ada.get("/changes/").content.decode()
    changes = north.api("ada").get(f"/api/v1/acts/{undo.rpartition('/')[2]}/changes").json()["items"]
    assert [(one["kind"], one["op"]) for one in changes] == [("share", "create")] and changes[0]["changes"]["edit"] == [None, True]
    back = ada.post(undo, headers=HX)
    assert back.status_code == 204 and _given(north, record) == []
    assert north.browser("cleo").get(f"/accounts/{record.pk}/").status_code == 404
    assert ada.post(toast_of(back)["undo"], headers=HX).status_code == 204 and _given(north, record) == [("Cleo Marsh", True)]


def test_a_share_that_somebody_changed_since_stays_unless_it_is_ticked(north: Company) -> None:
    record = north.make("account", {"name": "Harbour Lights"}, by="ada")
    ada, cleo = north.browser("ada"), north.people["cleo"].pk
    undo = toast_of(ada.post(f"/accounts/{record.pk}/shares", {"with": str(cleo)}, headers=HX))["undo"]
    with north.as_("admin"):
        sharing.share(kind("account"), record.pk, user=cleo, edit=True)
    asked = ada.post(undo, headers=HX)
    page = ada.get(asked["HX-Redirect"]).content.decode()
    assert "Harbour Lights · Cleo Marsh" in page and "changed since" in page and "Admin" in page
    assert ada.post(undo, {"looked": "yes"}, headers=HX).status_code == 204 and _given(north, record) == [("Cleo Marsh", True)]
    with north.as_("admin"):
        ChangeSet.objects.update(undone_at=None)
    ada.post(undo, {"looked": "yes", "also": [f"{record.pk}:share-{cleo}"]}, headers=HX)
    assert _given(north, record) == []


def test_a_share_that_was_ended_comes_back_from_the_history_no_wider_than_it_was(north: Company) -> None:
    record = north.make("account", {"name": "Harbour Lights", "phone": "021 6488 2107"}, by="ada")
    give(north, "ada", {"account": {"view": "own", "edit": "own", "fields": {"phone": "hidden"}}})
    ada, cleo = north.browser("ada"), north.people["cleo"].pk
    ada.post(f"/accounts/{record.pk}/shares", {"with": str(cleo)}, headers=HX)
    with north.as_("admin"):
        share = Share.objects.get()
        assert share.limits == {"phone": "hidden"}
    admin = north.browser("admin")
    ended = admin.post(f"/accounts/{record.pk}/shares/{share.pk}/remove", headers=HX)
    assert toast_of(ended)["undo"] and _given(north, record) == []
    history = admin.get(f"/accounts/{record.pk}/tab/history").content.decode()
    assert history.count("/undo/") >= 2, "both entries have their way back"
    entry = history.partition("no longer shares it with Cleo Marsh")[2].partition('hx-post="')[2].partition('"')[0]
    assert north.browser("vi").post(entry, headers=HX).status_code in (403, 404)
    assert admin.post(entry, headers=HX).status_code == 204 and _given(north, record) == [("Cleo Marsh", False)]
    with north.as_("admin"):
        assert Share.objects.get().limits == {"phone": "hidden"}, "what was shut for whoever shared it stays shut"
        Share.objects.all().delete()
        User.objects.filter(pk=cleo).update(is_active=False)
    asked = admin.post(entry, headers=HX)
    assert asked.status_code == 204 and _given(north, record) == [], "who is gone gets nothing back"


def test_a_share_is_not_given_back_past_its_end_or_without_the_right(north: Company) -> None:
    record = north.make("account", {"name": "Harbour Lights"}, by="ada")
    ada, cleo = north.browser("ada"), north.people["cleo"].pk
    with north.as_("ada"):
        share = sharing.share(kind("account"), record.pk, user=cleo, until=now() + datetime.timedelta(days=2))
    undo = toast_of(ada.post(f"/accounts/{record.pk}/shares/{share.pk}/remove", headers=HX))["undo"]
    give(north, "ada", {"account": {"view": "all", "edit": "none"}})
    page = north.browser("ada").get(f"{undo}/").content.decode()
    assert "You may not change this record." in page
    north.browser("ada").post(undo, {"looked": "yes"}, headers=HX)
    assert _given(north, record) == []


def test_a_view_goes_back_as_it_was_named_shared_and_made(north: Company) -> None:
    ada, where = shared(north, "Signs", filter="industry = Signs")
    pk = where.partition("view=")[2]

    def now_is() -> SavedView:
        with north.as_("ada"):
            return SavedView.objects.get(pk=pk)

    renamed = ada.post(f"/accounts/views/{pk}", {"name": "Boards", "reach": "private"}, headers=HX)
    assert now_is().name == "Boards" and not now_is().shared
    assert ada.post(toast_of(renamed)["undo"], headers=HX).status_code == 204
    team = now_is().for_team_id
    assert now_is().name == "Signs" and team is not None
    kept = ada.post(f"/accounts/views/{pk}/keep", {"form": "table", "filter": "industry = Neon", "columns": "name"}, headers=HX)
    with north.as_("ada"):
        SavedView.objects.filter(pk=pk).update(filter="industry = Lamps")
    page = ada.get(ada.post(toast_of(kept)["undo"], headers=HX)["HX-Redirect"]).content.decode()
    assert "industry = Neon" in page and "industry = Lamps" in page
    ada.post(toast_of(kept)["undo"], {"looked": "yes"}, headers=HX)
    assert now_is().filter == "industry = Lamps", "what changed since stays"
    again = ada.post(f"/accounts/views/{pk}", {"name": "Signs", "reach": "some", "with": str(team)}, headers=HX)
    assert toast_of(again).get("undo") is None, "nothing was changed, so there is nothing to undo"
    gone = ada.post(f"/accounts/views/{pk}/remove", headers=HX)
    shared(north, "Signs")
    ada.post(toast_of(gone)["undo"], {"looked": "yes"}, headers=HX)
    assert now_is().deleted_at is not None, "its name is taken by now"
    with north.as_("ada"):
        made = ChangeSet.objects.filter(label="View “Signs” made").latest("at")
    there = {"HX-Current-URL": f"http://testserver/accounts/?view={pk}"}
    assert ada.post(f"/undo/{made.pk}", headers=HX | there).status_code == 204
    with north.as_("ada"):
        assert not SavedView.objects.filter(name="Signs", deleted_at=None).exists()
