"""Who gets in, and what a call looks like that does not."""

import base64

import pytest

from core.roles import Scope
from projects.roles import Role
from tests.factories import make_member, make_project, make_user
from tests.mlflow.door import BOTH_WAYS, Mlflow, refusal, token_of

pytestmark = BOTH_WAYS


def test_a_member_a_viewer_and_a_stranger(project, api):
    viewer = Mlflow(project=project, token=token_of(make_member(project, Role.VIEWER)))
    stranger = Mlflow(project=project, token=token_of(make_user()))

    assert api.post("experiments/create", name="a").status_code == 200
    assert viewer.get("experiments/get-by-name", experiment_name="a").status_code == 200
    assert refusal(viewer.post("experiments/create", name="b")) == (403, "PERMISSION_DENIED")
    assert refusal(stranger.get("experiments/get-by-name", experiment_name="a")) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_no_token_wrong_token_and_cookies_are_not_enough(project, scientist):
    nobody = Mlflow(project=project, header="Bearer tl_wrong")
    with_cookie = Mlflow(project=project, header="x")
    with_cookie.client.force_login(scientist)

    response = nobody.get("experiments/get", experiment_id="0")

    assert refusal(response) == (401, "UNAUTHENTICATED")
    assert response["WWW-Authenticate"].startswith("Basic")
    assert refusal(with_cookie.get("experiments/get", experiment_id="0")) == (401, "UNAUTHENTICATED")


def test_basic_with_the_token_as_password(project, scientist):
    pair = base64.b64encode(f"{scientist.username}:{token_of(scientist)}".encode()).decode()
    other = base64.b64encode(f"somebody:{token_of(scientist)}".encode()).decode()

    assert Mlflow(project=project, header=f"Basic {pair}").get("experiments/get", experiment_id="0").status_code == 200
    assert refusal(Mlflow(project=project, header=f"Basic {other}").get("experiments/get", experiment_id="0")) == (
        401,
        "UNAUTHENTICATED",
    )


def test_a_reading_token_reads_and_does_not_write(project, scientist):
    reader = Mlflow(project=project, token=token_of(scientist, scopes=[Scope.READ]))

    assert reader.post("experiments/search", max_results=5).status_code == 200
    assert refusal(reader.post("experiments/create", name="a")) == (403, "PERMISSION_DENIED")


def test_the_root_logs_to_the_project_of_the_token(project, scientist, api):
    api.experiment("mine")
    bound = Mlflow(token=token_of(scientist, project=project))
    unbound = Mlflow(token=token_of(scientist))

    assert bound.get("experiments/get-by-name", experiment_name="mine").status_code == 200
    assert refusal(unbound.get("experiments/get-by-name", experiment_name="mine")) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_a_token_of_another_project_does_not_open_this_one(project):
    owner = project.created_by
    elsewhere = make_project(owner=owner)
    bound = Mlflow(project=project, token=token_of(owner, project=elsewhere))

    assert refusal(bound.get("experiments/get", experiment_id="0")) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_ids_of_another_project_answer_like_missing_ones(project, api):
    owner = make_user()
    foreign = Mlflow(project=make_project(owner=owner), token=token_of(owner))
    run, experiment = foreign.run()["info"]["run_id"], foreign.experiment("theirs")
    calls = [
        ("GET", "runs/get", {"run_id": run}),
        ("POST", "runs/log-metric", {"run_id": run, "key": "a", "value": 1, "timestamp": 1}),
        ("POST", "runs/update", {"run_id": run, "status": "FINISHED"}),
        ("POST", "runs/delete", {"run_id": run}),
        ("GET", "metrics/get-history", {"run_id": run, "metric_key": "a"}),
        ("GET", "artifacts/list", {"run_id": run}),
        ("GET", "experiments/get", {"experiment_id": experiment}),
        ("POST", "experiments/delete", {"experiment_id": experiment}),
        ("POST", "runs/create", {"experiment_id": experiment}),
        ("POST", "runs/search", {"experiment_ids": [experiment]}),
        ("POST", "logged-models/search", {"experiment_ids": [experiment]}),
    ]

    for method, path, data in calls:
        missing = {name: _missing(value) for name, value in data.items()}
        answer, expected = api.call(method, path, **data), api.call(method, path, **missing)
        assert refusal(answer) == refusal(expected) == (404, "RESOURCE_DOES_NOT_EXIST"), path


def _missing(value):
    if isinstance(value, list):
        return [_missing(one) for one in value]
    if isinstance(value, str) and len(value) == 32:
        return "0" * 32
    return str(int(value) + 1000) if isinstance(value, str) and value.isdigit() else value


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "nothing"),
        ("GET", "runs/create"),
        ("POST", "runs/nothing"),
        ("POST", "traces/nothing/at/all"),
        ("GET", "experiments/nothing/at/all"),
    ],
)
def test_what_is_not_served_says_so(api, method, path):
    assert refusal(api.call(method, path)) == (404, "ENDPOINT_NOT_FOUND")


@pytest.mark.parametrize(("method", "path"), [("GET", "gateway/endpoints/list"), ("POST", "scorers/register")])
def test_what_the_protocol_has_and_this_server_does_not_is_not_implemented(api, method, path):
    assert refusal(api.call(method, path, protocol="3.0")) == (501, "NOT_IMPLEMENTED")


def test_a_newer_version_of_the_protocol_is_not_served(api):
    assert refusal(api.call("GET", "experiments/get", protocol="4.0")) == (404, "ENDPOINT_NOT_FOUND")
    assert api.client.get(f"{api.prefix}/ajax-api/2.0/mlflow/experiments/get", headers=api.headers).status_code == 404


def test_version_3_and_the_server_itself(project, api):
    assert api.ok("GET", "server-info", protocol="3.0")["multipart_uploads_enabled"] is False
    assert api.client.get(f"/p/{project.key}/health", headers=api.headers).content == b"OK"
    assert api.client.get(f"/p/{project.key}/version", headers=api.headers).content == b"3.17.2"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"name": ', "application/json"),
        (b"[1]", "application/json"),
        (b'{"name": NaN}', "application/json"),
        (b'{"name": "a\\u0000b"}', "application/json"),
        (b'{"name": "\\ud800"}', "application/json"),
        (b"\xff\xfe", "application/json"),
        (b'{"name": "a"}', "text/plain"),
        (b'{"name": "a"}', "<script>alert(1)</script>"),
        (b'{"name": 5}', "application/json"),
        (b'{"name": ["a"]}', "application/json"),
        (b'{"name": "a", "tags": {"a": "b"}}', "application/json"),
        (b'{"name": "a", "tags": [{"key": "a", "value": 3}]}', "application/json"),
        (b"{}", "application/json"),
    ],
)
def test_a_body_that_cannot_be_is_refused(api, body, content_type):
    response = api.client.post(
        f"{api.prefix}/api/2.0/mlflow/experiments/create", body, content_type=content_type, headers=api.headers
    )

    assert refusal(response) == (400, "INVALID_PARAMETER_VALUE")
    assert b"<script>" not in response.content


def test_a_body_that_is_too_large_is_refused(api, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    assert refusal(api.post("experiments/create", name="x" * 2000)) == (413, "INVALID_PARAMETER_VALUE")


def test_old_clients_encode_a_body_twice(api):
    response = api.client.post(
        f"{api.prefix}/api/2.0/mlflow/experiments/create",
        b'"{\\"name\\": \\"twice\\"}"',
        content_type="application/json",
        headers=api.headers,
    )

    assert response.status_code == 200


def test_a_call_that_is_not_served_is_no_error_of_the_server(api, caplog):
    answers = [api.get("traces"), api.get("runs/get", run_id="0" * 32)]

    assert [refusal(answer)[0] for answer in answers] == [501, 404]
    assert [record.levelname for record in caplog.records if record.name == "django.request"] == ["WARNING"]
