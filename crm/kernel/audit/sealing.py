"""Sealing the audit log, looking whether it is as it was sealed, and removing details by rule."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.db import connection
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.kernel.audit.models import AuditRule, AuditSeal
from crm.kernel.base.errors import Words, Wrong
from crm.kernel.identity.actor import Actor
from crm.kernel.tenancy.scope import current_actor

#: Rows of one batch, about; a larger transaction is a batch of its own.
BATCH = 20_000
#: The right to see the audit of the workspace, and to say how long its details are kept.
AUDIT = "administration.audit"
#: For how long details can be kept: {days: words}, 0 for ever.
KEPT: dict[int, Words] = {
    0: gettext_lazy("For ever"), 90: gettext_lazy("90 days"), 365: gettext_lazy("1 year"), 1095: gettext_lazy("3 years"),
    1826: gettext_lazy("5 years"), 3653: gettext_lazy("10 years"),
}

_WHY: dict[str, Words] = {
    "missing": gettext_lazy("The seal itself is missing."),
    "seal": gettext_lazy("The seal itself was changed."),
    "removed": gettext_lazy("Entries were removed."),
    "inserted": gettext_lazy("Entries were put in later."),
    "changed": gettext_lazy("Entries were changed."),
    "details": gettext_lazy("Details were taken out without a rule."),
}


@dataclass(frozen=True, slots=True)
class Damage:
    """The first seal that does not hold: `since` is when the one before was made, None for the first, `until` its own."""

    number: int
    since: datetime.datetime | None
    until: datetime.datetime
    why: str

    @property
    def words(self) -> str:
        return str(_WHY[self.why])


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at the whole log found. `sign` is the short digest of the last seal, to be noted elsewhere."""

    seals: int
    entries: int
    sign: str
    sealed_at: datetime.datetime | None
    damage: Damage | None
    forgotten: bool = False

    @property
    def sound(self) -> bool:
        return self.damage is None and not self.forgotten

    @property
    def words(self) -> str:
        """The result in a plain sentence."""
        if self.damage is not None:
            return _("The audit log was tampered with: batch %(number)s does not hold. %(why)s") % {
                "number": self.damage.number, "why": self.damage.words,
            }  # fmt: skip
        if self.forgotten:
            return _("The audit log was tampered with: the seal that you noted is not in it any more.")
        if not self.seals:
            return _("Nothing is sealed yet.")
        entries = ngettext("%(count)s entry", "%(count)s entries", self.entries) % {"count": self.entries}
        said = _("The audit log is as it was written: %(entries)s under seals 1 to %(last)s hold.")
        return said % {"entries": entries, "last": self.seals}


def seal(most: int = BATCH) -> int:
    """Seals what is not sealed yet, in batches; answers how many rows. Rows of transactions that are not over wait."""
    total = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT kith_audit_seal(%s)", [most])
            rows = int(cursor.fetchone()[0])
        if not rows:
            return total
        total += rows


def retire() -> int:
    """Removes details by the rules of the workspace; answers of how many entries."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT kith_audit_retire()")
        return int(cursor.fetchone()[0])


def verify(noted: str = "") -> Verdict:
    """Looks the whole log through. `noted`: the sign of an earlier seal, which must still be in the chain."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, since, until, why FROM kith_audit_damage()")
        row = cursor.fetchone()
    signs = {sign(one) for one in AuditSeal.objects.only("digest").iterator()} if noted else set()
    return replace(state(), damage=Damage(*row) if row else None, forgotten=bool(noted) and noted.strip().lower() not in signs)


def state() -> Verdict:
    """How much is sealed, without looking whether it holds."""
    last = AuditSeal.objects.order_by("number").last()
    if last is None:
        return Verdict(0, 0, "", None, None)
    entries = AuditSeal.objects.filter(rule__isnull=True).aggregate(all=Sum("rows"))["all"] or 0
    return Verdict(last.number, entries, sign(last), last.sealed_at, None)


def sign(one: AuditSeal) -> str:
    """The first 16 letters of a seal's digest."""
    return bytes(one.digest).hex()[:16]


def removed_until() -> dict[str, datetime.datetime]:
    """{table: before which its details were removed by rule}."""
    found: dict[str, datetime.datetime] = {}
    for seal_ in AuditSeal.objects.filter(rule__has_key="table").order_by("number"):
        rule: dict[str, str] = seal_.rule or {}
        found[rule["table"]] = datetime.datetime.fromisoformat(rule["before"])
    return found


def rules() -> dict[str, int]:
    """{table: days} of the kinds whose details are not kept for ever."""
    return dict(AuditRule.objects.values_list("table_name", "days"))


def keep(wanted: Mapping[str, int]) -> None:
    """Sets how many days the details of tables are kept, 0 for ever. Needs `administration.audit`."""
    actor: Actor = current_actor()
    actor.need(AUDIT)
    if any(days not in KEPT for days in wanted.values()):
        raise Wrong(_("Choose one of the spans that are offered."))
    for table, days in wanted.items():
        found = AuditRule.objects.filter(table_name=table).first()
        if not days:
            AuditRule.objects.filter(table_name=table).delete()
        elif found is None:
            AuditRule(table_name=table, days=days).save(force_insert=True)
        elif found.days != days:
            found.days = days
            found.save(update_fields=["days"])
