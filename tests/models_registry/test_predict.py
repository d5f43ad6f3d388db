"""Predictions and their truth, by REST: every kind of bad input, and who may."""

import json
import uuid

import pytest
from django.test import Client

from core import operations as core
from core.models import Event
from core.roles import Scope
from models_registry import operations
from models_registry.models import Deployment, ModelVersion, PredictionLog
from projects.roles import Role
from tests.factories import make_member, make_user, now
from tests.models_registry.factories import GOOD_ROW, make_approved, make_deployment

pytestmark = pytest.mark.django_db


class Caller:
    def __init__(self, user, *scopes):
        made = core.create_token(user=user, label="test", by=user, now=now(), scopes=scopes or list(Scope))
        self.headers = {"Authorization": f"Bearer {made.text}"}
        self.client = Client()

    def post(self, path, body, content_type="application/json"):
        content = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.post(path, content, content_type=content_type, headers=self.headers)


@pytest.fixture
def deployment():
    return make_deployment()


@pytest.fixture
def caller(deployment):
    return Caller(make_member(deployment.project, Role.ENGINEER))


def address(deployment, what="predict"):
    return f"/api/v1/deployments/{deployment.project.key}/{deployment.name}/{what}"


def invocations(deployment):
    return f"/p/{deployment.project.key}/deployments/{deployment.name}/invocations"


def test_predict_answers_and_logs(deployment, caller):
    response = caller.post(address(deployment), {"rows": [GOOD_ROW, GOOD_ROW | {"amount": 400.0}]})

    body = response.json()
    assert response.status_code == 200, body
    assert (body["deployment"], body["model"], body["version"]) == ("card-fraud", "fraud-scorer", 1)
    logged = list(PredictionLog.objects.order_by("pk"))
    assert [str(row.prediction_id) for row in logged] == [one["prediction_id"] for one in body["predictions"]]
    assert [row.label for row in logged] == [one["label"] for one in body["predictions"]]
    assert [row.features for row in logged] == [GOOD_ROW, GOOD_ROW | {"amount": 400.0}]
    assert {row.model_version_id for row in logged} == {deployment.live_version_id}
    assert all(0 <= one["score"] <= 1 for one in body["predictions"])


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"amount": "much"}, "rows.1.amount", "wrong_type"),
        ({"amount": True}, "rows.1.amount", "wrong_type"),
        ({"amount": None}, "rows.1.amount", "null_not_allowed"),
        ({"amount": float("nan")}, "rows.1.amount", "not_finite"),
        ({"amount": float("inf")}, "rows.1.amount", "not_finite"),
        ({"hour": 1.5}, "rows.1.hour", "wrong_type"),
        ({"merchant": 7}, "rows.1.merchant", "wrong_type"),
        ({"merchant": ["grocer"]}, "rows.1.merchant", "wrong_type"),
        ({"tip": 1}, "rows.1.tip", "unknown_column"),
    ],
)
def test_predict_names_column_and_row(deployment, caller, change, field, code):
    response = caller.post(address(deployment), {"rows": [GOOD_ROW, GOOD_ROW | change]})

    problem = response.json()
    assert response.status_code == 422, problem
    assert response["Content-Type"] == "application/problem+json"
    assert [(error["field"], error["code"]) for error in problem["errors"]] == [(field, code)]
    assert not PredictionLog.objects.exists()


def test_predict_missing_column(deployment, caller):
    problem = caller.post(address(deployment), {"rows": [{"hour": 1, "merchant": "grocer"}]}).json()

    assert [(error["field"], error["code"]) for error in problem["errors"]] == [("rows.0.amount", "missing_column")]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"rows": []}, 422, "no_rows"),
        ({"rows": [7]}, 422, "not_an_object"),
        ({"rows": {"amount": 1}}, 422, "wrong_shape"),
        ({}, 422, "required"),
        ({"rows": [GOOD_ROW], "more": 1}, 422, "unknown_field"),
        ("{", 400, "invalid_json"),
        ("[]", 400, "invalid_json"),
        ('{"rows": [{"hour": 1, "hour": 2}]}', 400, "invalid_json"),
        ("[" * 5000, 400, "invalid_json"),
        ({"rows": [GOOD_ROW] * 10_001}, 413, "too_many_rows"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_predict_bad_body(deployment, caller, body, status, code):
    response = caller.post(address(deployment), body)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not PredictionLog.objects.exists()


def test_predict_body_too_large(deployment, caller):
    response = caller.client.post(
        address(deployment),
        b" " * (33 * 1024 * 1024),
        content_type="application/json",
        headers=caller.headers,
    )

    assert response.status_code == 413


def test_predict_unseen_category_is_a_warning(deployment, caller):
    body = caller.post(address(deployment), {"rows": [GOOD_ROW, GOOD_ROW | {"merchant": "casino"}]}).json()

    assert [(one["row"], one["column"], one["code"]) for one in body["warnings"]] == [
        (1, "merchant", "unseen_category")
    ]
    assert len(body["predictions"]) == 2


def test_predict_paused(deployment, caller):
    operations.pause_deployment(deployment=deployment, reason="Wrong data.", by=None, now=now())

    response = caller.post(address(deployment), {"rows": [GOOD_ROW]})

    assert (response.status_code, response.json()["code"], "Retry-After" in response) == (503, "paused", True)


def test_predict_access(deployment):
    viewer, stranger = make_member(deployment.project, Role.VIEWER), make_user()
    scoped = Caller(make_member(deployment.project, Role.ENGINEER), Scope.READ, Scope.WRITE)

    def status(caller):
        return caller.post(address(deployment), {"rows": [GOOD_ROW]}).status_code

    assert [status(Caller(viewer)), status(Caller(stranger)), status(scoped)] == [403, 404, 403]
    assert Client().post(address(deployment), {}, content_type="application/json").status_code == 401
    assert not PredictionLog.objects.exists()


def test_predict_costs_few_queries(deployment, caller, django_assert_max_num_queries):
    caller.post(address(deployment), {"rows": [GOOD_ROW]})

    with django_assert_max_num_queries(7):
        caller.post(address(deployment), {"rows": [GOOD_ROW]})
    with django_assert_max_num_queries(7):
        caller.post(address(deployment), {"rows": [GOOD_ROW] * 500})


@pytest.mark.parametrize(
    "body",
    [
        {"dataframe_records": [GOOD_ROW, GOOD_ROW]},
        {"dataframe_split": {"columns": list(GOOD_ROW), "data": [list(GOOD_ROW.values())] * 2}},
        {"instances": [GOOD_ROW, GOOD_ROW]},
        {"instances": [list(GOOD_ROW.values())] * 2},
        {"inputs": {name: [value, value] for name, value in GOOD_ROW.items()}},
        {"inputs": {name: [[value], [value]] for name, value in GOOD_ROW.items()}},
    ],
    ids=lambda body: f"{next(iter(body))}-{type(next(iter(body.values()))).__name__}",
)
def test_invocations_take_mlflows_formats(deployment, caller, body):
    response = caller.post(invocations(deployment), body)

    answered = response.json()
    assert response.status_code == 200, answered
    assert (len(answered["predictions"]), answered["version"], len(answered["prediction_ids"])) == (2, 1, 2)
    assert [row.features for row in PredictionLog.objects.all()] == [GOOD_ROW, GOOD_ROW]


def test_invocations_take_csv(deployment, caller):
    response = caller.post(invocations(deployment), "amount,hour,merchant\n12.5,3,grocer\n", "text/csv")

    assert response.status_code == 200, response.json()
    assert PredictionLog.objects.get().features == GOOD_ROW


@pytest.mark.parametrize(
    ("body", "kind", "field"),
    [
        ("amount,hour,merchant\nmuch,3,grocer\n", "text/csv", "rows.0.amount"),
        ("amount,hour\n1,2,3\n", "text/csv", "csv.0"),
        (b"\xff\xfe", "text/csv", "csv"),
        ({"dataframe_split": {"columns": ["amount"]}}, "application/json", "dataframe_split"),
        ({"dataframe_split": {"columns": ["amount"], "data": [[1, 2]]}}, "application/json", "dataframe_split.data.0"),
        ({"instances": [[1]]}, "application/json", "instances.0"),
        ({"inputs": {"amount": [1], "hour": [1, 2]}}, "application/json", "inputs"),
        ({"instances": [GOOD_ROW], "inputs": []}, "application/json", "instances"),
        ({"instances": [GOOD_ROW], "params": {"t": 1}}, "application/json", "instances"),
        ({"what": 1}, "application/json", "what"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_invocations_bad_body(deployment, caller, body, kind, field):
    response = caller.post(invocations(deployment), body, kind)

    assert response.status_code == 422, response.json()
    assert response.json()["errors"][0]["field"] == field


def predicted(caller, deployment, count=2):
    body = caller.post(address(deployment), {"rows": [GOOD_ROW] * count}).json()
    return [one["prediction_id"] for one in body["predictions"]]


def test_labels_set_the_truth(deployment, caller):
    first, second = predicted(caller, deployment)
    strange = str(uuid.uuid4())
    path = address(deployment, "labels")

    sent = [{"prediction_id": first, "truth": 1}, {"prediction_id": strange, "truth": 1}]
    assert caller.post(path, {"labels": sent}).json() == {
        "labelled": 1,
        "changed": 0,
        "unchanged": 0,
        "unknown": [strange],
    }
    again = [{"prediction_id": first, "truth": 1}, {"prediction_id": second, "truth": 0}]
    assert caller.post(path, {"labels": again}).json() == {"labelled": 1, "changed": 0, "unchanged": 1, "unknown": []}
    changed = caller.post(path, {"labels": [{"prediction_id": first, "truth": 0}]}).json()
    assert (changed["changed"], PredictionLog.objects.get(prediction_id=first).truth) == (1, 0)
    told = Event.objects.filter(stream_id=deployment.project_id, type="predictions.labelled")
    assert [(event.data["labelled"], event.data["changed"]) for event in told.order_by("seq")] == [
        (1, 0),
        (1, 0),
        (0, 1),
    ]


def test_predict_takes_csv(deployment, caller):
    response = caller.post(address(deployment), "amount,hour,merchant\n12.5,3,grocer\n", "text/csv; charset=utf-8")

    assert (response.status_code, response.json()["version"]) == (200, 1), response.json()
    assert PredictionLog.objects.get().features == GOOD_ROW


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("amount,hour,merchant\nmuch,3,grocer\n", "rows.0.amount"),
        ("amount,hour,merchant\n1,3,gro\0cer\n", "csv"),
        ("amount,hour\n1,2,3\n", "csv.0"),
        ("", "rows"),
    ],
)
def test_predict_bad_csv(deployment, caller, body, field):
    response = caller.post(address(deployment), body, "text/csv")

    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, field), response.json()
    assert not PredictionLog.objects.exists()


@pytest.mark.parametrize("what", ["predict", "labels"])
def test_no_body_at_all_is_refused(deployment, caller, what):
    path = address(deployment, what)
    said = caller.client.generic("POST", path, b"", CONTENT_TYPE="text/csv", headers=caller.headers)

    assert said.status_code == 422, said.content


def test_labels_take_csv(deployment, caller):
    first, second = predicted(caller, deployment)

    answer = caller.post(address(deployment, "labels"), f"prediction_id,truth\n{first},1\n{second},0\n", "text/csv")

    assert (answer.status_code, answer.json()["labelled"]) == (200, 2), answer.json()
    assert list(PredictionLog.objects.order_by("pk").values_list("truth", flat=True)) == [1, 0]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("prediction_id,truth\nx,1\n", "labels.0.prediction_id"),
        ("prediction_id,truth\n{id},fraud\n", "labels.0.truth"),
        ("prediction_id,truth\n{id},\n", "labels.0.truth"),
        ("prediction_id\n{id}\n", "csv"),
        ("prediction_id,truth\n{id}\n", "csv.0"),
        ("prediction_id,truth\n", "csv"),
        ("\n", "csv"),
    ],
)
def test_labels_bad_csv(deployment, caller, body, field):
    first, _ = predicted(caller, deployment)

    response = caller.post(address(deployment, "labels"), body.replace("{id}", first), "text/csv")

    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, field), response.json()
    assert not PredictionLog.objects.filter(truth_at__isnull=False).exists()


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ({"prediction_id": "x", "truth": 1}, "labels.1.prediction_id"),
        ({"truth": "fraud"}, "labels.1.truth"),
        ({"truth": True}, "labels.1.truth"),
        ({"truth": None}, "labels.1.truth"),
        ({"truth": {"a": 1}}, "labels.1.truth"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_labels_bad_are_named_and_nothing_is_written(deployment, caller, label, field):
    first, second = predicted(caller, deployment)

    labels = [{"prediction_id": first, "truth": 1}, {"prediction_id": second} | label]
    response = caller.post(address(deployment, "labels"), {"labels": labels})

    assert response.status_code in (400, 422), response.json()
    assert response.json()["errors"][0]["field"] == field
    assert not PredictionLog.objects.filter(truth_at__isnull=False).exists()


def test_labels_of_another_deployment_are_unknown(deployment, caller):
    first, _ = predicted(caller, deployment)
    other = operations.deploy_version(
        project=deployment.project, name="shadow", version=deployment.live_version, by=None, now=now()
    )

    answer = caller.post(address(other, "labels"), {"labels": [{"prediction_id": first, "truth": 1}]}).json()

    assert answer["unknown"] == [first]


def test_answers_name_the_version_that_served_across_a_flip(deployment, caller):
    second = make_approved(deployment.project, seed=2)
    versions = []
    for number in range(6):
        if number == 2:
            operations.deploy_version(project=deployment.project, name="card-fraud", version=second, by=None, now=now())
        if number == 4:
            operations.roll_back(deployment=Deployment.objects.get(), by=None, now=now())
        versions.append(caller.post(address(deployment), {"rows": [GOOD_ROW]}).json()["version"])

    assert versions == [1, 1, 2, 2, 1, 1]
    logged = PredictionLog.objects.order_by("pk").values_list("model_version__number", flat=True)
    assert list(logged) == versions
    assert ModelVersion.objects.filter(state="approved").count() == 2
