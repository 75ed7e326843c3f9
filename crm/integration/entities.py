"""What integrations add to the settings, and which fields they use."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm.administration.views.sections import Section, add_section
from crm.integration.models import Webhook
from crm.integration.queries import RIGHT
from crm.kernel.base.errors import Wrong
from crm.kernel.entity.entity import Entity
from crm.kernel.entity.filter import from_json
from crm.kernel.entity.uses import Use, named_in, tells_uses

add_section(Section("webhooks", _("Webhooks"), "/settings/webhooks", "send", RIGHT), after="configuration")


@tells_uses
def by_webhooks(entity: Entity[Any]) -> Iterator[Use]:
    """Webhooks that are called only where a condition holds."""
    for hook in Webhook.objects.exclude(condition=None).order_by("id"):
        if hook.kinds == [entity.kind]:
            try:
                names = list(named_in(from_json(hook.condition)))
            except Wrong:
                continue
            for name in names:
                yield Use(name, _("Webhook"), hook.name, f"/settings/webhooks/{hook.pk}")
