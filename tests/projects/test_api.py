"""The REST API of projects."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import Event
from core.roles import Scope as TokenScope
from projects.models import Membership, Project, Scope, WorkItem
from projects.roles import Role
from tests.factories import make_member, make_project, make_user
from tests.projects.factories import make_item, make_ready_for_scope_gate, make_risk, make_sprint, make_token

pytestmark = pytest.mark.django_db

REFUSE_UNKNOWN = [
    "members",
    "risks",
    "sprints",
    "items",
    "events",
    "datasets",
    "training-jobs",
    "runs",
    "jobs",
    "models",
    "reviews",
    "deployments",
    "monitors",
    "alerts",
    "retrainings",
]
LISTS = ["members", "risks", "sprints", "items", "events", "scope", "gates", "events/verify", ""]


class Api:
    """Calls /api/v1 with a token, as a program does."""

    def __init__(self, user, *scopes, project=None):
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {make_token(user, *scopes, project=project)}"}

    def __call__(self, method, path, body=None, **headers):
        return getattr(self.client, method)(
            f"/api/v1/{path}".rstrip("/"),
            data=body,
            content_type="application/json",
            headers=self.headers | {name.replace("_", "-"): value for name, value in headers.items()},
        )

    def get(self, path, **headers):
        return self("get", path, **headers)

    def post(self, path, body=None, **headers):
        return self("post", path, body or {}, **headers)

    def patch(self, path, body, **headers):
        return self("patch", path, body, **headers)


@pytest.fixture
def project():
    return make_project(key="FRD", name="Card fraud scoring")


@pytest.fixture
def api(project):
    return Api(project.created_by)


@pytest.mark.parametrize("path", LISTS)
def test_read_by_owner_member_and_stranger(project, path):
    address = f"projects/FRD/{path}"
    callers = (project.created_by, make_member(project, Role.VIEWER), make_user())

    assert [Api(user).get(address).status_code for user in callers] == [200, 200, 404]
    assert Client().get(f"/api/v1/{address}".rstrip("/")).status_code == 401


def test_token_of_one_project_sees_no_other(project):
    other = make_project(owner=project.created_by, key="OTH")
    api = Api(project.created_by, project=other)

    assert api.get("projects/FRD").status_code == 404
    assert [found["key"] for found in api.get("projects").json()["results"]] == ["OTH"]


def test_projects_create_read_change(api, project):
    made = api.post("projects", {"key": "new", "name": "New one"})
    assert (made.status_code, made.json()["key"], made["ETag"]) == (201, "NEW", '"1"')

    changed = api.patch("projects/NEW", {"name": "Other"}, If_Match='"1"')
    stale = api.patch("projects/NEW", {"name": "Third"}, If_Match='"1"')

    assert (changed.json()["name"], changed.json()["version"]) == ("Other", 2)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"key": "1X", "name": "X"}, 422, "key"),
        ({"key": "FRD", "name": "X"}, 409, "key"),
        ({"name": "X"}, 400, "key"),
        ({"key": "AB", "name": "X", "colour": 1}, 400, "colour"),
        ({"key": "AB", "name": "X" * 121}, 400, "name"),
    ],
)
def test_projects_bad_body_names_the_field(api, project, body, status, field):
    answer = api.post("projects", body)

    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert field in [one["field"] for one in answer.json()["errors"]]
    assert Project.objects.count() == 1


def test_members_add_change_remove(api, project):
    user = make_user()

    assert api.post("projects/FRD/members", {"username": user.username, "role": "viewer"}).status_code == 201
    assert api.patch(f"projects/FRD/members/{user.username}", {"role": "engineer"}).json()["role"] == "engineer"
    assert [m["role"] for m in api.get("projects/FRD/members").json()["results"]] == ["owner", "engineer"]
    assert api("delete", f"projects/FRD/members/{user.username}").status_code == 204
    assert Membership.objects.count() == 1


def test_members_last_owner_conflict(api, project):
    answer = api("delete", f"projects/FRD/members/{project.created_by.username}")

    assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")


def test_members_unknown_person_named(api, project):
    answer = api.post("projects/FRD/members", {"username": "nobody", "role": "viewer"})

    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_user")


def test_scope_revise_with_etag(api, project):
    read = api.get("projects/FRD/scope")

    saved = api.patch("projects/FRD/scope", {"metric": "recall", "cost_low": "10.50"}, If_Match=read["ETag"])
    stale = api.patch("projects/FRD/scope", {"metric": "precision"}, If_Match=read["ETag"])

    assert (saved.json()["version"], saved.json()["cost_low"], saved["ETag"]) == (2, "10.50", '"2"')
    assert stale.status_code == 412
    assert Scope.objects.get().metric == "recall"


@pytest.mark.parametrize(
    "body",
    ['{"baseline": NaN}', '{"baseline": "nan"}', '{"baseline": 1e400}', '{"cost_low": -1}', '{"cost_low": "Infinity"}'],
)
def test_scope_no_number_refused(api, project, body):
    answer = api.patch("projects/FRD/scope", body)

    assert answer.status_code in (400, 422)
    assert answer.json()["errors"] or answer.json()["code"] == "invalid_json"
    assert Scope.objects.get().version == 1


def test_scope_says_whether_it_pays(api, project):
    api.patch("projects/FRD/scope", {"benefit_low": 900, "benefit_high": 1000, "cost_low": 100, "cost_high": 200})

    assert api.get("projects/FRD/scope").json()["affordability"] == {
        "tone": "ok",
        "sentence": "It pays even at the lowest benefit and the highest cost: 700 to 900 a year.",
    }


def test_risks_walk(api, project):
    body = {"title": "Late labels", "phase": "data", "likelihood": 5, "impact": 5, "owner": project.created_by.username}

    made = api.post("projects/FRD/risks", body).json()
    refused = api.post("projects/FRD/risks/1/accept", {"reason": "Hope"})
    revised = api.patch("projects/FRD/risks/1", {"likelihood": 1, "impact": 1}, If_Match='"1"').json()
    accepted = api.post("projects/FRD/risks/1/accept", {"reason": "Small now"}).json()
    reopened = api.post("projects/FRD/risks/1/reopen").json()
    treated = api.post("projects/FRD/risks/1/treat", {"treatment": "Bought labels"}).json()

    assert (made["level"], made["owner"]["username"]) == ("critical", project.created_by.username)
    assert (refused.status_code, refused.json()["code"]) == (409, "critical")
    assert (revised["level"], accepted["state"], reopened["state"], treated["state"]) == (
        "low",
        "accepted",
        "open",
        "treated",
    )


def test_sprints_and_items_walk(api, project):
    api.post("projects/FRD/sprints", {"goal": "One", "start_date": "2026-05-01", "end_date": "2026-05-14"})
    api.post("projects/FRD/sprints", {"goal": "Two", "start_date": "2026-05-15", "end_date": "2026-05-28"})
    started = api.post("projects/FRD/sprints/1/start").json()
    for title in ("First", "Second"):
        api.post("projects/FRD/items", {"title": title, "sprint": 1, "points": 3})

    moved = api.post("projects/FRD/items/2/move", {"state": "ready", "before": 1}).json()
    done = api.post("projects/FRD/items/1/move", {"state": "done"}).json()
    closed = api.post("projects/FRD/sprints/1/close", {"carry_to": 2}).json()

    assert (started["state"], moved["key"], done["state"], closed["state"]) == ("active", "FRD-2", "done", "closed")
    assert [i["number"] for i in api.get("projects/FRD/items?sprint=2").json()["results"]] == [2]
    assert [i["number"] for i in api.get("projects/FRD/items?state=done").json()["results"]] == [1]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"state": "limbo"}, 422),
        ({"state": "done", "before": 99}, 422),
        ({"state": "done", "colour": 1}, 400),
        ({}, 400),
    ],
)
def test_item_move_bad_body_refused(api, project, body, status):
    make_item(project, sprint=make_sprint(project))

    assert api.post("projects/FRD/items/1/move", body).status_code == status
    assert WorkItem.objects.get().state == "ready"


def test_item_move_stale_etag_refused(api, project):
    make_item(project, sprint=make_sprint(project))
    api.post("projects/FRD/items/1/move", {"state": "review"}, If_Match='"1"')

    assert api.post("projects/FRD/items/1/move", {"state": "done"}, If_Match='"1"').status_code == 412


@pytest.mark.parametrize("query", ["sprint=x", "sprint=²", "state=limbo", "limit=0", "cursor=x", "limit=abc"])
def test_items_odd_queries_are_refused(api, project, query):
    assert api.get(f"projects/FRD/items?{query}").status_code in (400, 422)


def test_items_created_once_for_one_key(api, project):
    answers = [api.post("projects/FRD/items", {"title": "Once"}, Idempotency_Key="k1") for _ in range(2)]

    assert [a.json()["number"] for a in answers] == [1, 1]
    assert WorkItem.objects.count() == 1


@pytest.mark.parametrize("what", ["risks", "items", "members"])
def test_lists_cost_the_same_for_three_rows(api, project, what):
    def add():
        make_risk(project)
        make_item(project, sprint=None, assignee=make_member(project, Role.ENGINEER))

    add()
    api.get(f"projects/FRD/{what}")  # the first call notes that the token was used
    with CaptureQueriesContext(connection) as one:
        api.get(f"projects/FRD/{what}")
    add()
    add()

    with CaptureQueriesContext(connection) as three:
        api.get(f"projects/FRD/{what}")

    assert len(three) == len(one)


def test_gates_tell_what_is_missing_and_why_the_caller_may_not(project):
    said = Api(make_member(project, Role.VIEWER)).get("projects/FRD/gates").json()

    assert (said["gate"], said["is_met"], len(said["checks"])) == ("scope", False, 8)
    assert said["why_not"].startswith("This needs the role owner, product owner")


def test_gates_pass_needs_a_token_made_to_approve(project):
    make_ready_for_scope_gate(project)

    refused = Api(project.created_by).post("projects/FRD/gates", {"comment": "Go"})
    passed = Api(project.created_by, TokenScope.APPROVE).post("projects/FRD/gates", {"comment": "Go"})

    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
    assert (passed.status_code, passed.json()["gate"]) == (201, "scope")
    assert Api(project.created_by).get("projects/FRD").json()["stage"] == "feasibility"


def test_gates_pass_not_met_lists_the_checks(project):
    answer = Api(project.created_by, TokenScope.APPROVE).post("projects/FRD/gates")

    assert (answer.status_code, answer.json()["code"]) == (409, "gate_not_met")
    assert len(answer.json()["errors"]) == 7


def test_events_after_in_order_with_actor_and_data(api, project):
    for _ in range(3):
        make_item(project)

    first = api.get("projects/FRD/events?limit=2").json()
    rest = api.get(f"projects/FRD/events?after={first['next_after']}").json()
    only = api.get("projects/FRD/events?type=project.").json()

    assert [e["seq"] for e in first["results"] + rest["results"]] == [1, 2, 3, 4]
    assert rest["results"][0]["actor"] == str(project.created_by)
    assert rest["results"][0]["data"]["state"] == "ready"
    assert [e["type"] for e in only["results"]] == ["project.created"]
    assert {first["last_seq"], rest["last_seq"], only["last_seq"]} == {4}


@pytest.mark.parametrize("path", ["projects", *(f"projects/FRD/{each}" for each in REFUSE_UNKNOWN)])
@pytest.mark.parametrize("query", ["ordering=password", "owner__password__startswith=p", "_connector=OR"])
def test_a_filter_that_there_is_not_is_refused(api, project, path, query):
    answer = api.get(f"{path}?{query}")

    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_filter")
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


@pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=501", "after=²", "after=" + "9" * 25])
def test_events_odd_queries_are_refused(api, project, query):
    assert api.get(f"projects/FRD/events?{query}").status_code == 422


def test_events_verify(api, project):
    make_item(project)

    assert api.get("projects/FRD/events/verify").json() == {
        "is_intact": True,
        "checked": Event.objects.filter(stream_id=project.pk).count(),
        "first_bad_seq": None,
        "reason": "",
        "detail": "",
        "anchored_seq": None,
        "anchored_at": None,
    }
