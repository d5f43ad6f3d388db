import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0026_gates_decided_anew"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="classification",
            name="is_waiting",
            field=models.BooleanField(
                default=False, help_text="It lowers the tier, and no second person has agreed."
            ),
        ),
        migrations.AddField(
            model_name="classification",
            name="confirmed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="classification", name="confirmed_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddConstraint(
            model_name="classification",
            constraint=models.CheckConstraint(
                condition=Q(("confirmed_by", None), Q(("confirmed_by", F("decided_by")), _negated=True), _connector="OR"),
                name="projects_class_two_persons",
            ),
        ),
        migrations.AddConstraint(
            model_name="classification",
            constraint=models.CheckConstraint(
                condition=Q(
                    Q(("confirmed_at", None), ("confirmed_by", None)),
                    Q(("confirmed_at__isnull", False), ("confirmed_by__isnull", False), ("is_waiting", False)),
                    _connector="OR",
                ),
                name="projects_class_confirmed",
            ),
        ),
    ]
