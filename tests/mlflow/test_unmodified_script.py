"""The real client, in a process of its own, against a real server."""

from pathlib import Path

import pytest

from core.models import Event
from experiments.models import Run
from models_registry.models import Review
from projects.roles import Role
from tests.factories import make_member, make_project
from tests.mlflow.door import token_of
from tests.mlflow.live import run_script

SCRIPT = Path(__file__).with_name("unmodified_script.py")

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_unmodified_script_works_below_the_projects_address(server, tmp_path):
    project = make_project(key="IRIS")
    scientist = make_member(project, Role.DATA_SCIENTIST)

    said = run_script(f"{server}/p/IRIS", tmp_path, SCRIPT, MLFLOW_TRACKING_TOKEN=token_of(scientist))

    refused = said.pop("refused")
    assert said == {
        "big": 3_000_000,
        "search": ["child-2", "parent"],
        "nested": 2,
        "experiments": ["iris"],
        "history": ["0.9", "nan", "0.5"],
        "loss": 0.5,
        "inputs": ["iris"],
        "artifacts": ["files", "notes", "one", "table.json"],
        "files": ["files/deep", "files/empty.txt"],
        "text": "hello",
        "downloaded": 3_000_000,
        "autolog": [True, True, 1],
        "logged_models": ["model", "model", "pickled"],
        "autologged": [150],
        "model_metrics": ["auc"],
        "model_params": 150,
        "by_alias": "1",
        "versions": ["1", "2"],
        "registered": ["iris", "iris-pickled"],
        "copied": "1",
        "loaded": [True] * 6,
        "loaded_pickle": True,
        "default": "Default",
        "frame": True,
    }
    numbers = [review.number for review in Review.objects.order_by("number")]
    assert [code for code, _ in refused] == ["PERMISSION_DENIED"] * 2
    assert all(f"{server}/p/IRIS/reviews/{number}/" in text for number, (_, text) in zip(numbers, refused, strict=True))
    assert Run.objects.filter(project=project, created_by=scientist).count() == 5
    assert Event.objects.filter(stream_id=project.pk, type="run.finished").count() == 5


AT_THE_ROOT = """
import json, mlflow
with mlflow.start_run(run_name="from the root") as run:
    mlflow.log_metric("a", 1)
print(json.dumps(mlflow.search_runs(search_all_experiments=True)["run_id"].tolist() == [run.info.run_id]))
"""


def test_the_root_with_name_and_token_as_password(server, tmp_path):
    project = make_project()
    scientist = make_member(project, Role.DATA_SCIENTIST)
    script = tmp_path / "script.py"
    script.write_text(AT_THE_ROOT)

    found = run_script(
        server,
        tmp_path,
        script,
        MLFLOW_TRACKING_USERNAME=scientist.username,
        MLFLOW_TRACKING_PASSWORD=token_of(scientist, project=project),
    )

    assert found is True
    assert Run.objects.get(project=project).experiment.name == "Default"
