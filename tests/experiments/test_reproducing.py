"""Running a training again: the same to the last digit, or said where it differs; and taking a run along."""

import io
import json
import math
import os
import re
import subprocess
import sys
import zipfile

import pytest
from django.test import Client

from core import jobs
from core.errors import Invalid, NotAllowed
from core.models import Event, Job
from experiments import operations, queries, recipes, rules
from experiments.models import MetricPoint, Reproduction, Run
from experiments.operations import MetricEntry
from experiments.reproduction import compare, launch_of
from projects.roles import Role
from tests.experiments.factories import (
    make_dataset_version,
    make_rows,
    make_run,
    make_scheduled_run,
    make_trained_run,
    put,
    train_for_real,
)
from tests.factories import make_member, make_user, now


def reproduce(run, by=None, **given):
    return operations.reproduce_run(run=run, by=by or run.project.created_by, now=now(), **given)


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.django_db(transaction=True)
def test_training_again_gives_every_metric_again_and_its_project_gives_them_outside(tmp_path, live_server):
    """One training carried out three times: here, here again, and by `mlflow run` of the exported project."""
    version = make_dataset_version(rows=make_rows(400))
    first = train_for_real(version=version, estimator="random_forest", settings={"n_estimators": 20})
    assert first.status == "FINISHED", first.tags

    made = reproduce(first)
    assert jobs.run(Job.objects.get(pk=made.again.training.job_id).pk) == "succeeded"

    made.refresh_from_db()
    judged = [row for row in made.result["rows"] if row["is_within"] is not None]
    assert made.result["verdict"] == "reproduced"
    assert {row["key"] for row in judged} > {"average_precision", "roc_auc", "train_log_loss"}
    assert [row["difference"] for row in judged] == [0.0] * len(judged)
    assert made.result["environment"] == []
    assert made.again.tags["throughline.reproduces"] == first.run_id
    told = Event.objects.get(type="run.reproduced")
    assert (told.subject_id, told.data["again"], told.data["differing"]) == (first.run_id, made.again.run_id, [])

    _assert_project_reproduces(first, tmp_path, live_server.url)


def _assert_project_reproduces(run, tmp_path, portal):
    token = _token(run.project.created_by)
    with zipfile.ZipFile(io.BytesIO(recipes.project_of(run, portal=portal))) as archive:
        archive.extractall(tmp_path / "project")
    given = os.environ | {
        "MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path / 'mlflow.db'}",
        "THROUGHLINE_TOKEN": token,
        "PATH": f"{os.path.dirname(sys.executable)}:{os.environ['PATH']}",
    }
    command = [sys.executable, "-m", "mlflow", "run", str(tmp_path / "project"), "--env-manager", "local"]
    done = subprocess.run(command, env=given, cwd=tmp_path, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-3000:]
    assert "reproduced" in said
    for key in ("average_precision", "roc_auc", "log_loss"):
        value = next(one.value for one in queries.latest_metrics([run])[run.pk] if one.key == key)
        then, now = re.search(rf"same +{key}: (\S+) then, (\S+) now", said).groups()
        assert (float(then), float(now)) == (value, pytest.approx(value, rel=1e-12))  # sums in another order

    (tmp_path / "data").mkdir()
    (tmp_path / "data" / run.training.dataset_version.filename).write_text("amount,is_fraud\n1,0\n")
    done = subprocess.run(
        [sys.executable, "train.py", "--url", portal, "--data", str(tmp_path / "data")],
        env=given, cwd=tmp_path / "project", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "is not the data of this run: its digest is" in done.stderr


def _token(user) -> str:
    from core import operations as people  # noqa: PLC0415 (another module of this name is used above)
    from core.roles import Scope  # noqa: PLC0415

    made = people.create_token(
        user=user, label="for tests", scopes=[Scope.READ], days=1, stream_id=None, by=user, now=now()
    )
    return made.text


def finish_otherwise(made, *, change: float) -> None:
    """What a worker would record, with every metric changed by so much."""
    again = Run.objects.get(pk=made.again_id)
    Run.objects.filter(pk=again.pk).update(status="FINISHED", ended_at=now())
    points = MetricPoint.objects.filter(run=made.first).values_list("key__name", "value", "step")
    entries = [MetricEntry(key, value + change, step, 5) for key, value, step in points]
    operations.log_batch(run=again, metrics=entries, by=None, now=now())
    operations.conclude_reproduction(again=again)
    made.refresh_from_db()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "given", "verdict"),
    [
        (0.0, {}, "reproduced"),
        (0.001, {}, "differs"),
        (0.001, {"relative_tolerance": 0.01}, "reproduced"),
        (0.001, {"absolute_tolerance": 0.002}, "reproduced"),
        (0.001, {"absolute_tolerance": 0.0005}, "differs"),
    ],
)
def test_verdict_follows_the_tolerance(change, given, verdict):
    made = reproduce(make_trained_run(), **given)

    finish_otherwise(made, change=change)

    assert made.result["verdict"] == verdict
    event = {"reproduced": "run.reproduced", "differs": "run.differed"}[verdict]
    differing = [] if verdict == "reproduced" else ["average_precision", "roc_auc"]
    assert Event.objects.get(type=event).data["differing"] == differing
    assert operations.conclude_reproduction(again=made.again) is None


@pytest.mark.django_db
def test_training_that_does_not_finish_is_no_reproduction():
    made = reproduce(make_trained_run())

    jobs.cancel(job=made.again.training.job, by=made.project.created_by, now=now())

    made.refresh_from_db()
    assert made.result == {"verdict": "failed", "rows": [], "environment": []}
    assert Event.objects.get(type="run.differed").data["verdict"] == "failed"


@pytest.mark.django_db
def test_reproduce_by_who_may_not_is_refused():
    run = make_trained_run()
    for person in (make_member(run.project, Role.VIEWER), make_user()):
        with pytest.raises(NotAllowed):
            reproduce(run, by=person)

    assert (Reproduction.objects.count(), Run.objects.count()) == (0, 1)


@pytest.mark.django_db
def test_reproduce_of_what_cannot_be_run_here_says_why():
    trained = make_trained_run()
    project = trained.project
    owner = project.created_by
    scheduled = make_scheduled_run(project, trained.training.dataset_version)
    logged = make_run(project)
    deleted = make_trained_run(project, trained.training.dataset_version)
    operations.delete_run(run=deleted, by=owner, now=now())
    reasons = {run: rules.why_not_reproduce(owner, Run.objects.get(pk=run.pk)) for run in (scheduled, logged, deleted)}

    assert reasons[scheduled] == "There is nothing to compare with: this run is scheduled."
    assert reasons[logged].startswith("A client logged this run")
    assert reasons[deleted] == "This run is deleted. Restore it first."
    assert rules.why_not_reproduce(owner, trained) is None
    for run, reason in reasons.items():
        with pytest.raises(NotAllowed) as refused:
            reproduce(run, by=owner)
        assert refused.value.message == reason
    assert not Reproduction.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("relative_tolerance", -1e-9),
        ("relative_tolerance", 1.1),
        ("relative_tolerance", math.nan),
        ("absolute_tolerance", math.inf),
        ("absolute_tolerance", True),
    ],
)
def test_tolerance_that_cannot_be_is_refused(field, value):
    run = make_trained_run()

    with pytest.raises(Invalid) as refused:
        reproduce(run, **{field: value})

    assert refused.value.field == field
    assert not Reproduction.objects.exists()


def test_compare_looks_at_every_point():
    nan, inf = math.nan, math.inf
    first = [("a", 0, 1.0), ("a", 1, 2.0), ("b", 0, nan), ("c", 0, inf), ("d", 0, 1.0), ("fit_seconds", 0, 3.0)]
    second = [("a", 0, 1.5), ("a", 1, 2.0), ("b", 0, nan), ("c", 0, -inf), ("e", 0, 1.0), ("fit_seconds", 0, 9.0)]

    rows = {row.key: (row.difference, row.is_within) for row in compare(first, second, relative=1e-9, absolute=0)}

    assert rows == {
        "a": (0.5, False), "b": (0.0, True), "c": (inf, False), "d": (None, False), "e": (None, False),
        "fit_seconds": (6.0, None),
    }  # fmt: skip


def test_launch_is_read_from_mlflows_tags():
    tags = {
        "mlflow.source.type": "PROJECT",
        "mlflow.source.name": "https://example.com/cards.git#train",
        "mlflow.source.git.repoURL": "https://example.com/cards.git",
        "mlflow.source.git.commit": "4fa12c9",
        "mlflow.project.entryPoint": "fit",
        "mlflow.project.backend": "local",
    }

    launch = launch_of(tags, {"alpha": "0.5; rm -rf /"})

    assert launch.command == (
        "mlflow run 'https://example.com/cards.git#train' --version 4fa12c9 -e fit -P 'alpha=0.5; rm -rf /'"
    )
    assert launch_of({"mlflow.source.name": "/home/someone/train.py"}, {}).command == ""


@pytest.mark.django_db
def test_project_of_a_client_run_says_what_is_not_known(tmp_path):
    run = make_run()
    operations.log_batch(run=run, by=None, now=now(), params={"alpha": "1"}, tags={"mlflow.source.name": "train.py"})
    with zipfile.ZipFile(io.BytesIO(recipes.project_of(Run.objects.get(pk=run.pk), portal="http://x"))) as archive:
        archive.extractall(tmp_path)

    done = subprocess.run([sys.executable, "rerun.py"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert json.loads((tmp_path / "run.json").read_text())["params"] == {"alpha": "1"}
    assert done.returncode == 1
    assert "its client recorded no repository with a commit" in done.stderr
    assert "is not known" in (tmp_path / "README.md").read_text()


@pytest.mark.django_db
def test_rest_and_page_run_it_again_and_show_the_comparison():
    run = make_trained_run()
    project, client = run.project, client_of(run.project.created_by)
    base = f"/api/v1/projects/{project.key}/runs/{run.run_id}/reproductions"

    answer = client.post(base, json.dumps({"relative_tolerance": 0.5}), content_type="application/json")

    assert answer.status_code == 202
    assert (answer.json()["again_status"], answer.json()["result"]) == ("SCHEDULED", None)
    finish_otherwise(Reproduction.objects.get(), change=0.9)
    told = client.get(answer["Location"]).json()
    assert told["result"]["verdict"] == "differs"
    assert client.get(base).json()["results"] == [told]
    assert client_of(make_user()).get(base).status_code == 404

    page = client.get(f"/p/{project.key}/runs/{run.run_id}/").content.decode()
    assert "How to reproduce" in page
    assert "Differs" in page
    again = client.get(f"/p/{project.key}/runs/{told['again']}/").content.decode()
    assert "This run does <a" in again
    sent = client.post(
        f"/p/{project.key}/runs/{run.run_id}/reproduce", {"relative_tolerance": "2", "absolute_tolerance": "0"}
    )
    assert sent.status_code == 422
    assert Reproduction.objects.count() == 1
    sent = client.post(
        f"/p/{project.key}/runs/{run.run_id}/reproduce", {"relative_tolerance": "0", "absolute_tolerance": "0"}
    )
    assert sent.status_code == 302
    assert sent["Location"] == f"/p/{project.key}/runs/{Reproduction.objects.latest('pk').again.run_id}/"
    zipped = client.get(f"/p/{project.key}/runs/{run.run_id}/project.zip")
    assert zipped["Content-Type"] == "application/zip"
    assert "MLproject" in zipfile.ZipFile(io.BytesIO(zipped.content)).namelist()
    rest = client.get(f"/api/v1/projects/{project.key}/runs/{run.run_id}/project")
    assert rest.content == zipped.content


@pytest.mark.django_db
def test_environment_is_what_the_worker_noted_or_what_was_logged_with_a_model():
    trained, plain = make_trained_run(), make_run()
    training = trained.training
    training.environment = {"python": "3.11.4", "packages": {"scikit-learn": "1.7.0", "numpy": "2.2.0"}}
    training.save()
    put(plain, "model/requirements.txt", b"# made by mlflow\nscikit-learn==1.5.2\n-r more.txt\n\nMarkupSafe\n")
    put(plain, "model/python_env.yaml", b"python: 3.10.14\nbuild_dependencies:\n- pip\n")

    noted, logged = recipes.environment(trained, training), recipes.environment(plain, None)

    assert (noted.python, noted.packages) == ("3.11.4", ["numpy==2.2.0", "scikit-learn==1.7.0"])
    assert (logged.python, logged.packages) == ("3.10.14", ["MarkupSafe", "scikit-learn==1.5.2"])
    assert recipes.environment(make_run(), None) == recipes.Environment("", [], "")
    page = client_of(plain.project.created_by).get(f"/p/{plain.project.key}/runs/{plain.run_id}/").content.decode()
    assert "3.10.14" in page
    assert "MarkupSafe" in page
    assert "more.txt" not in page
