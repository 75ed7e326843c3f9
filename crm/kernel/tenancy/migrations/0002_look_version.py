from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("tenancy", "0001_initial")]

    operations = [
        migrations.AddField("workspace", "look_version", models.IntegerField(default=1)),
    ]
