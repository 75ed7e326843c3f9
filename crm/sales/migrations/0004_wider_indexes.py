"""Indexes of deals that wider ones replace; `tenancy.enforce` writes those."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("sales", "0003_lead_score")]

    operations = [
        migrations.RunSQL(
            "DROP INDEX IF EXISTS opportunity_stage_id_closed_on_ix; DROP INDEX IF EXISTS opportunity_owner_id_closes_ix",
            migrations.RunSQL.noop,
        )
    ]
