"""What monitoring knows of a project's health."""

import pytest

from monitoring import operations
from projects import health
from projects.enums import Health
from tests.factories import now
from tests.monitoring.test_alerts import open_alert

pytestmark = pytest.mark.django_db


def test_an_alert_is_red_until_somebody_acknowledges_it(tmp_path):
    alert = open_alert(tmp_path)
    owner = alert.project.created_by

    def light():
        return health.computed([alert.project_id], now=now())[alert.project_id].light

    assert light() == Health.RED
    operations.acknowledge_alert(alert=alert, by=owner, now=now())
    assert light() == Health.AMBER
    operations.resolve_alert(alert=alert, by=owner, now=now())
    assert light() != Health.RED
