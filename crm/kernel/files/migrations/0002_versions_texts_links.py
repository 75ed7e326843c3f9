import crm.kernel.base.clock
import crm.kernel.base.ids
import crm.kernel.tenancy.fields
import crm.kernel.tenancy.scope
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('files', '0001_initial'),
        ('identity', '0002_calendar_link'),
        ('tenancy', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='fileref',
            name='current',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='fileref',
            name='document',
            field=models.UUIDField(default=crm.kernel.base.ids.uuid7),
        ),
        migrations.AddField(
            model_name='fileref',
            name='finding',
            field=models.TextField(default=''),
        ),
        migrations.AddField(
            model_name='fileref',
            name='held',
            field=models.TextField(choices=[('', 'In order'), ('waiting', 'Not yet checked for viruses'), ('unchecked', 'Too large for the virus check'), ('disguised', 'Not what its name says'), ('infected', 'Contains a virus')], default=''),
        ),
        migrations.AddField(
            model_name='fileref',
            name='number',
            field=models.IntegerField(default=1),
        ),
        migrations.AddField(
            model_name='fileref',
            name='released_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='fileref',
            name='released_by',
            field=crm.kernel.tenancy.fields.TenantKey(null=True, related_name='+', to='identity.user'),
        ),
        migrations.AddField(
            model_name='fileref',
            name='removed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='fileref',
            name='removed_by',
            field=crm.kernel.tenancy.fields.TenantKey(null=True, related_name='+', to='identity.user'),
        ),
        migrations.CreateModel(
            name='FileLink',
            fields=[
                ('id', models.UUIDField(default=crm.kernel.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=crm.kernel.base.clock.now)),
                ('expires_at', models.DateTimeField()),
                ('most', models.IntegerField(null=True)),
                ('used', models.IntegerField(default=0)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('by', crm.kernel.tenancy.fields.TenantKey(null=True, related_name='+', to='identity.user')),
                ('file', crm.kernel.tenancy.fields.TenantKey(cascade=True, related_name='+', to='files.fileref')),
                ('revoked_by', crm.kernel.tenancy.fields.TenantKey(null=True, related_name='+', to='identity.user')),
                ('workspace', models.ForeignKey(db_constraint=False, db_index=False, default=crm.kernel.tenancy.scope.current_workspace_id, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.workspace')),
            ],
            options={
                'db_table': 'file_link',
            },
        ),
        migrations.CreateModel(
            name='FileRoom',
            fields=[
                ('id', models.UUIDField(default=crm.kernel.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('used', models.BigIntegerField(default=0)),
                ('quota', models.BigIntegerField(null=True)),
                ('largest', models.BigIntegerField(null=True)),
                ('workspace', models.ForeignKey(db_constraint=False, db_index=False, default=crm.kernel.tenancy.scope.current_workspace_id, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.workspace')),
            ],
            options={
                'db_table': 'file_room',
            },
        ),
        migrations.CreateModel(
            name='FileText',
            fields=[
                ('id', models.UUIDField(default=crm.kernel.base.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('state', models.TextField(choices=[('waiting', 'The text is being read'), ('read', 'The text can be searched'), ('empty', 'There is no text in it'), ('unreadable', 'The text could not be read')], default='waiting')),
                ('body', models.TextField(default='')),
                ('search', django.contrib.postgres.search.SearchVectorField(editable=False, null=True)),
                ('read_at', models.DateTimeField(default=crm.kernel.base.clock.now)),
                ('file', crm.kernel.tenancy.fields.TenantKey(cascade=True, related_name='+', to='files.fileref')),
                ('workspace', models.ForeignKey(db_constraint=False, db_index=False, default=crm.kernel.tenancy.scope.current_workspace_id, editable=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='tenancy.workspace')),
            ],
            options={
                'db_table': 'file_text',
            },
        ),
        # What is there already: each file is the first version of its own, and takes the room that it takes.
        migrations.RunSQL("UPDATE file SET document = id", migrations.RunSQL.noop),
        migrations.RunSQL(
            "INSERT INTO file_room (id, workspace_id, used) SELECT workspace_id, workspace_id, sum(size) FROM file "
            "WHERE record_id IS NOT NULL GROUP BY workspace_id",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(
            "INSERT INTO file_text (id, workspace_id, file_id, state, body, read_at) "
            "SELECT uuidv7(), workspace_id, id, 'waiting', '', now() FROM file WHERE record_id IS NOT NULL",
            migrations.RunSQL.noop,
        ),
    ]
