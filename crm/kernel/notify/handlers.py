"""What the bell does about news."""

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm.kernel.access.events import Delegated
from crm.kernel.access.models import Delegation, Share
from crm.kernel.access.policy import policy_for
from crm.kernel.entity.fields import Field, Link
from crm.kernel.entity.registry import registry
from crm.kernel.identity.models import User
from crm.kernel.identity.queries import actor_of
from crm.kernel.notify.actions import notify
from crm.kernel.notify.bell import SECOND, bundle, ring, spoken_day
from crm.kernel.notify.following import FEW, listeners
from crm.kernel.outbox.events import handles
from crm.kernel.records.events import ActUndone, ManyChanged, RecordChanged, RecordShared


@handles(RecordShared)
def tell_who_it_is_shared_with(news: RecordShared) -> None:
    """The person, or everybody in the team but whoever shared. A share that is gone already is not told."""
    share = Share.objects.filter(pk=news.share).select_related("record", "by", "user").first()
    if share is None:
        return
    who = Q(pk=share.user.pk) if share.user is not None else Q(team_id=share.team_id)
    by = share.by.name if share.by is not None else "Kith"
    text = _("{by} shared “{title}” with you: you may edit it") if share.edit else _("{by} shared “{title}” with you: you may see it")
    for person in User.objects.filter(who, is_active=True):
        if person.pk != share.by_id:
            ring("shared", person, format_lazy(text, by=by, title=share.record.title), record=news.record)


@handles(Delegated)
def tell_who_stands_in(news: Delegated) -> None:
    """The delegate; the absent one, too, where somebody else arranged it. An absence recalled meanwhile is not told."""
    one = Delegation.objects.filter(pk=news.delegation).select_related("absent", "delegate").first()
    if one is None:
        return
    for person, text in (
        (one.delegate, _("You look after what {absent} owns, from {first} to {last}")),
        (one.absent, _("{delegate} looks after what you own, from {first} to {last}")),
    ):
        if person.pk != one.by_id:
            first, last = (spoken_day(moment, person) for moment in (one.since, one.until - SECOND))
            words = {"absent": one.absent.name, "delegate": one.delegate.name, "first": first, "last": last}
            ring("given", person, format_lazy(text, **words), url="/settings/absence")


def _matters(news: RecordChanged) -> list[Field]:
    """The changed fields that followers hear of; none where the kind hangs on another one and is told as news of that."""
    entity = registry.kind(news.kind)
    if entity is None or any(isinstance(field, Link) and field.follows for field in entity.fields.values()):
        return []
    matter = [entity.fields[name] for name in (entity.board, entity.board_sum, "owner") if name and name in entity.fields]
    return [field for field in matter if {field.name, f"{field.name}_id"} & set(news.fields)]


@handles(RecordChanged, when=lambda news: news.many <= FEW and bool(_matters(news)))
def tell_who_follows(news: RecordChanged) -> None:
    """Followers hear of a new owner, and of what the kind's board is about: the stage, the amount."""
    entity, changed = registry.kind(news.kind), _matters(news)
    record = entity.model._default_manager.filter(pk=news.record, deleted_at=None).first() if entity is not None else None
    if entity is None or record is None:
        return
    for person in listeners(entity, record):
        hidden = policy_for(entity).hidden(actor) if (actor := actor_of(person.pk)) else frozenset(entity.fields)
        for field in changed:
            if field.name not in hidden:
                bundle(person, record.pk, entity.name_of(record), "field", field.label)


@handles(ManyChanged)
def tell_what_came_of_many(news: ManyChanged) -> None:
    """Whoever asked for it hears how many records got the change, with the way to the result."""
    text = _("{done} records are in the bin, {left} stayed") if news.verb == "delete" else _("{done} records changed, {left} stayed")
    notify(news.by, format_lazy(text, done=news.done, left=news.refused), url=f"/many/{news.run}/")


@handles(ActUndone)
def tell_what_came_of_undo(news: ActUndone) -> None:
    """Whoever took a large act back hears when that is done."""
    text = _("Done again: {label}") if news.again else _("Undone: {label}")
    notify(news.by, format_lazy(text, label=news.label), url=f"/undo/{news.act}/")
