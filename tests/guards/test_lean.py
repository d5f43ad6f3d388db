"""The short way of the MLflow protocol lets nobody in whom the ordinary door refuses."""

import pytest
from django.urls import resolve

from config.asgi import application
from core.roles import Scope
from experiments.mlflow.door import Door
from projects.roles import Role
from tests.asgi import AsgiClient, looping
from tests.factories import make_member, make_project, make_user
from tests.mlflow.door import Mlflow, token_of

LEAN = application.application_mapping["http"].routes

# What each needs to be more than a call that cannot be read.
GIVEN = {"name": "m", "alias": "a", "key": "k", "value": "1", "timestamp": 1, "metric_key": "k", "status": "FINISHED"}


@pytest.fixture
def asgi(transactional_db, monkeypatch):
    with looping() as loop:
        monkeypatch.setattr(AsgiClient, "loop", loop, raising=False)
        monkeypatch.setattr(Mlflow, "client_class", AsgiClient)
        yield


@pytest.mark.parametrize("method_and_path", LEAN, ids=" ".join)
def test_each_is_a_call_of_the_ordinary_door_with_the_same_scope(method_and_path):
    method, path = method_and_path
    door: Door = resolve(f"/api/2.0/mlflow/{path}").func.door

    found, _ = door.find(method, path)

    assert (found.path, found.scope) == (path, LEAN[method_and_path].scope)


@pytest.mark.usefixtures("asgi")
def test_nobody_no_stranger_and_no_viewer_comes_in():
    project = make_project()
    callers = {
        401: Mlflow(project=project, header="Bearer tl_wrong"),
        404: Mlflow(project=project, token=token_of(make_user())),
        403: Mlflow(project=project, token=token_of(make_member(project, Role.VIEWER), scopes=[Scope.READ])),
    }
    member = Mlflow(project=project, token=token_of(make_member(project, Role.DATA_SCIENTIST)))
    run = member.run()["info"]
    given = GIVEN | {"run_id": run["run_id"], "run_ids": run["run_id"], "experiment_id": run["experiment_id"]}

    for (method, path), route in LEAN.items():
        for status, caller in callers.items():
            answer = caller.call(method, path, **given, experiment_ids=[run["experiment_id"]])
            if status == 403 and route.scope == Scope.READ:
                assert answer.status_code != 403, path
            else:
                assert answer.status_code == status, path
