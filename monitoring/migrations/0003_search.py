"""Alerts are found by the letters of their summaries."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0004_search"), ("monitoring", "0002_performance_and_policy")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX monitoring_alert_summary_letters ON monitoring_alert "
            "USING gin (upper(summary::text) gin_trgm_ops)",
            "DROP INDEX monitoring_alert_summary_letters",
        )
    ]
