"""The bell, and reminders that fire once."""

from datetime import timedelta

import pytest
from django.utils.translation import gettext_lazy as _

from crm.kernel.base.clock import now
from crm.kernel.base.errors import NotFound, Wrong
from crm.kernel.identity.models import User
from crm.kernel.notify import queries
from crm.kernel.notify.actions import forget_reminder, mark_read, notify, remind, replace_reminder
from crm.kernel.notify.jobs import fire_reminders
from crm.kernel.notify.models import Reminder
from crm.kernel.testing.cast import Company


def test_a_notification_is_unread_until_it_is_read(north: Company) -> None:
    ada, bo = north.people["ada"].id, north.people["bo"].id
    with north.as_("bo"):
        first = notify(ada, "One", url="/accounts")
        notify(ada, "Two")
        notify(bo, "Other")
        assert [line.text for line in queries.unread(ada)] == ["Two", "One"]
        assert queries.unread_count(ada) == 2
        assert mark_read(bo, [first.id]) == 0, "somebody else's line was marked"
        assert mark_read(ada, [first.id]) == 1
        assert mark_read(ada) == 1
        assert queries.unread(ada) == []
        assert [line.text for line in queries.recent(ada)] == ["Two", "One"]


def test_a_lazy_text_is_in_the_language_of_its_reader(north: Company) -> None:
    ada = north.people["ada"].id
    with north.as_("bo"):
        User.objects.filter(id=ada).update(language="zh-hans")
        assert notify(ada, _("January")).text == "一月"


def test_a_notification_does_not_lead_out_of_kith(north: Company) -> None:
    with north.as_("bo"), pytest.raises(ValueError, match="within Kith"):
        notify(north.people["ada"].id, "Look", url="https://elsewhere.example/")


def test_a_person_of_another_company_is_not_found(north: Company, south: Company) -> None:
    with north.as_("bo"), pytest.raises(NotFound):
        notify(south.people["ada"].id, "Hello")


def test_a_reminder_fires_once_and_not_before_its_time(north: Company) -> None:
    ada = north.people["ada"].id
    with north.as_("ada"):
        remind(ada, now() - timedelta(hours=3), "Missed while the worker was down")
        remind(ada, now() + timedelta(hours=1), "Later")
    for _turn in range(2):
        with north.as_kith():
            fire_reminders()
    with north.as_("ada"):
        assert [line.text for line in queries.unread(ada)] == ["Missed while the worker was down"]
        assert [reminder.text for reminder in queries.reminders(ada)] == ["Later"]


def test_a_person_who_left_is_not_reminded(north: Company) -> None:
    ada = north.people["ada"].id
    with north.as_("ada"):
        remind(ada, now(), "Call")
        User.objects.filter(id=ada).update(is_active=False)
    with north.as_kith():
        fire_reminders()
        assert queries.unread(ada) == []
        assert not Reminder.objects.filter(fired_at=None).exists()


def test_reminders_need_words_and_belong_to_one_person(north: Company) -> None:
    ada, bo = north.people["ada"].id, north.people["bo"].id
    with north.as_("ada"):
        with pytest.raises(Wrong):
            remind(ada, now(), "  ")
        made = remind(ada, now() + timedelta(days=1), "Call")
        with pytest.raises(NotFound):
            forget_reminder(made.id, bo)
        forget_reminder(made.id, ada)
        assert queries.reminders(ada) == []


def test_one_reminder_on_a_record_is_replaced(north: Company) -> None:
    ada = north.people["ada"].id
    account = north.make("account", {"name": "Harbour"}, by="ada")
    with north.as_("ada"):
        for hours in (1, 2):
            replace_reminder(ada, account.id, now() + timedelta(hours=hours), f"In {hours}")
        assert [reminder.text for reminder in queries.reminders_on(account.id, ada)] == ["In 2"]
        assert replace_reminder(ada, account.id, None, "") is None
        assert queries.reminders_on(account.id, ada) == []
