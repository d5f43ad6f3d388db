"""Policies in versions, and decisions on gates; what never changes is refused by the database itself."""

import datetime
import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

FORWARD = """
CREATE FUNCTION projects_never_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% never changes: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER projects_policyversion_published BEFORE UPDATE OR DELETE ON projects_policyversion
    FOR EACH ROW WHEN (OLD.state = 'published') EXECUTE FUNCTION projects_never_changes();
CREATE TRIGGER projects_gateevaluation_no_change BEFORE UPDATE OR DELETE ON projects_gateevaluation
    FOR EACH ROW EXECUTE FUNCTION projects_never_changes();
CREATE TRIGGER projects_gatedecision_no_change BEFORE UPDATE OR DELETE ON projects_gatedecision
    FOR EACH ROW EXECUTE FUNCTION projects_never_changes();
CREATE TRIGGER projects_gateapproval_no_delete BEFORE DELETE ON projects_gateapproval
    FOR EACH ROW EXECUTE FUNCTION projects_never_changes();
CREATE TRIGGER projects_gateapproval_only_withdrawn BEFORE UPDATE ON projects_gateapproval
    FOR EACH ROW WHEN (
        OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL
        OR (NEW.id, NEW.project_id, NEW.request_id, NEW.requester_id, NEW.evaluation_id, NEW.digest, NEW.verdict,
            NEW.comment, NEW.approver_id, NEW.role, NEW.at)
        IS DISTINCT FROM (OLD.id, OLD.project_id, OLD.request_id, OLD.requester_id, OLD.evaluation_id, OLD.digest,
            OLD.verdict, OLD.comment, OLD.approver_id, OLD.role, OLD.at)
    ) EXECUTE FUNCTION projects_never_changes();

ALTER TABLE projects_gateapproval
    ADD CONSTRAINT projects_gateapproval_of_its_requester FOREIGN KEY (request_id, requester_id)
        REFERENCES projects_gaterequest (id, requested_by_id),
    ADD CONSTRAINT projects_gateapproval_of_its_digest FOREIGN KEY (evaluation_id, digest)
        REFERENCES projects_gateevaluation (id, digest);
"""

BACKWARD = """
ALTER TABLE projects_gateapproval DROP CONSTRAINT projects_gateapproval_of_its_requester,
    DROP CONSTRAINT projects_gateapproval_of_its_digest;
DROP TRIGGER projects_policyversion_published ON projects_policyversion;
DROP TRIGGER projects_gateevaluation_no_change ON projects_gateevaluation;
DROP TRIGGER projects_gatedecision_no_change ON projects_gatedecision;
DROP TRIGGER projects_gateapproval_no_delete ON projects_gateapproval;
DROP TRIGGER projects_gateapproval_only_withdrawn ON projects_gateapproval;
DROP FUNCTION projects_never_changes();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('projects', "0009_health"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='GateEvaluation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gate', models.CharField(choices=[('scope', 'Scope gate'), ('feasibility', 'Feasibility gate'), ('release', 'Release gate'), ('retirement', 'Retirement gate')], max_length=20)),
                ('facts', models.JSONField()),
                ('findings', models.JSONField()),
                ('bound', models.JSONField()),
                ('digest', models.CharField(max_length=64)),
                ('is_met', models.BooleanField()),
                ('at', models.DateTimeField()),
                ('valid_until', models.DateTimeField(null=True)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='gate_evaluations', to='projects.project')),
            ],
        ),
        migrations.AddField(
            model_name='gatedecision',
            name='evaluation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='projects.gateevaluation'),
        ),
        migrations.CreateModel(
            name='GateRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('gate', models.CharField(choices=[('scope', 'Scope gate'), ('feasibility', 'Feasibility gate'), ('release', 'Release gate'), ('retirement', 'Retirement gate')], max_length=20)),
                ('state', models.CharField(choices=[('open', 'Open'), ('withdrawn', 'Withdrawn'), ('passed', 'Passed')], default='open', max_length=10)),
                ('comment', models.TextField(blank=True)),
                ('requested_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='gate_requests', to='projects.project')),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='GateApproval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('verdict', models.CharField(choices=[('approve', 'Approved'), ('approve_on_conditions', 'Approved with conditions'), ('request_changes', 'Changes requested'), ('reject', 'Rejected')], max_length=24)),
                ('comment', models.TextField(blank=True)),
                ('role', models.CharField(help_text="The approver's role at that time.", max_length=20)),
                ('at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdrawn_because', models.TextField(blank=True)),
                ('approver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='projects.project')),
                ('requester', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('evaluation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='projects.gateevaluation')),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='projects.gaterequest')),
            ],
        ),
        migrations.CreateModel(
            name='GateWaiver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('gate', models.CharField(choices=[('scope', 'Scope gate'), ('feasibility', 'Feasibility gate'), ('release', 'Release gate'), ('retirement', 'Retirement gate')], max_length=20)),
                ('check_id', models.CharField(max_length=80)),
                ('reason', models.TextField()),
                ('granted_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('granted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='waivers', to='projects.project')),
            ],
        ),
        migrations.CreateModel(
            name='PolicyVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('number', models.PositiveIntegerField()),
                ('version', models.PositiveIntegerField(default=1)),
                ('title', models.CharField(max_length=80)),
                ('text', models.TextField()),
                ('digest', models.CharField(help_text='SHA-256 of the text.', max_length=64)),
                ('tiers', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=2), default=list, size=None)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published'), ('discarded', 'Discarded')], default='draft', max_length=10)),
                ('written_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(null=True)),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('written_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddField(
            model_name='gateevaluation',
            name='policy',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='projects.policyversion'),
        ),
        migrations.CreateModel(
            name='ProjectPolicy',
            fields=[
                ('project', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='policy', serialize=False, to='projects.project')),
                ('since', models.DateTimeField()),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='projects.policyversion')),
            ],
        ),
        migrations.CreateModel(
            name='GateCondition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('gate', models.CharField(choices=[('scope', 'Scope gate'), ('feasibility', 'Feasibility gate'), ('release', 'Release gate'), ('retirement', 'Retirement gate')], max_length=20)),
                ('text', models.TextField()),
                ('due_date', models.DateField()),
                ('effect', models.CharField(choices=[('warn', 'Warns'), ('revoke', 'Takes the gate back')], max_length=10)),
                ('met_at', models.DateTimeField(null=True)),
                ('approval', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conditions', to='projects.gateapproval')),
                ('met_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='gate_conditions', to='projects.project')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('project', 'number'), name='projects_condition_number'), models.CheckConstraint(condition=models.Q(('effect__in', ['warn', 'revoke'])), name='projects_condition_effect'), models.CheckConstraint(condition=models.Q(models.Q(('met_at', None), ('met_by', None)), models.Q(('met_at__isnull', False), ('met_by__isnull', False)), _connector='OR'), name='projects_condition_who_when'), models.CheckConstraint(condition=models.Q(('met_by', None), models.Q(('met_by', models.F('owner')), _negated=True), _connector='OR'), name='projects_condition_not_by_owner')],
            },
        ),
        migrations.AddConstraint(
            model_name='gaterequest',
            constraint=models.UniqueConstraint(fields=('project', 'number'), name='projects_gaterequest_number'),
        ),
        migrations.AddConstraint(
            model_name='gaterequest',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('project',), name='projects_gaterequest_one_open'),
        ),
        migrations.AddConstraint(
            model_name='gaterequest',
            constraint=models.UniqueConstraint(fields=('id', 'requested_by'), name='projects_gaterequest_requester'),
        ),
        migrations.AddConstraint(
            model_name='gaterequest',
            constraint=models.CheckConstraint(condition=models.Q(('gate__in', ['scope', 'feasibility', 'release', 'retirement'])), name='projects_gaterequest_gate'),
        ),
        migrations.AddConstraint(
            model_name='gaterequest',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'withdrawn', 'passed'])), name='projects_gaterequest_state'),
        ),
        migrations.AddConstraint(
            model_name='gaterequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('state', 'open')), models.Q(models.Q(('state', 'open'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='projects_gaterequest_when'),
        ),
        migrations.AddConstraint(
            model_name='gateapproval',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('request', 'digest', 'approver'), name='projects_gateapproval_once'),
        ),
        migrations.AddConstraint(
            model_name='gateapproval',
            constraint=models.CheckConstraint(condition=models.Q(('approver', models.F('requester')), _negated=True), name='projects_gateapproval_not_requester'),
        ),
        migrations.AddConstraint(
            model_name='gateapproval',
            constraint=models.CheckConstraint(condition=models.Q(('verdict__in', ['approve', 'approve_on_conditions', 'request_changes', 'reject'])), name='projects_gateapproval_verdict'),
        ),
        migrations.AddConstraint(
            model_name='gatewaiver',
            constraint=models.UniqueConstraint(fields=('project', 'number'), name='projects_waiver_number'),
        ),
        migrations.AddConstraint(
            model_name='gatewaiver',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('project', 'gate', 'check_id'), name='projects_waiver_one_open'),
        ),
        migrations.AddConstraint(
            model_name='gatewaiver',
            constraint=models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('granted_at')), ('expires_at__lte', django.db.models.expressions.CombinedExpression(models.F('granted_at'), '+', models.Value(datetime.timedelta(days=90))))), name='projects_waiver_days'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.UniqueConstraint(fields=('name', 'number'), name='projects_policy_number'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'published', 'discarded'])), name='projects_policy_state'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.CheckConstraint(condition=models.Q(('published_by', None), models.Q(('published_by', models.F('written_by')), _negated=True), _connector='OR'), name='projects_policy_two_persons'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), ('published_at__isnull', False)), models.Q(models.Q(('state', 'published'), _negated=True), ('published_at', None), ('published_by', None)), _connector='OR'), name='projects_policy_when'),
        ),
        migrations.AddConstraint(
            model_name='policyversion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), ('written_by', None), ('published_by__isnull', False), _connector='OR'), name='projects_policy_by_whom'),
        ),
        migrations.AddConstraint(
            model_name='gateevaluation',
            constraint=models.CheckConstraint(condition=models.Q(('gate__in', ['scope', 'feasibility', 'release', 'retirement'])), name='projects_evaluation_gate'),
        ),
        migrations.AddConstraint(
            model_name='gateevaluation',
            constraint=models.UniqueConstraint(fields=('id', 'digest'), name='projects_evaluation_digest'),
        ),
        migrations.AddConstraint(
            model_name='gateevaluation',
            constraint=models.UniqueConstraint(fields=('project', 'digest'), name='projects_evaluation_once'),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
