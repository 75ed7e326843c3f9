"""`manage.py demo`: two companies to try Kith with."""

import json
import os
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand
from django.db import transaction

from config.demo.build import Builder, hire
from config.demo.colleagues import COMPANY, FERNHILL, NORTHLIGHT, SECOND, TEAMS, Colleague
from config.demo.plan import Size, draw_plan
from crm.kernel.base.clock import now
from crm.kernel.entity.forms.reading import Reading, use_reading
from crm.kernel.identity.actions import found_workspace
from crm.kernel.identity.actor import system_actor
from crm.kernel.identity.models import User
from crm.kernel.identity.passwords import generated
from crm.kernel.tenancy.queries import workspace_ids
from crm.kernel.tenancy.scope import scope

SMALL = Size(accounts=120, contacts=300, deals=90, activities=900, ties=60)
SECOND_SIZE = Size(accounts=150, contacts=360, deals=120, activities=900, ties=40)


class Command(BaseCommand):
    help = (
        "Fills two demonstration companies: Northlight (12 people, 2,000 accounts, 5,000 contacts, 1,500 opportunities, "
        "30,000 activities) and Fernhill, which sees nothing of it. Does nothing where they are there already."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--small", action="store_true", help="a twentieth of it, in seconds: for tests")
        parser.add_argument("--password", default="", help="of all demonstration people; made up when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        missing = [row for row in self._companies(options["small"]) if _place_of(row[1][0].email) is None]
        if not missing:
            self.say("The demonstration companies are there already.")
            return
        password = options["password"] or os.environ.get("KITH_DEMO_PASSWORD") or generated()
        with transaction.atomic():
            for name, colleagues, size, place in missing:
                self.fill(name, colleagues, size, place, password)
        self.say(f"Done in {time.monotonic() - started:.0f} s.")
        self.tell([(name, colleagues) for name, colleagues, _size, _place in missing], password)

    def _companies(self, small: bool) -> list[tuple[str, tuple[Colleague, ...], Size, dict[str, str]]]:
        return [
            (COMPANY, NORTHLIGHT, SMALL if small else Size(), {"currency": "CNY", "time_zone": "Asia/Shanghai", "country": "CN"}),
            (SECOND, FERNHILL, SMALL if small else SECOND_SIZE, {"currency": "GBP", "time_zone": "Europe/London", "country": "GB"}),
        ]

    def fill(self, name: str, colleagues: tuple[Colleague, ...], size: Size, place: dict[str, str], password: str) -> None:
        """One company, in the transaction that is open: cut off in the middle, nothing of it is there."""
        first = colleagues[0]
        workspace, admin = found_workspace(name, first.email, first.name, password, "en", **place)
        self.say(f"{name}:")
        reading = Reading(language="en", country=place["country"], currency=place["currency"], time_zone=place["time_zone"])
        with scope(workspace.id, system_actor(workspace.id), reason="demonstration"), use_reading(reading):
            teams = [team for team in TEAMS if any(one.team == team for one in colleagues)]
            people = hire(colleagues, teams, admin, password)
            sellers = _sellers(colleagues)
            mixed = len(sellers) > 1
            today = now().astimezone(ZoneInfo(place["time_zone"]))
            plan = draw_plan(today, sellers, size, chinese_share=0.62 if mixed else 0.0, seed=20261122 if mixed else 7)
            Builder(plan, people, self.say).all()

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def tell(self, companies: list[tuple[str, tuple[Colleague, ...]]], password: str) -> None:
        """The credentials: into the note that the launcher prints at the end, else here."""
        note = os.environ.get("KITH_CREDENTIALS")
        people = [
            {"company": name, "name": one.name, "role": one.role, "email": one.email, "password": password}
            for name, colleagues in companies
            for one in _shown(colleagues)
        ]
        if note:
            path = Path(note)
            path.touch(mode=0o600)
            path.write_text(json.dumps({"people": people}, ensure_ascii=False))
            return
        for name, colleagues in companies:
            self.say(f"\n{name}")
            for one in colleagues:
                self.say(f"  {one.email:<36} {one.role}")
        self.say(f"\nPassword of all of them: {password}\nWrite it down: it is not shown again.")


def _shown(colleagues: tuple[Colleague, ...]) -> list[Colleague]:
    """One of each role: the others are found under Users."""
    seen: dict[str, Colleague] = {}
    for one in colleagues:
        seen.setdefault(one.role, one)
    return list(seen.values())


def _sellers(colleagues: tuple[Colleague, ...]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at, one in enumerate(colleagues):
        if one.region:
            found.setdefault(one.region, []).append(at)
    return found


def _place_of(email: str) -> UUID | None:
    """The workspace in which this person is, if any."""
    for workspace in workspace_ids():
        with scope(workspace, system_actor(workspace)):
            if User.objects.filter(email=email).exists():
                return workspace
    return None
