"""What somebody who means harm would try: every address with bodies, parameters and names that cannot be, with the ids
of another project, and every door by which one's own work could be approved. Nothing is answered by a fault of ours
(5xx), nothing foreign is read or changed, and nobody approves their own.
"""

import json
import re

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from core.models import Event
from core.roles import DEFAULT_SCOPES, Scope
from experiments.queries import root_of
from models_registry.models import Deployment, ModelAlias
from projects.roles import Role
from tests.experiments.factories import make_dataset_version
from tests.factories import make_member, make_project, make_user
from tests.mlflow.door import token_of
from tests.models_registry.factories import (
    GOOD_ROW,
    make_deployment,
    make_review,
    make_run,
    make_scoped_project,
    make_version,
)

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

EVERY_SCOPE = tuple(Scope)
DEEP = b"[" * 20_000
BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"3",
    b'"text"',
    b'"\\ud800"',
    b"\xff\xfe",
    DEEP,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b'{"name": NaN}',
    b'{"title": 1, "title": 2}',
    b"9" * 5000,
]
VALUES = [
    None,
    True,
    -1,
    0,
    10**18,
    10**400,
    1.5,
    1e308,
    "",
    " ",
    "\x00",
    "\ud800",
    "²",
    "x" * 100_000,
    "../../etc/passwd",
    "2026-02-30",
    "1e400",
    [],
    [None],
    [[]],
    {},
    {"\x00": "\x00"},
    {"\ud800": ["\ud800"]},
    {"a": {"b": {"c": 10**400}}},
]
NAMES = [
    "%00",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%5c..",
    "%C2%B2",
    "%ED%A0%80",
    "9" * 40,
    "9" * 5000,
    "-1",
    "x" * 3000,
]
QUERIES = [
    "limit=%C2%B2",
    "limit=" + "9" * 5000,
    "limit=-1",
    "cursor=%C2%B2",
    "cursor=bjk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5",
    "cursor=%00",
]
QUERIES += [
    "after=%C2%B2",
    "after=1e9",
    "type=%00",
    "state=%00",
    "sprint=%C2%B2",
    "kind=%00",
    "experiment=%00",
    "x[]=1",
    "_connector=OR",
]


class Caller:
    """Any request as somebody with a token; a fault of ours is an answer, not an exception."""

    def __init__(self, user, *, scopes=EVERY_SCOPE, project=None):
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {token_of(user, scopes=scopes, project=project)}"}

    def send(self, method, path, body=b"", type="application/json", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(method, path, body, type, headers=self.headers | headers)

    def json(self, method, path, body=None, **headers):
        return self.send(method, path, json.dumps(body or {}).encode(), **headers)


@pytest.fixture
def project():
    return make_scoped_project()


@pytest.fixture
def owner(project):
    return Caller(project.created_by)


def walk(patterns, prefix=""):
    """The address of every view, and the methods that it may take."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route, methods_of(pattern.callback)


def methods_of(view):
    """All that a REST view has; of others it is not known, and these two find out."""
    found = [method for method in METHODS if hasattr(getattr(view, "view_class", None), method.lower())]
    return tuple(found) or ("GET", "POST")


METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROUTES = sorted(set(walk(get_resolver().url_patterns)))
OURS = [(route, methods) for route, methods in ROUTES if "<str:key>" in route or route.startswith("api/v1")]
PART = re.compile(r"<(?:(\w+):)?(\w+)>")


def address(route, project, **given):
    """The route with the project's key, and what is given (else something) for its other parts."""

    def part(match):
        kind, name = match.groups()
        return given.get(name) or (project.key if name == "key" else "1" if kind == "int" else "x")

    return "/" + PART.sub(part, route)


def faults(answers):
    """Of calls of MLflow's protocol that are not served, 501 is the answer that its client expects."""
    return {what for what, response in answers if response.status_code >= 500 and response.status_code != 501}


def test_no_body_is_answered_by_a_fault(project, owner):
    def answers():
        for route, methods in OURS:
            for method in set(methods) - {"GET"}:
                for body in BODIES:
                    yield (method, route, body[:40]), owner.send(method, address(route, project), body)
                yield (method, route, "keyed"), owner.send(method, address(route, project), b"[]", Idempotency_Key="k")

    assert faults(answers()) == set()


UNSTORABLE = json.dumps({"title": "\ud800", "rows": [{"note": "a\0b"}], "\0": 1}).encode()
PLACES = {"title", "rows.0.note", r"\u0000"}


def test_text_that_cannot_be_stored_is_refused_by_every_address_with_its_place(project, owner):
    answers = {
        (method, route): owner.send(method, address(route, project), UNSTORABLE)
        for route, methods in OURS
        for method in set(methods) & {"POST", "PUT", "PATCH"}
        if route.startswith("api/v1")
    }

    named = [{error["field"] for error in one.json()["errors"]} for one in answers.values() if one.status_code == 400]
    assert faults(answers.items()) == set()
    assert {one.status_code for one in answers.values()} <= {400, 403, 404, 405, 409, 412, 415, 422, 200, 201, 204}
    assert [one for one in named if one != PLACES] == []
    assert len(named) > 40


def test_no_name_in_an_address_is_answered_by_a_fault(project, owner):
    def answers():
        for route, methods in OURS:
            for _, part in PART.findall(route):
                for name in NAMES:
                    path = address(route, project, **{part: name})
                    yield ("GET", path[:120]), owner.send(methods[0], path, b"{}")

    assert faults(answers()) == set()


def test_no_query_is_answered_by_a_fault(project, owner):
    def answers():
        for route, methods in OURS:
            for query in QUERIES if "GET" in methods else ():
                path = f"{address(route, project)}?{query}"
                yield path[:120], owner.send("GET", path)

    assert faults(answers()) == set()


def test_no_header_is_answered_by_a_fault(project, owner):
    def answers():
        for value in ('"²"', "9" * 5000, '"', 'W/"1"', "\x7f", "-1"):
            path = f"/api/v1/projects/{project.key}"
            yield ("If-Match", value[:20]), owner.json("PATCH", path, {"name": "x"}, If_Match=value)
            yield (
                ("Idempotency-Key", value[:20]),
                owner.json("POST", f"{path}/items", {"title": "x"}, Idempotency_Key=value),
            )
            yield ("Range", value[:20]), owner.send("GET", path, Range=value)
            yield ("Accept", value[:20]), owner.send("GET", path, Accept=value)
            yield ("Content-Type", value[:20]), owner.send("POST", f"{path}/items", b"{}", type=value)
            yield ("Authorization", value[:20]), owner.send("GET", path, Authorization=value)
            yield ("Bearer", value[:20]), owner.send("GET", path, Authorization=f"Bearer {value}")

    assert faults(answers()) == set()


def good_bodies(deployment):
    """What each address takes, with values of which one at a time is exchanged."""
    key = f"/api/v1/projects/{deployment.project.key}"
    serving = f"/api/v1/deployments/{deployment.project.key}/{deployment.name}"
    run = deployment.live_version.run
    version = run.training.dataset_version
    training = {"dataset": version.dataset.name, "number": version.number, "target": "is_fraud"}
    training |= {"estimator": "logistic_regression", "settings": {"C": 1.0}, "seed": 1, "run_name": "x"}
    watching = {"deployment": deployment.name, "window_seconds": 60, "min_rows": 50, "retrain_on_drift": True}
    return [
        ("POST", "/api/v1/projects", {"key": "NEW", "name": "New", "purpose": "x"}),
        ("PATCH", key, {"name": "x", "purpose": "x"}),
        ("POST", f"{key}/members", {"username": "x", "role": "viewer"}),
        ("PATCH", f"{key}/scope", {"decision": "x", "baseline": 0.1, "benefit_low": "1", "direction": "higher"}),
        ("POST", f"{key}/risks", {"title": "x", "phase": "data", "likelihood": 1, "impact": 1, "owner": None}),
        ("POST", f"{key}/sprints", {"goal": "x", "start_date": "2026-01-01", "end_date": "2026-01-14"}),
        ("POST", f"{key}/items", {"title": "x", "points": 1, "sprint": None, "assignee": None}),
        ("POST", f"{key}/gates", {"comment": "x"}),
        ("POST", f"{key}/training-jobs", training | {"max_seconds": 60, "max_memory_mb": 2048, "experiment": "x"}),
        ("POST", f"{key}/models", {"name": "x", "description": "x"}),
        ("POST", f"{key}/models/fraud-scorer/versions", {"run": run.run_id, "description": "x"}),
        ("POST", f"{key}/models/fraud-scorer/versions", {"logged_model": "m-1"}),
        ("PUT", f"{key}/models/fraud-scorer/aliases/best", {"number": 1}),
        ("POST", f"{key}/reviews", {"model": "fraud-scorer", "number": 1, "reason": "x", "deployment": "x"}),
        ("POST", f"{key}/deployments", {"name": "other", "model": "fraud-scorer", "number": 1}),
        ("POST", f"{key}/monitors", watching | {"confirm_windows": 3, "min_labels": 500, "cooldown_seconds": 0}),
        ("POST", f"{key}/retrainings", {"deployment": deployment.name, "reason": "x"}),
        ("POST", f"{serving}/predict", {"rows": [GOOD_ROW]}),
        ("POST", f"{serving}/labels", {"labels": [{"prediction_id": "x", "truth": 1}]}),
        ("POST", f"/p/{deployment.project.key}/deployments/{deployment.name}/invocations", {"inputs": [GOOD_ROW]}),
        ("POST", f"{key}/deployments/{deployment.name}/pause", {"reason": "x"}),
        ("POST", f"{key}/deployments/{deployment.name}/resume", {"reason": "x"}),
    ]


def exchanged(body):
    """The body with each field, at any depth, exchanged for each value that it cannot have, one at a time."""
    for name, value in body.items():
        for other in VALUES:
            yield f"{name}={str(other)[:20]!r}", body | {name: other}
        inner = value[0] if isinstance(value, list) else value
        if isinstance(inner, dict):
            for what, changed in exchanged(inner):
                yield f"{name}.{what}", body | {name: [changed] if isinstance(value, list) else changed}


def test_no_value_is_answered_by_a_fault():
    deployment = make_deployment()
    owner = Caller(deployment.project.created_by)

    def answers():
        for method, path, body in good_bodies(deployment):
            for what, changed in exchanged(body):
                yield (method, path, what), owner.json(method, path, changed)

    assert faults(answers()) == set()


def test_nothing_of_a_foreign_project_opens():
    theirs, mine = make_project(), make_project()
    stranger = Caller(mine.created_by)
    bound = Caller(theirs.created_by, project=mine)

    opened = [
        (method, route, response.status_code)
        for caller in (stranger, bound)
        for route, methods in OURS
        for method in methods
        if "<str:key>" in route
        and not (caller is bound and is_page(route))
        and (response := caller.send(method, address(route, theirs), b"{}")).status_code not in (404, 405, 501)
        and not is_to_sign_in(response)
        and not ("/signed/" in route and response.status_code == 403)  # the address is no signature
    ]

    assert opened == []


def is_page(route):
    return route.startswith("p/") and "/api/" not in route


def is_to_sign_in(response):
    """Pages know no tokens: they ask to sign in."""
    return response.status_code == 302 and response["Location"].startswith("/sign-in/")


def test_pages_of_a_foreign_project_do_not_open():
    theirs = make_project()
    client = Client(raise_request_exception=False)
    client.force_login(make_user())

    pages = [route for route, _ in OURS if is_page(route) and "invocations" not in route]
    opened = [
        (method, route, response.status_code)
        for route in pages
        for method in ("GET", "POST")
        if (response := client.generic(method, address(route, theirs))).status_code not in (401, 404, 405)
    ]

    assert len(pages) > 20
    assert opened == []


def test_foreign_ids_below_ones_own_project():
    """The address names the caller's project, and the rest of it, or the body, what belongs to another."""
    theirs = make_deployment(name="their-scorer")
    version, run = theirs.live_version, theirs.live_version.run
    data = run.training.dataset_version
    mine = make_scoped_project()
    ours = make_dataset_version(mine, name="ours")
    caller, key = Caller(mine.created_by), f"/api/v1/projects/{mine.key}"
    caller.json("POST", f"{key}/models", {"name": "mine"})
    before = Event.objects.filter(stream_id=theirs.project_id).count()
    training = {"target": "is_fraud", "estimator": "logistic_regression"}

    tried = [
        ("GET", f"{key}/runs/{run.run_id}", {}),
        ("GET", f"{key}/runs/{run.run_id}/artifacts", {}),
        ("GET", f"{key}/runs/{run.run_id}/artifacts/model/model.skops", {}),
        ("GET", f"{key}/runs/{run.run_id}/metrics/average_precision", {}),
        ("GET", f"{key}/datasets/{data.dataset.name}/versions/1/file", {}),
        ("GET", f"{key}/jobs/{run.training.job_id}", {}),
        ("GET", f"{key}/jobs/{run.training.job_id}/log", {}),
        ("POST", f"{key}/jobs/{run.training.job_id}/cancel", {}),
        ("GET", f"{key}/models/{version.model.name}/versions/1", {}),
        ("PUT", f"{key}/models/{version.model.name}/aliases/best", {"number": 1}),
        ("GET", f"{key}/deployments/{theirs.name}", {}),
        ("POST", f"{key}/deployments/{theirs.name}/pause", {"reason": "x"}),
        ("POST", f"/api/v1/deployments/{mine.key}/{theirs.name}/predict", {"rows": [GOOD_ROW]}),
        ("POST", f"{key}/training-jobs", training | {"dataset": data.dataset.name, "number": 1}),
        ("POST", f"{key}/models/mine/versions", {"run": run.run_id}),
        ("POST", f"{key}/models/{version.model.name}/versions", {"run": run.run_id}),
        ("POST", f"{key}/reviews", {"model": version.model.name, "number": 1}),
        ("POST", f"{key}/reviews", {"model": "mine", "number": 1, "deployment": theirs.name}),
        ("POST", f"{key}/deployments", {"name": "x", "model": version.model.name, "number": 1}),
        ("POST", f"{key}/monitors", {"deployment": theirs.name}),
        ("POST", f"{key}/retrainings", {"deployment": theirs.name}),
        ("POST", f"{key}/items", {"title": "x", "assignee": theirs.project.created_by.username}),
        ("POST", f"{key}/risks", risk_owned_by(theirs.project.created_by.username)),
    ]
    answers = {(method, path): caller.json(method, path, body).status_code for method, path, body in tried}

    assert ours.project_id == mine.pk
    assert {what: status for what, status in answers.items() if status not in (404, 422)} == {}
    assert Event.objects.filter(stream_id=theirs.project_id).count() == before


def risk_owned_by(username):
    return {"title": "x", "phase": "data", "likelihood": 1, "impact": 1, "owner": username}


def test_foreign_runs_and_files_by_the_mlflow_door():
    theirs = make_deployment(name="their-scorer")
    version, run = theirs.live_version, theirs.live_version.run
    mine = make_project()
    caller, door = Caller(mine.created_by), f"/p/{mine.key}/api/2.0"
    root = root_of(run)
    caller.json("POST", f"{door}/mlflow/registered-models/create", {"name": "mine"})
    before = Event.objects.filter(stream_id=theirs.project_id).count()
    named = {"name": version.model.name, "version": "1"}
    metric = {"run_id": run.run_id, "key": "a", "value": 1, "timestamp": 1}

    tried = [
        ("GET", f"mlflow/runs/get?run_id={run.run_id}", {}),
        ("POST", "mlflow/runs/update", {"run_id": run.run_id, "status": "FAILED"}),
        ("POST", "mlflow/runs/delete", {"run_id": run.run_id}),
        ("POST", "mlflow/runs/log-metric", metric),
        ("POST", "mlflow/runs/log-batch", {"run_id": run.run_id, "metrics": [metric]}),
        ("POST", "mlflow/runs/set-tag", {"run_id": run.run_id, "key": "a", "value": "b"}),
        ("GET", f"mlflow/artifacts/list?run_id={run.run_id}", {}),
        ("GET", f"mlflow/experiments/get?experiment_id={run.experiment_id}", {}),
        ("POST", "mlflow/runs/create", {"experiment_id": str(run.experiment_id), "start_time": 1}),
        ("GET", f"mlflow-artifacts/artifacts/{root}/model/model.skops", {}),
        ("GET", f"mlflow-artifacts/artifacts/x/%2e%2e/{root}/model/model.skops", {}),
        ("PUT", f"mlflow-artifacts/artifacts/{root}/model/model.skops", {}),
        ("DELETE", f"mlflow-artifacts/artifacts/{root}/model/model.skops", {}),
        ("GET", f"mlflow-artifacts/artifacts?path={root}/model", {}),
        ("POST", "mlflow/model-versions/create", {"name": "mine", "source": f"runs:/{run.run_id}/model"}),
        ("POST", "mlflow/model-versions/create", {"name": "mine", "source": f"mlflow-artifacts:/{root}/model"}),
        ("POST", "mlflow/model-versions/create", {"name": "mine", "source": "models:/fraud-scorer/1"}),
        ("POST", "mlflow/model-versions/create", {"name": "mine", "source": "file:///etc/passwd"}),
        ("POST", "mlflow/model-versions/transition-stage", named | {"stage": "Production"}),
        ("POST", "mlflow/registered-models/alias", named | {"alias": "champion"}),
        ("DELETE", "mlflow/registered-models/delete", {"name": version.model.name}),
    ]
    answers = {(m, path, json.dumps(body)): caller.json(m, f"{door}/{path}", body) for m, path, body in tried}

    opened = {what: answer.status_code for what, answer in answers.items() if answer.status_code not in (400, 403, 404)}
    empty = [json.loads(answer.getvalue()) for what, answer in answers.items() if what in opened]
    assert all(found in ({}, {"files": []}) for found in empty), opened
    assert Event.objects.filter(stream_id=theirs.project_id).count() == before


def test_nobody_approves_their_own_by_any_door():
    """The author owns the project, and holds every right and every scope."""
    project = make_scoped_project()
    author = project.created_by
    version = make_version(project, by=author)
    review = make_review(version, by=author)
    caller, key = Caller(author), f"/api/v1/projects/{project.key}"
    model, door = f"{key}/models/fraud-scorer", f"/p/{project.key}/api/2.0/mlflow"
    named = {"name": "fraud-scorer", "version": "1"}

    tried = [
        ("POST", f"{key}/reviews/{review.number}/approve", {"comment": "Mine is good."}),
        ("POST", f"{key}/deployments", {"name": "live", "model": "fraud-scorer", "number": 1}),
        ("PUT", f"{model}/aliases/champion", {"number": 1}),
        ("PUT", f"{model}/aliases/production", {"number": 1}),
        ("PUT", f"{model}/aliases/Champion", {"number": 1}),
        ("PATCH", f"{model}/versions/1", {"description": "x", "state": "approved"}),
        ("PATCH", f"{model}/versions/1", {"state": "approved"}),
        ("POST", f"{door}/model-versions/transition-stage", named | {"stage": "Production"}),
        ("POST", f"{door}/model-versions/transition-stage", named | {"stage": "production"}),
        ("POST", f"{door}/registered-models/alias", named | {"alias": "champion"}),
        ("POST", f"{door}/registered-models/alias", named | {"alias": "Production"}),
    ]
    answers = {(m, path, json.dumps(body)): caller.json(m, path, body).status_code for m, path, body in tried}
    page = Client(raise_request_exception=False)
    page.force_login(author)
    at = f"/p/{project.key}"
    page.post(f"{at}/reviews/{review.number}/approve/", {"comment": "Mine", "version": review.version})
    page.post(f"{at}/models/fraud-scorer/1/deploy/", {"name": "live"})
    page.post(f"{at}/models/fraud-scorer/1/aliases/", {"alias": "champion"})

    version.refresh_from_db()
    assert {what: status for what, status in answers.items() if not 400 <= status < 500} == {}
    assert version.state == "in_review"
    assert list(ModelAlias.objects.filter(model__project=project)) == []
    assert list(Deployment.objects.filter(project=project)) == []


def test_a_validator_needs_a_token_made_to_approve():
    review = make_review()
    project = review.project
    validator = make_member(project, Role.VALIDATOR)
    path = f"/api/v1/projects/{project.key}/reviews/{review.number}/approve"

    for scopes in (DEFAULT_SCOPES, (Scope.READ,), (Scope.DEPLOY,)):
        assert Caller(validator, scopes=scopes).json("POST", path, {"comment": "Good."}).status_code == 403
    assert Caller(validator, scopes=(Scope.APPROVE,)).json("POST", path, {"comment": "Good."}).status_code == 200


PATHS = ["../x", "/etc/passwd", "a/../../x", "a//b", "./a", "..", "a\\..\\b", "C:\\x", "~/x", "a/\x01b", "x" * 5000]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_that_leaves_its_place_is_refused(project, owner, path):
    run = make_run(project)
    root = root_of(run)
    before = Event.objects.filter(stream_id=project.pk).count()

    quoted = "".join(f"%{byte:02x}" for byte in path.encode())
    proxied = f"/p/{project.key}/api/2.0/mlflow-artifacts/artifacts/{root}/{quoted}"
    put, got = owner.send("PUT", proxied, b"x", "application/octet-stream"), owner.send("GET", proxied)

    assert (put.status_code, got.status_code) in ((400, 400), (404, 404), (400, 404))
    assert owner.send("GET", f"/api/v1/projects/{project.key}/runs/{run.run_id}/artifacts/{quoted}").status_code >= 400
    assert Event.objects.filter(stream_id=project.pk).count() == before
