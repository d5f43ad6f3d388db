import datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('models_registry', '0001_initial'),
        ('monitoring', '0001_initial'),
        ('projects', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='driftwindow',
            name='monitoring_driftwindow_state',
        ),
        migrations.AddField(
            model_name='alert',
            name='drifting_since',
            field=models.DateTimeField(default=datetime.datetime(2026, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='alert',
            name='features',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='driftwindow',
            name='performance',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='retraining',
            name='labels_since',
            field=models.DateTimeField(default=datetime.datetime(2026, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='retraining',
            name='reason',
            field=models.CharField(blank=True, max_length=300),
        ),
        migrations.AlterField(
            model_name='driftwindow',
            name='state',
            field=models.CharField(choices=[('stable', 'Stable'), ('drifted', 'Drifted'), ('insufficient_data', 'Too few rows'), ('no_reference', 'No training data to compare with')], max_length=20),
        ),
        migrations.AddConstraint(
            model_name='driftwindow',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['stable', 'drifted', 'insufficient_data', 'no_reference'])), name='monitoring_driftwindow_state'),
        ),
    ]
