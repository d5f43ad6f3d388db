from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projects", "0025_template_versions")]

    operations = [
        migrations.AddField(
            model_name="gatedecision",
            name="round",
            field=models.PositiveSmallIntegerField(
                default=1, help_text="Each time that it was decided anew, one more."
            ),
        ),
        migrations.RemoveConstraint(model_name="gatedecision", name="projects_gatedecision_once"),
        migrations.AddConstraint(
            model_name="gatedecision",
            constraint=models.UniqueConstraint(fields=["project", "gate", "round"], name="projects_gatedecision_once"),
        ),
    ]
