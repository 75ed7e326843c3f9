"""What a write of leads, web forms and rules of assignment brings about."""

import secrets
from typing import Any

from django.utils.translation import gettext as _

from crm.customers.models import Activity
from crm.kernel.base.clock import now
from crm.kernel.base.errors import Refusal, Wrong
from crm.kernel.entity.filter import Asker, compile_filter, parse_text
from crm.kernel.entity.forms.reading import Reading
from crm.kernel.entity.registry import registry
from crm.kernel.identity.actor import system_actor
from crm.kernel.queue.actions import defer
from crm.kernel.records.pipeline import CHANGE, CREATE, Write, after_batch, contribute
from crm.kernel.records.writing import change_each
from crm.kernel.tenancy.scope import current, scope
from crm.sales.actions.assignment import assign, tell
from crm.sales.actions.scoring import score, score_all, scored_anew
from crm.sales.models import AssignmentRule, Lead, LeadForm, ScoreRule
from crm.sales.models.assignment import AssignTo
from crm.sales.models.lead import OPEN, LeadStatus
from crm.sales.models.lead_form import Asked, FormLanguage
from crm.sales.queries.leads import rules

#: What stands in for a person's name, in this order.
_CALLED = ("company", "email", "mobile", "phone", "wechat", "external_id")
#: What a web form asks where nothing is chosen.
USUAL = (Asked.NAME, Asked.COMPANY, Asked.MOBILE, Asked.EMAIL, Asked.NEED)


def _now(write: Write, name: str) -> Any:
    return write.values.get(name, write.old.get(name))


@contribute("default", Lead)
def called_by_something(write: Write) -> None:
    """A lead whose person is not known is called by its company, else by how it can be reached."""
    if not write.values.get("name") and "name" not in write.errors:
        name = next((write.values[one] for one in _CALLED if write.values.get(one)), None)
        if name:
            write.values["name"] = name
    write.values["moved_at"] = now()


@contribute("check", Lead)
def lead_states(write: Write) -> None:
    """A lead is converted by its conversion alone; setting it aside needs a reason, letting it come back a day."""
    status, before = _now(write, "status") or LeadStatus.NEW, write.old.get("status")
    if write.op == CHANGE and (write.changed("status") or write.changed("owner_id")):
        write.values["moved_at"] = now()
    if write.op == CHANGE and not write.changed("status"):
        return
    if status == LeadStatus.CONVERTED:
        if not any(write.values.get(name) for name in ("account_id", "contact_id", "opportunity_id")):
            write.wrong("status", _("Choose “Convert” on the lead: it joins the customer it belongs to."))
        return
    if before == LeadStatus.CONVERTED:
        write.values |= {"account_id": None, "contact_id": None, "opportunity_id": None, "converted_at": None}
    if status in (LeadStatus.DISQUALIFIED, LeadStatus.RECYCLED) and not _now(write, "reason"):
        write.wrong("reason", _("Say why: this needs “Reason”."))
    if status == LeadStatus.RECYCLED and _now(write, "comes_back_on") is None:
        write.wrong("comes_back_on", _("Say when: this needs “Comes back on”."))
    if status in OPEN and before in (LeadStatus.DISQUALIFIED, LeadStatus.RECYCLED):
        for name in ("reason", "reason_note", "comes_back_on"):
            if name not in write.given:
                write.values[name] = None


@after_batch(Lead)
def scored(writes: list[Write]) -> None:
    """The score follows from what is known of the lead; rules of assignment may ask for it."""
    score([write.record for write in writes if write.op in (CREATE, CHANGE) and (write.op == CREATE or write.values)])


@after_batch(ScoreRule)
def all_scored_anew(writes: list[Write]) -> None:
    """Another rule: every lead that is worked on gets its score anew, in the background; a new company has none."""
    other = any(write.record.deleted_at or write.op != CHANGE or write.values.keys() - {"name"} for write in writes)
    if other and scored_anew().exists():
        defer(score_all)


@contribute("check", ScoreRule)
def score_condition(write: Write) -> None:
    """The condition can be read."""
    _readable(write)


@after_batch(Lead)
def given_away(writes: list[Write]) -> None:
    """New leads without an owner find one by the rules; who gets a lead from somebody else hears of it."""
    new = [write for write in writes if write.op == CREATE]
    free = [write.record for write in new if not _owner_said(write) and write.record.status in OPEN]
    if free and rules():
        assign(free)
    told = {one.pk for one in free if one.assigned_by_id}
    moved = [write.record for write in writes if write.op in (CREATE, CHANGE) and write.changed("owner_id") and write.record.owner_id]
    tell([one for one in moved if one.pk not in told])


def _owner_said(write: Write) -> bool:
    return bool(write.given.get("owner") or write.given.get("owner_id"))


@after_batch(Lead)
def acts_go_with_it(writes: list[Write]) -> None:
    """Once it belongs to an account, all that was done with the lead counts as done with the account."""
    moved = {write.record.pk: write.record.account_id for write in writes if write.op == CHANGE and write.changed("account_id")}
    rows = dict(Activity.objects.filter(record_id__in=list(moved), deleted_at=None).values_list("pk", "record_id")) if moved else {}
    if not rows:
        return
    entity, here = registry.kind("activity"), current()
    assert entity is not None
    with scope(here.workspace_id, system_actor(here.workspace_id), here.reason):
        done = change_each(entity, {pk: {"account": moved[lead]} for pk, lead in rows.items()})
    for one in done.values():
        if isinstance(one, Refusal):
            raise one


@contribute("default", LeadForm)
def form_defaults(write: Write) -> None:
    """A new form asks the usual, in English and Chinese, and gets its link."""
    write.values["asks"] = write.values.get("asks") or [one.value for one in USUAL]
    write.values["languages"] = write.values.get("languages") or [FormLanguage.ENGLISH.value, FormLanguage.CHINESE.value]
    if write.values.get("requires") is None:
        write.values["requires"] = [Asked.NAME.value] if Asked.NAME in write.values["asks"] else []
    write.values["token"] = f"{current().workspace_id.hex}{secrets.token_hex(12)}"


@contribute("check", LeadForm)
def form_rules(write: Write) -> None:
    """What is needed is asked; a way to reach the person is asked; it leads on within this site only."""
    asks = set(_now(write, "asks") or ())
    for name in _now(write, "requires") or ():
        if name not in asks:
            write.wrong("requires", _("“%(field)s” is needed, so the form must ask for it.") % {"field": Asked(name).label})
    if not asks & {Asked.MOBILE, Asked.PHONE, Asked.EMAIL, Asked.WECHAT}:
        write.wrong("asks", _("Ask for at least one way to reach the person: mobile, phone, e-mail or WeChat."))
    target = _now(write, "leads_to")
    if target and (not target.startswith("/") or target.startswith(("//", "/\\"))):
        write.wrong("leads_to", _("An address on this site begins with one slash, as /thanks."))


@contribute("default", AssignmentRule)
def rule_place(write: Write) -> None:
    """A new rule stands behind the others."""
    if not write.values.get("to") and "to" not in write.errors:
        to = AssignTo.PERSON if write.values.get("person_id") else AssignTo.TEAM if write.values.get("to_team_id") else AssignTo.TURNS
        write.values["to"] = to.value
    if write.values.get("position") is None or "position" not in write.given:
        write.values["position"] = max((rule.position or 0 for rule in rules(retired=True)), default=-1) + 1


@contribute("check", AssignmentRule)
def rule_rules(write: Write) -> None:
    """The condition can be read, and there is somebody to whom the leads go."""
    to = _now(write, "to")
    _readable(write)
    if to == AssignTo.PERSON and _now(write, "person_id") is None:
        write.wrong("person", _("Choose the person who gets these leads."))
    if to == AssignTo.TEAM and _now(write, "to_team_id") is None:
        write.wrong("to_team", _("Choose the team whose pool takes these leads."))


def _readable(write: Write) -> None:
    """Refuses a condition that is no filter of leads."""
    condition, entity = _now(write, "condition"), registry.of(Lead)
    assert entity is not None
    if condition and write.changed("condition"):
        try:
            compile_filter(parse_text(condition), entity, Asker(Reading.of(write.actor)))
        except Wrong as refusal:
            write.wrong("condition", " ".join(str(said) for said in refusal.fields.get("filter", [refusal.message])))
