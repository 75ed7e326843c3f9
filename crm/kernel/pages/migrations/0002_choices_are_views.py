from typing import Any

from django.db import migrations

from crm.kernel.base.ids import uuid7


def into_views(apps: Any, _editor: Any) -> None:
    """What people chose for their lists becomes their view without a name."""
    made = apps.get_model("saved", "SavedView").objects
    for one in apps.get_model("pages", "ViewChoice").objects.iterator():
        made.create(id=uuid7(), workspace_id=one.workspace_id, user_id=one.user_id, kind=one.kind, columns=one.columns, sort=one.sort)


class Migration(migrations.Migration):
    dependencies = [("pages", "0001_initial"), ("saved", "0001_initial")]

    operations = [
        migrations.RunPython(into_views, migrations.RunPython.noop),
        migrations.DeleteModel("ViewChoice"),
    ]
