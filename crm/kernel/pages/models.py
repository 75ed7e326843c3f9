"""What a person set on the generic screens."""

from django.db import models

from crm.kernel.tenancy.fields import TenantKey
from crm.kernel.tenancy.models import TenantModel


class ViewChoice(TenantModel):
    """The columns and the order which one person chose for the list of one kind."""

    unique_together_in_workspace = (("user_id", "kind"),)

    user = TenantKey("identity.User", cascade=True)
    kind = models.TextField()
    columns = models.JSONField(default=list)
    sort = models.TextField(default="")

    class Meta:
        db_table = "view_choice"
