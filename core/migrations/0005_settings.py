"""What a person chose for themselves."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0004_search")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="letter_keys",
            field=models.BooleanField(default=True, help_text="Whether keys of one letter act, away from fields."),
        ),
        migrations.AddField(
            model_name="user",
            name="shows_first_steps",
            field=models.BooleanField(default=True, help_text="Until it is put away."),
        ),
    ]
