"""What an approval was about is kept with it; nothing of one changes but that it is withdrawn."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


FORWARD = """
CREATE TRIGGER models_registry_approval_no_delete BEFORE DELETE ON models_registry_approval
    FOR EACH ROW EXECUTE FUNCTION projects_never_changes();
CREATE TRIGGER models_registry_approval_only_withdrawn BEFORE UPDATE ON models_registry_approval
    FOR EACH ROW WHEN (
        OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL
        OR (NEW.id, NEW.review_id, NEW.revision, NEW.digest, NEW.decision, NEW.comment, NEW.approver_id, NEW.role,
            NEW.author_id, NEW.requester_id, NEW.at, NEW.evidence, NEW.bound, NEW.delegation_id)
        IS DISTINCT FROM (OLD.id, OLD.review_id, OLD.revision, OLD.digest, OLD.decision, OLD.comment, OLD.approver_id,
            OLD.role, OLD.author_id, OLD.requester_id, OLD.at, OLD.evidence, OLD.bound, OLD.delegation_id)
    ) EXECUTE FUNCTION projects_never_changes();
"""
BACKWARD = """
DROP TRIGGER models_registry_approval_no_delete ON models_registry_approval;
DROP TRIGGER models_registry_approval_only_withdrawn ON models_registry_approval;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('models_registry', '0004_search'),
        ('projects', '0017_approvals_finished'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='approval',
            name='models_registry_approval_once',
        ),
        migrations.AddField(
            model_name='approval',
            name='bound',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='approval',
            name='delegation',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='projects.delegation'),
        ),
        migrations.AddField(
            model_name='approval',
            name='evidence',
            field=models.CharField(blank=True, help_text='Empty before evidence was kept.', max_length=64),
        ),
        migrations.AddField(
            model_name='approval',
            name='withdrawn_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='approval',
            name='withdrawn_because',
            field=models.TextField(blank=True),
        ),
        migrations.AlterField(
            model_name='approval',
            name='role',
            field=models.CharField(choices=[('owner', 'Owner'), ('product_owner', 'Product owner'), ('data_scientist', 'Data scientist'), ('engineer', 'Engineer'), ('validator', 'Validator'), ('sponsor', 'Sponsor'), ('risk', 'Risk and compliance'), ('auditor', 'Auditor'), ('viewer', 'Viewer')], help_text='The role in which they decided, at that time.', max_length=20),
        ),
        migrations.AddConstraint(
            model_name='approval',
            constraint=models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('review', 'evidence', 'approver'), name='models_registry_approval_once'),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
