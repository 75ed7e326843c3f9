"""Switching a webhook off because of what its receiver, or its owner, does."""

from django.utils.text import format_lazy
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from crm.integration.models import Webhook
from crm.integration.queries import ENDED
from crm.kernel.base.clock import now
from crm.kernel.identity.models import User
from crm.kernel.identity.queries import administrators
from crm.kernel.notify.actions import notify
from crm.kernel.tenancy.scope import because


def switch_off(hook: Webhook, why: str) -> None:
    """Switches it off and tells its owner and the administrators. `why`: a key of ENDED. What waits is kept for when it is on again."""
    hook.active, hook.ended, hook.updated_at = False, why, now()
    with because(_t("webhooks: %(why)s") % {"why": why}):
        hook.save(update_fields=["active", "ended", "updated_at"])
    text = format_lazy("{said} {reason}", said=format_lazy(_("The webhook “{name}” is switched off."), name=hook.name), reason=ENDED[why])
    people = {one.pk: one for one in administrators()}
    people |= {one.pk: one for one in User.objects.filter(pk=hook.by_id, is_active=True)}
    for person in people.values():
        notify(person, text, url=f"/settings/webhooks/{hook.pk}")
