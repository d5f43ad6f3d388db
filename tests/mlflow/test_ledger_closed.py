"""A ledger that cannot be written: nothing is changed by any door, and each says so."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from core import events
from core.models import Event
from experiments.models import Experiment, Run
from projects import operations
from projects.models import Risk, Scope
from projects.roles import Role
from tests.factories import make_member, make_project, now
from tests.mlflow.door import BOTH_WAYS, refusal

pytestmark = pytest.mark.django_db

SAID = "The ledger cannot be written: nothing was changed."


@pytest.fixture
def close(db):
    """Refuses every new event with this SQLSTATE, as the database does for whoever may not write the table."""

    def closed(state="42501"):
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE FUNCTION closed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
                f"'permission denied for table core_event' USING ERRCODE = '{state}'; END $$"
            )
            cursor.execute("CREATE TRIGGER closed BEFORE INSERT ON core_event EXECUTE FUNCTION closed()")

    yield closed
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION IF EXISTS closed() CASCADE")


@pytest.fixture
def client(project):
    client = Client()
    client.force_login(project.created_by)
    return client


RISK = {"title": "Labels late", "phase": "data", "likelihood": 3, "impact": 3}


@pytest.mark.parametrize("state", ["42501", "25006", "53100"])
def test_rest_answers_503_and_writes_nothing(project, client, close, state):
    before = Event.objects.count()
    close(state)

    added = client.post(f"/api/v1/projects/{project.key}/risks", RISK, content_type="application/json")
    revised = client.patch(
        f"/api/v1/projects/{project.key}/scope",
        {"decision": "Hold it back."},
        content_type="application/json",
        headers={"If-Match": '"1"'},
    )

    for answer in (added, revised):
        assert (answer.status_code, answer.json()["code"], answer.json()["detail"]) == (503, "ledger_closed", SAID)
        assert answer["Retry-After"]
    assert (Event.objects.count(), Risk.objects.count()) == (before, 0)
    assert Scope.objects.get(project=project).decision != "Hold it back."


def test_a_page_says_it_and_writes_nothing(project, client, close):
    asked = make_project(owner=project.created_by)
    operations.request_gate(project=asked, by=project.created_by, now=now())
    close()

    form = client.post(f"/p/{project.key}/gates/ask/", {"comment": "Please look at it."})
    plain = client.post(f"/p/{asked.key}/gates/ask-no-more/")
    token = client.post("/account/", {"label": "notebook", "days": 30, "scopes": ["read"]})

    for answer in (form, plain, token):
        assert answer.status_code == 503
        assert SAID in answer.content.decode()
    assert not project.gate_requests.exists()
    assert asked.gate_requests.get().state == "open"


def test_nobody_is_signed_in_whose_sign_in_cannot_be_noted(project, close):
    member = make_member(project, Role.VIEWER)
    member.set_password("a long enough password")
    member.save(update_fields=["password"])
    close()
    client = Client()

    answer = client.post("/sign-in/", {"username": member.username, "password": "a long enough password"})

    assert answer.status_code == 503
    assert client.get(f"/p/{project.key}/").status_code == 302


@BOTH_WAYS
def test_mlflow_answers_503_and_writes_nothing(api, close):
    experiment = api.experiment()
    run = api.run(experiment)["info"]["run_id"]
    before = Event.objects.count()
    close()

    answers = [
        api.post("experiments/create", name="other"),
        api.post("runs/create", experiment_id=experiment, start_time=1_700_000_000_000),
        api.post("runs/update", run_id=run, status="FINISHED", end_time=1_700_000_000_001),
    ]

    for answer in answers:
        assert refusal(answer) == (503, "TEMPORARILY_UNAVAILABLE")
        assert answer.json()["message"] == SAID
    assert (Event.objects.count(), Run.objects.count(), Experiment.objects.count()) == (before, 1, 1)
    assert Run.objects.get().status == "RUNNING"


def test_what_is_wrong_otherwise_is_no_closed_ledger(project, close):
    close("23514")

    with pytest.raises(IntegrityError), transaction.atomic():
        events.record("test.happened", project, by=None)
