"""The files of imports and private files are counted from now on: those that lie there already are added once."""

from django.db import migrations

ADD = """
INSERT INTO file_room (id, workspace_id, used)
SELECT workspace_id, workspace_id, sum(size) FROM (
    SELECT workspace_id, size FROM import_run UNION ALL SELECT workspace_id, size FROM file WHERE record_id IS NULL
) lying GROUP BY workspace_id
ON CONFLICT (id) DO UPDATE SET used = file_room.used + excluded.used
"""


class Migration(migrations.Migration):
    dependencies = [("exchange", "0002_remembered"), ("files", "0002_versions_texts_links")]

    operations = [migrations.RunSQL(ADD, migrations.RunSQL.noop)]
