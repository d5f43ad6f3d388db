"""Delegations, findings that block, gates passed in an emergency."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


TRIGGER = """
DROP TRIGGER projects_gateapproval_only_withdrawn ON projects_gateapproval;
CREATE TRIGGER projects_gateapproval_only_withdrawn BEFORE UPDATE ON projects_gateapproval
    FOR EACH ROW WHEN (
        OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL
        OR (NEW.id, NEW.project_id, NEW.request_id, NEW.requester_id, NEW.evaluation_id, NEW.digest, NEW.verdict,
            NEW.comment, NEW.approver_id, NEW.role, NEW.at%(new)s)
        IS DISTINCT FROM (OLD.id, OLD.project_id, OLD.request_id, OLD.requester_id, OLD.evaluation_id, OLD.digest,
            OLD.verdict, OLD.comment, OLD.approver_id, OLD.role, OLD.at%(old)s)
    ) EXECUTE FUNCTION projects_never_changes();
"""
FORWARD = TRIGGER % {"new": ", NEW.delegation_id", "old": ", OLD.delegation_id"}
BACKWARD = TRIGGER % {"new": "", "old": ""}


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0016_search'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='finding',
            name='is_blocking',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='gatedecision',
            name='emergency',
            field=models.OneToOneField(help_text='Passed without the persons: what asks somebody else to look at it afterwards.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='projects.finding'),
        ),
        migrations.AlterField(
            model_name='gateapproval',
            name='role',
            field=models.CharField(choices=[('owner', 'Owner'), ('product_owner', 'Product owner'), ('data_scientist', 'Data scientist'), ('engineer', 'Engineer'), ('validator', 'Validator'), ('sponsor', 'Sponsor'), ('risk', 'Risk and compliance'), ('auditor', 'Auditor'), ('viewer', 'Viewer')], help_text='The role in which they decided, at that time.', max_length=20),
        ),
        migrations.CreateModel(
            name='Delegation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('product_owner', 'Product owner'), ('data_scientist', 'Data scientist'), ('engineer', 'Engineer'), ('validator', 'Validator'), ('sponsor', 'Sponsor'), ('risk', 'Risk and compliance'), ('auditor', 'Auditor'), ('viewer', 'Viewer')], max_length=20)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('reason', models.TextField()),
                ('given_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('given_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('given_to', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='delegations', to='projects.project')),
            ],
        ),
        migrations.AddField(
            model_name='gateapproval',
            name='delegation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='projects.delegation'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.UniqueConstraint(fields=('project', 'number'), name='projects_delegation_number'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(('given_by', models.F('given_to')), _negated=True), name='projects_delegation_two_persons'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='projects_delegation_days'),
        ),
        migrations.AddConstraint(
            model_name='delegation',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['owner', 'product_owner', 'data_scientist', 'engineer', 'validator', 'sponsor', 'risk', 'auditor', 'viewer'])), name='projects_delegation_role'),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
