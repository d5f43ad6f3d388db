"""The demo's sprints: one reviewed, frozen and amended, one whose review is under way; told once or again."""

import pytest

from config.demo import fraud, sprint_review
from core.pages import now
from projects import queries, reviewing
from projects.models import SprintReview
from tests.demo.people import make_cast
from tests.factories import make_project

pytestmark = pytest.mark.django_db


def test_sprints_of_the_demo_are_reviewed():
    project = make_project()
    people = make_cast(project)

    for _ in range(2):
        fraud._sprints(project, people)

    first, second = (queries.sprint(project, number) for number in (1, 2))
    frozen = SprintReview.objects.get(sprint=first)
    assert (len(frozen.snapshot["scope"]["completed"]), frozen.snapshot["verdict"]["verdict"]) == (3, "met")
    assert [(one.field, one.before, one.after) for one in reviewing.amendments(frozen)] == [("points", 5, 8)]
    content = reviewing.review_of(second, now=now())
    assert len(content["notes"]) + len(content["decisions"]) == len(sprint_review.SECOND_CARDS)
    assert sum(room.capacity for room in reviewing.plan_of(second)[1:]) == reviewing.plan_of(second)[0].capacity > 0
