"""The index by table holds all entries; the narrower one that stood before goes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("audit", "0003_read")]

    operations = [migrations.RunSQL("DROP INDEX IF EXISTS audit_entry_table_name_at_ix", migrations.RunSQL.noop)]
