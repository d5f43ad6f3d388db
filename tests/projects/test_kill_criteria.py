"""Kill criteria: by their day it is reached, or decided, or the project stops."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.db.utils import IntegrityError
from django.urls import reverse

from core.errors import Conflict, Invalid, NotAllowed
from core.models import Event
from projects import documents, operations, queries
from projects.models import DossierRevision, KillCriterion
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import make_token

pytestmark = pytest.mark.django_db


def add(project, *, decider=None, by=None, days=30, **values):
    given = {"text": "The label delay is under 45 days.", "due_date": now().date() + timedelta(days=days)}
    return operations.add_kill_criterion(
        project=project,
        values=given | values,
        decider=decider or project.created_by,
        by=by or project.created_by,
        now=now(),
    )


def decide(criterion, decision="go_on", *, by=None, reason="The contract ends in June."):
    return operations.decide_kill_criterion(
        criterion=criterion, decision=decision, reason=reason, by=by or criterion.decider, now=now()
    )


def facts(project):
    return (
        list(KillCriterion.objects.filter(project=project).values()),
        DossierRevision.objects.filter(project=project).count(),
        Event.objects.filter(stream_id=project.pk).count(),
    )


def test_add_kill_criterion_stands_in_the_dossier():
    project = make_project()

    criterion = add(project, metric="recall", threshold=0.6)

    (kept,) = documents.content_of(project)["kill_criteria"]
    assert (kept["text"], kept["metric"], kept["threshold"]) == (criterion.text, "recall", 0.6)
    assert (kept["decider"], kept["decision"]) == (project.created_by.username, "")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"text": ""}, "text"),
        ({"due_date": None}, "due_date"),
        ({"due_date": "soon"}, "due_date"),
        ({"days": -1}, "due_date"),
        ({"metric": "recall"}, "threshold"),
        ({"threshold": 0.6}, "threshold"),
        ({"threshold": float("nan"), "metric": "recall"}, "threshold"),
    ],
)
def test_add_kill_criterion_with_a_wrong_value_names_it_and_writes_nothing(values, field):
    project = make_project()
    before = facts(project)

    with pytest.raises(Invalid) as refusal:
        add(project, **values)

    assert [one.field for one in refusal.value.errors] == [field] or refusal.value.field == field
    assert facts(project) == before


def test_decider_is_a_member():
    with pytest.raises(Invalid, match="is not in the project"):
        add(make_project(), decider=make_user())


def test_add_kill_criterion_without_the_role_refused():
    project = make_project()

    with pytest.raises(NotAllowed):
        add(project, by=make_member(project, Role.ENGINEER))


def test_only_who_decides_decides_and_once():
    project = make_project()
    criterion = add(project, decider=make_member(project, Role.PRODUCT_OWNER))
    before = facts(project)
    with pytest.raises(NotAllowed, match="decides this one"):
        decide(criterion, by=project.created_by)
    with pytest.raises(Invalid):
        decide(criterion, reason=" ")
    with pytest.raises(Invalid):
        decide(criterion, "perhaps")
    assert facts(project) == before

    decided = decide(criterion)

    assert (decided.decision, decided.reason) == ("go_on", "The contract ends in June.")
    with pytest.raises(Conflict, match="settled already"):
        decide(criterion, "stop")


def test_reached_criterion_takes_no_decision_and_is_reached_once():
    project = make_project()
    criterion = add(project, metric="recall", threshold=0.6)

    operations.reach_kill_criterion(criterion=criterion, run="a" * 32, now=now())
    again = operations.reach_kill_criterion(criterion=criterion, run="b" * 32, now=now())

    assert again.reached_by == "a" * 32
    assert Event.objects.filter(type="kill_criterion.reached").count() == 1
    with pytest.raises(Conflict, match="settled already"):
        decide(criterion, "stop")


def test_after_its_day_nothing_reaches_it():
    criterion = add(make_project(), metric="recall", threshold=0.6, days=1)

    late = operations.reach_kill_criterion(criterion=criterion, run="a" * 32, now=now() + timedelta(days=2))

    assert late.reached_at is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE projects_killcriterion SET due_date = due_date + 90",
        "UPDATE projects_killcriterion SET threshold = 0.1",
        "DELETE FROM projects_killcriterion",
    ],
)
def test_database_refuses_to_move_a_criterion(change):
    add(make_project(), metric="recall", threshold=0.6)

    with pytest.raises(IntegrityError, match="is fixed"), connection.cursor() as cursor:
        cursor.execute(change)


def test_studio_sets_and_decides(client):
    project = make_project()
    client.force_login(project.created_by)
    values = {
        "text": "The contract ends.",
        "due_date": now().date() + timedelta(days=9),
        "decider": project.created_by.pk,
        "is_higher_better": "True",
    }
    half = client.post(reverse("projects:kill-criterion-add", args=[project.key]), values | {"metric": "recall"})
    assert half.status_code == 422
    assert "Give a metric with its threshold" in half.content.decode()

    client.post(reverse("projects:kill-criterion-add", args=[project.key]), values)
    refused = client.post(
        reverse("projects:kill-criterion-decide", args=[project.key, 1]), {"decision": "stop", "reason": "x" * 4001}
    )
    assert refused.status_code == 422
    assert refused.context["decision_form"]["reason"].value() == "x" * 4001
    assert "4001" in refused.content.decode()
    client.post(
        reverse("projects:kill-criterion-decide", args=[project.key, 1]), {"decision": "stop", "reason": "It ends."}
    )

    assert queries.kill_criterion(project, 1).decision == "stop"
    page = client.get(f"{reverse('projects:studio', args=[project.key])}?section=kill").content.decode()
    assert "It ends." in page


def test_rest_sets_and_decides(client):
    project = make_project()
    headers = {"HTTP_AUTHORIZATION": f"Bearer {make_token(project.created_by)}"}
    at = f"/api/v1/projects/{project.key}/dossier/kill-criteria"
    body = {"text": "It ends.", "due_date": "2199-01-01", "decider": project.created_by.username}

    def send(path, body):
        return client.post(path, json.dumps(body), content_type="application/json", **headers)

    assert send(at, body | {"decider": "nobody"}).json()["errors"][0]["field"] == "decider"
    assert send(at, body).status_code == 201
    assert send(f"{at}/1/decide", {"decision": "go_on", "reason": "Prolonged."}).json()["decision"] == "go_on"
    assert client.get(f"{at}/1", **headers).json()["reason"] == "Prolonged."
    assert len(client.get(at, **headers).json()["results"]) == 1
