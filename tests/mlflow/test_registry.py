"""Registered models, versions, aliases and stages, as MLflow's clients see them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.roles import Scope
from models_registry.enums import VersionState
from models_registry.models import ModelAlias, ModelVersion, Review
from projects.roles import Role
from tests.factories import make_member, make_project, make_user
from tests.mlflow.door import BOTH_WAYS, Mlflow, refusal, token_of

pytestmark = BOTH_WAYS

RM, MV = "registered-models", "model-versions"


@pytest.fixture
def engineer(project):
    return Mlflow(project=project, token=token_of(make_member(project, Role.ENGINEER)))


def logged_model(api, name="model", experiment="training"):
    run = api.run(
        api.get("experiments/get-by-name", experiment_name=experiment).json().get("experiment", {}).get("experiment_id")
        or api.experiment(experiment)
    )["info"]
    data = {"experiment_id": run["experiment_id"], "name": name, "source_run_id": run["run_id"]}
    info = api.ok("POST", "logged-models", **data)["model"]["info"]
    root = info["artifact_uri"].removeprefix("mlflow-artifacts:/")
    for file in ("MLmodel", "model.pkl"):
        assert api.proxy("PUT", f"artifacts/{root}/{file}", b"flavors: {}").status_code == 200
    return info


def register(api, name="fraud"):
    if api.get(f"{RM}/get", name=name).status_code == 404:
        api.ok("POST", f"{RM}/create", name=name)
    model = logged_model(api)
    source = model["artifact_uri"]
    given = {"name": name, "source": source, "run_id": model["source_run_id"], "model_id": model["model_id"]}
    return api.ok("POST", f"{MV}/create", **given)["model_version"]


def approve(number=1):
    """As if a second person had approved it; how that is done is tested with reviews."""
    ModelVersion.objects.filter(number=number).update(state=VersionState.APPROVED)


def without_times(shown):
    return {key: value for key, value in shown.items() if not key.endswith("_timestamp")}


def test_model_lives(api, scientist):
    api.ok("POST", f"{RM}/create", name="fraud", description="first", tags=[{"key": "team", "value": "cards"}])
    api.ok("PATCH", f"{RM}/update", name="fraud", description="second")
    api.ok("POST", f"{RM}/set-tag", name="fraud", key="a", value="b")
    for _ in range(2):
        api.ok("DELETE", f"{RM}/delete-tag", name="fraud", key="team")
    api.ok("POST", f"{RM}/rename", name="fraud", new_name="card fraud")

    found = api.ok("GET", f"{RM}/get", name="card fraud")["registered_model"]

    assert without_times(found) == {
        "name": "card fraud",
        "user_id": scientist.username,
        "description": "second",
        "tags": [{"key": "a", "value": "b"}],
    }
    assert found["creation_timestamp"] <= found["last_updated_timestamp"]
    api.ok("DELETE", f"{RM}/delete", name="card fraud")
    assert refusal(api.get(f"{RM}/get", name="card fraud")) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_version_lives(api, scientist):
    version = register(api)
    model_id = version["model_id"]
    api.ok("PATCH", f"{MV}/update", name="fraud", version="1", description="the first")
    api.ok("POST", f"{MV}/set-tag", name="fraud", version="1", key="a", value="b")
    api.ok("POST", f"{MV}/set-tag", name="fraud", version="1", key="c", value="d")
    for _ in range(2):
        api.ok("DELETE", f"{MV}/delete-tag", name="fraud", version="1", key="c")

    found = api.ok("GET", f"{MV}/get", name="fraud", version="1")["model_version"]

    assert without_times(found) == {
        "name": "fraud",
        "version": "1",
        "user_id": scientist.username,
        "current_stage": "None",
        "description": "the first",
        "source": version["source"],
        "run_id": version["run_id"],
        "status": "READY",
        "tags": [{"key": "a", "value": "b"}],
        "model_id": model_id,
    }
    uri = api.ok("GET", f"{MV}/get-download-uri", name="fraud", version=1)["artifact_uri"]
    assert uri == version["source"]
    listing = api.client.get(
        f"{api.prefix}/api/2.0/mlflow-artifacts/artifacts",
        {"path": uri.removeprefix("mlflow-artifacts:/")},
        headers=api.headers,
    )
    assert [one["path"] for one in listing.json()["files"]] == ["MLmodel", "model.pkl"]
    api.ok("DELETE", f"{MV}/delete", name="fraud", version="1")
    assert refusal(api.get(f"{MV}/get", name="fraud", version="1")) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_every_way_to_name_a_source(api):
    api.ok("POST", f"{RM}/create", name="fraud")
    model = logged_model(api)
    run_id, model_id, uri = model["source_run_id"], model["model_id"], model["artifact_uri"]
    run_root = f"{model['experiment_id']}/{run_id}/artifacts"
    api.proxy("PUT", f"artifacts/{run_root}/old/MLmodel", b"flavors: {}")
    sources = {
        f"runs:/{run_id}/model": uri,
        f"runs:/{run_id}/old": f"mlflow-artifacts:/{run_root}/old",
        f"models:/{model_id}": uri,
        uri: uri,
        f"mlflow-artifacts:/{run_root}/old": f"mlflow-artifacts:/{run_root}/old",
        "models:/fraud/1": uri,
    }

    for number, (source, place) in enumerate(sources.items(), start=1):
        version = api.ok("POST", f"{MV}/create", name="fraud", source=source)["model_version"]
        assert (version["version"], version["source"], version["run_id"]) == (str(number), source, run_id), source
        download = api.ok("GET", f"{MV}/get-download-uri", name="fraud", version=number)
        assert download == {"artifact_uri": place}, source


@pytest.mark.parametrize(
    "source",
    [
        "file:///etc/passwd",
        "/etc/passwd",
        "s3://bucket/x",
        "http://127.0.0.1:1/x",
        "mlflow-artifacts://other-host/1/x/artifacts",
        "mlflow-artifacts:/../../etc",
        "mlflow-artifacts:/",
        "mlflow-artifacts:/1",
        "runs:/",
        "models:/",
        "models:/fraud",
        "models:/fraud@champion",
        "models:/fraud/latest",
        "dbfs:/x",
    ],
)
def test_a_source_that_is_none_of_ours_is_refused(api, source):
    api.ok("POST", f"{RM}/create", name="fraud")

    assert refusal(api.post(f"{MV}/create", name="fraud", source=source)) == (400, "INVALID_PARAMETER_VALUE")
    assert ModelVersion.objects.count() == 0


def test_a_source_of_another_project_is_missing(api, project):
    owner = make_user()
    foreign = Mlflow(project=make_project(owner=owner), token=token_of(owner))
    theirs = logged_model(foreign)
    register(foreign, "theirs")
    api.ok("POST", f"{RM}/create", name="fraud")
    sources = [
        {"source": f"runs:/{theirs['source_run_id']}/model"},
        {"source": f"models:/{theirs['model_id']}"},
        {"source": theirs["artifact_uri"]},
        {"source": "models:/theirs/1"},
        {"source": "runs:/x/y", "run_id": theirs["source_run_id"]},
        {"source": "runs:/x/y", "model_id": theirs["model_id"]},
    ]

    for given in sources:
        response = api.post(f"{MV}/create", name="fraud", **given)
        assert refusal(response) == (404, "RESOURCE_DOES_NOT_EXIST"), given
    assert refusal(api.get(f"{RM}/get", name="theirs")) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert api.ok("GET", f"{RM}/search") == {
        "registered_models": [api.ok("GET", f"{RM}/get", name="fraud")["registered_model"]]
    }


def test_refusals(api, project):
    api.ok("POST", f"{RM}/create", name="fraud")
    viewer = Mlflow(project=project, token=token_of(make_member(project, Role.VIEWER)))
    prompt = [{"key": "mlflow.prompt.is_prompt", "value": "true"}]

    assert refusal(api.post(f"{RM}/create", name="fraud")) == (400, "RESOURCE_ALREADY_EXISTS")
    assert refusal(api.post(f"{RM}/create", name="a/b")) == (400, "INVALID_PARAMETER_VALUE")
    assert refusal(api.post(f"{RM}/create", name="")) == (400, "INVALID_PARAMETER_VALUE")
    assert refusal(api.post(f"{RM}/create", name="p", tags=prompt)) == (400, "INVALID_PARAMETER_VALUE")
    assert refusal(api.post(f"{MV}/create", name="fraud", source="file:///etc", tags=prompt)) == (
        400,
        "INVALID_PARAMETER_VALUE",
    )
    assert refusal(api.post(f"{MV}/create", name="other", source="models:/m-x")) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert refusal(viewer.post(f"{RM}/create", name="b")) == (403, "PERMISSION_DENIED")
    for number in ("0", "-1", "abc", "1.5", str(2**40), ""):
        assert refusal(api.get(f"{MV}/get", name="fraud", version=number)) == (400, "INVALID_PARAMETER_VALUE"), number


def test_free_alias_moves_and_loads(api):
    register(api)
    register(api)
    for number in ("1", "2"):
        api.ok("POST", f"{RM}/alias", name="fraud", alias="candidate", version=number)

    by_alias = api.ok("GET", f"{RM}/alias", name="fraud", alias="candidate")["model_version"]

    assert (by_alias["version"], by_alias["aliases"]) == ("2", ["candidate"])
    model = api.ok("GET", f"{RM}/get", name="fraud")["registered_model"]
    assert model["aliases"] == [{"alias": "candidate", "version": "2"}]
    assert [one["version"] for one in model["latest_versions"]] == ["2"]
    for _ in range(2):
        api.ok("DELETE", f"{RM}/alias", name="fraud", alias="candidate")
    assert refusal(api.get(f"{RM}/alias", name="fraud", alias="candidate")) == (400, "INVALID_PARAMETER_VALUE")
    for bad in ("latest", "v1", "a b", "a/b", "x" * 256):
        response = api.post(f"{RM}/alias", name="fraud", alias=bad, version="1")
        assert refusal(response) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize(
    "promotion",
    [
        ("POST", f"{RM}/alias", {"alias": "champion"}),
        ("POST", f"{RM}/alias", {"alias": "Production"}),
        ("POST", f"{MV}/transition-stage", {"stage": "Production"}),
    ],
)
def test_promotion_of_an_unapproved_version_opens_one_review(api, project, promotion):
    method, path, data = promotion
    register(api)

    responses = [api.call(method, path, name="fraud", version="1", **data) for _ in range(2)]

    review = Review.objects.get()
    for response in responses:
        assert refusal(response) == (403, "PERMISSION_DENIED")
        assert f"http://testserver/p/{project.key}/reviews/{review.number}/" in response.json()["message"]
    assert ModelVersion.objects.get().state == VersionState.IN_REVIEW
    assert ModelAlias.objects.count() == 0


def test_promotion_of_an_approved_version(api, engineer):
    register(api)
    approve()

    assert refusal(api.post(f"{RM}/alias", name="fraud", alias="champion", version="1")) == (403, "PERMISSION_DENIED")
    engineer.ok("POST", f"{RM}/alias", name="fraud", alias="champion", version="1")
    shown = engineer.ok("POST", f"{MV}/transition-stage", name="fraud", version="1", stage="production")
    assert shown["model_version"]["current_stage"] == "Production"
    assert shown["model_version"]["aliases"] == ["champion", "production"]
    latest = api.ok("POST", f"{RM}/get-latest-versions", name="fraud", stages=["Production"])["model_versions"]
    assert [one["version"] for one in latest] == ["1"]
    engineer.ok("POST", f"{MV}/transition-stage", name="fraud", version="1", stage="None")
    assert api.ok("GET", f"{RM}/get-latest-versions", name="fraud", stages="Production") == {"model_versions": []}


def test_promotion_needs_a_token_that_may_deploy(api, project):
    register(api)
    approve()
    user = make_member(project, Role.ENGINEER)
    writer = Mlflow(project=project, token=token_of(user, scopes=[Scope.READ, Scope.WRITE]))

    response = writer.post(f"{RM}/alias", name="fraud", alias="champion", version="1")

    assert refusal(response) == (403, "PERMISSION_DENIED")
    assert ModelAlias.objects.count() == 0


def test_staging_and_archived_are_shown_as_stages(api):
    register(api)
    register(api)
    api.ok("POST", f"{MV}/transition-stage", name="fraud", version="1", stage="Staging")
    api.ok("POST", f"{MV}/transition-stage", name="fraud", version="2", stage="Archived")

    latest = api.ok("POST", f"{RM}/get-latest-versions", name="fraud")["model_versions"]

    assert {one["version"]: one["current_stage"] for one in latest} == {"1": "Staging", "2": "Archived"}
    unknown = api.post(f"{MV}/transition-stage", name="fraud", version="1", stage="Live")
    assert refusal(unknown) == (400, "INVALID_PARAMETER_VALUE")
    again = api.post(f"{MV}/transition-stage", name="fraud", version="2", stage="Archived")
    assert refusal(again) == (409, "RESOURCE_CONFLICT")


def test_search(api):
    first = register(api, "a")
    register(api, "b")
    register(api, "b")
    api.ok("POST", f"{MV}/set-tag", name="b", version="2", key="x", value="y")

    def models(**given):
        return [one["name"] for one in api.ok("GET", f"{RM}/search", **given)["registered_models"]]

    def versions(**given):
        found = api.ok("GET", f"{MV}/search", **given)["model_versions"]
        return [(one["name"], one["version"]) for one in found]

    assert models(filter="tag.`mlflow.prompt.is_prompt` != 'true'") == ["a", "b"]
    assert models(filter="name LIKE 'b%' AND tags.`mlflow.prompt.is_prompt` != 'true'") == ["b"]
    assert models(filter="tags.`mlflow.prompt.is_prompt` = 'true'") == []
    assert models(order_by=["name DESC", "creation_timestamp"]) == ["b", "a"]
    assert versions(filter="name='b'", order_by="version_number ASC") == [("b", "1"), ("b", "2")]
    assert versions(filter="name IN ('a')") == [("a", "1")]
    assert versions(filter="version_number > 1") == [("b", "2")]
    assert versions(filter=f"run_id = '{first['run_id']}'") == [("a", "1")]
    assert versions(filter="tags.x = 'y'") == [("b", "2")]
    assert versions() == [("b", "2"), ("b", "1"), ("a", "1")]
    page = api.ok("GET", f"{MV}/search", max_results=2)
    rest = api.ok("GET", f"{MV}/search", max_results=2, page_token=page["next_page_token"])
    assert (len(page["model_versions"]), len(rest["model_versions"])) == (2, 1)


@pytest.mark.parametrize("path", [f"{RM}/search", f"{MV}/search"])
@pytest.mark.parametrize(
    "given",
    [
        {"filter": "foo = 'x'"},
        {"filter": "name > 'x'"},
        {"filter": "name = 'a' OR name = 'b'"},
        {"filter": "name IN ()"},
        {"filter": "tags.a = 1"},
        {"order_by": "password"},
        {"max_results": 0},
        {"max_results": 10**9},
        {"page_token": "x"},
    ],
)
def test_search_arguments_that_cannot_be(api, path, given):
    assert refusal(api.get(path, **given)) == (400, "INVALID_PARAMETER_VALUE")


def test_three_versions_cost_what_one_costs(api):
    for name in ("a", "b", "c"):
        register(api, name)

    def cost(path, size):
        with CaptureQueriesContext(connection) as queries:
            api.ok("GET", path, max_results=size)
        return len(queries)

    for path in (f"{RM}/search", f"{MV}/search"):
        assert cost(path, 1) == cost(path, 3), path
