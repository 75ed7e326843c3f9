"""The audit log in the settings: looked through, and how long details are kept."""

from crm.kernel.audit import sealing
from crm.kernel.testing.cast import Company


def test_an_administrator_has_the_log_looked_through(north: Company) -> None:
    north.make("account", {"name": "First"})
    admin = north.browser("admin")
    assert "Audit log" in admin.get("/settings/audit").content.decode()
    with north.as_kith():
        sealing.seal()
    said = admin.post("/settings/audit/verify").content.decode()
    assert "as it was written" in said and "Note this seal" in said
    assert "not in it any more" in admin.post("/settings/audit/verify", {"noted": "0123456789abcdef"}).content.decode()


def test_how_long_details_are_kept_is_set_kind_by_kind(north: Company) -> None:
    admin = north.browser("admin")
    assert admin.post("/settings/audit", {"keep-account": "365", "keep-contact": "0"}).status_code == 302
    with north.as_kith():
        assert sealing.rules() == {"account": 365}
    for wrong in ("7", "soon", "-1"):
        assert admin.post("/settings/audit", {"keep-account": wrong}).status_code == 422
    with north.as_kith():
        assert sealing.rules() == {"account": 365}


def test_others_have_nothing_there(north: Company) -> None:
    for who in ("ada", "vi"):
        assert north.browser(who).get("/settings/audit").status_code == 404
        assert north.browser(who).post("/settings/audit/verify").status_code == 404
