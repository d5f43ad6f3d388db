"""What the registry knows of a project's health."""

from datetime import timedelta

import pytest

from projects import health
from projects.enums import Health
from tests.factories import now
from tests.models_registry.factories import make_review

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("days", "light"), [(0, Health.GREEN), (7, Health.GREEN), (8, Health.AMBER)])
def test_a_review_waits_for_whoever_may_decide_it(days, light):
    review = make_review()

    found = health.computed([review.project_id], now=now() + timedelta(days=days))[review.project_id]

    assert found.light == light
    waits = [one for one in found.findings if one.waits_for]
    assert [(one.reason, one.since) for one in waits] == [
        (f"Review {review.number} waits for {days} days", review.requested_at)
    ]
    assert "validator" in waits[0].waits_for
