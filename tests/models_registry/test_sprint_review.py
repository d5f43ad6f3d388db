"""What a sprint's review says of decisions that wait too long: verdicts on gates, and reviews of versions."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from documents import sprint_reviews
from models_registry.models import Review
from projects import operations, queries, reviewing
from projects.models import GateRequest, SprintReview
from tests.factories import now
from tests.models_registry.factories import make_review, make_version
from tests.projects.factories import make_decided_project, make_sprint

pytestmark = pytest.mark.django_db


def asked(*reviews, days):
    """As if they had been asked for so many days ago."""
    Review.objects.filter(pk__in=[one.pk for one in reviews]).update(requested_at=now() - timedelta(days=days))


def waiting(sprint):
    return reviewing.review_of(queries.sprint(sprint.project, sprint.number), now=now())["risks"]["waiting"]


@pytest.mark.parametrize(("days", "is_late"), [(6, False), (8, True)])
def test_a_review_that_waits_longer_than_a_decision_may_is_told(days, is_late):
    review = make_review(compared=False)
    sprint = make_sprint(review.project)
    asked(review, days=days)

    said = {"kind": "review", "id": "1", "label": f"Review 1 of {review.model_version}", "days": days}

    assert waiting(sprint) == ([said] if is_late else [])


def test_what_was_decided_waits_no_more():
    review = make_review(compared=False)
    sprint = make_sprint(review.project)
    asked(review, days=8)
    Review.objects.filter(pk=review.pk).update(state="withdrawn")

    assert waiting(sprint) == []


def test_what_waits_is_on_the_page_with_its_link_and_in_the_file_and_not_outside(client):
    project = make_decided_project()
    GateRequest.objects.update(requested_at=now() - timedelta(days=9))
    review = make_review(make_version(project), compared=False)
    sprint = make_sprint(project)
    asked(review, days=8)
    link = operations.share_review(sprint=sprint, label="Board", days=7, by=project.created_by, now=now())
    client.force_login(project.created_by)

    page = client.get(reverse("projects:sprint-review", args=[project.key, 1])).content.decode()
    text = sprint_reviews.file_of(sprint, "md", now=now()).content.decode()
    outside = client.get(reverse("projects:shared-review", args=[link.secret])).content.decode()

    of_review = reverse("models_registry:review", args=[project.key, review.number])
    of_gate = reverse("projects:gate", args=[project.key])
    label = f"Review {review.number} of {review.model_version}"
    assert f'<a class="link" href="{of_review}">{label}</a> waits for 8 days.' in page
    assert f'<a class="link" href="{of_gate}">The decision on the scope gate</a> waits for 9 days.' in page
    assert page.index("9 days") < page.index("8 days")
    assert "The decision on the scope gate" in text
    assert label in text
    assert "waits for" not in outside


def test_a_review_that_was_frozen_when_only_gates_were_told_is_still_shown(client, monkeypatch):
    project = make_decided_project()
    sprint = make_sprint(project)
    content = reviewing.content_of(sprint, now=now())
    content["risks"]["waiting"] = [{"gate": "scope", "days": 4}]
    monkeypatch.setattr(reviewing, "content_of", lambda *_, **__: content)
    operations.close_sprint(sprint=sprint, by=project.created_by, now=now())
    client.force_login(project.created_by)

    page = client.get(reverse("projects:sprint-review", args=[project.key, 1])).content.decode()

    assert SprintReview.objects.get().snapshot["risks"]["waiting"] == [{"gate": "scope", "days": 4}]
    assert "The decision on the scope gate</a> waits for 4 days." in page


def test_waiting_reviews_cost_the_same_for_one_and_for_three():
    review = make_review(compared=False)
    sprint = make_sprint(review.project)
    asked(review, days=8)

    def queries_with():
        with CaptureQueriesContext(connection) as found:
            assert waiting(sprint)
        return len(found)

    queries_with()  # the project keeps its log's counter
    one = queries_with()
    others = [make_review(make_version(review.project, name=name), compared=False) for name in ("second", "third")]
    asked(*others, days=9)

    assert queries_with() == one
