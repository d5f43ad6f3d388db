"""Importing a stock MLflow: everything, exactly once, whatever dies meanwhile."""

import io
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from mlflow import MlflowClient

from core import jobs, storage
from core.models import Event, Job
from experiments.models import Artifact, Experiment, LoggedModel, MetricPoint, Run, RunInput
from models_registry.models import ModelVersion, RegisteredModel
from porting import operations
from porting.models import Import, ImportedItem
from tests.factories import make_project, now
from tests.porting.conftest import filled, serving
from tests.porting.source import POINTS, snapshot

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

WORKER = """
import sys, django
django.setup()
import threading
from core import jobs
jobs.run(int(sys.argv[1]))
"""


def import_of(project, stock) -> Import:
    return operations.start_import(project=project, path=stock.uri, by=project.created_by, now=now())


def carried_out(made) -> Import:
    assert jobs.run(made.job_id) == "succeeded", Job.objects.get(pk=made.job_id).error
    return Import.objects.get(pk=made.pk)


def notes(made) -> list[tuple[str, str, str]]:
    return list(made.notes.order_by("pk").values_list("kind", "item", "reason"))


def totals() -> dict[str, int]:
    tables = (Experiment, Run, MetricPoint, RunInput, Artifact, LoggedModel, RegisteredModel, ModelVersion)
    return {table.__name__: table.objects.count() for table in tables}


EXPECTED = {
    "Experiment": 3,
    "Run": 4,
    "MetricPoint": POINTS + 6,
    "RunInput": 1,
    "Artifact": 4,
    "LoggedModel": 1,
    "RegisteredModel": 1,
    "ModelVersion": 3,
}


def test_import_of_a_database_takes_everything_and_the_next_one_only_what_is_new(stock, capsys):
    project = make_project(key="CARDS")

    call_command("import_mlflow", "CARDS", "--from", stock.uri, "--by", project.created_by.username)

    assert totals() == EXPECTED
    _assert_runs(project, stock)
    _assert_registry(stock)
    first = Import.objects.get()
    assert first.done == {
        "experiments": 3, "runs": 4, "points": POINTS + 6, "files": 4, "bytes": 256046, "models": 1,
        "registered": 1, "versions": 3, "unchanged": 0,
    }  # fmt: skip
    assert first.expected == {"experiments": 3, "runs": 4, "points": POINTS + 6, "bytes": 256046, "models": 1}
    assert notes(first) == [
        ("version", "scorer/1", "The alias “champion” was not granted: nobody has approved the version here."),
        ("version", "scorer/1", "The stage “Production” was not granted: nobody has approved the version here."),
    ]
    assert first.sealed == ""

    again = carried_out(import_of(project, stock))

    assert totals() == EXPECTED
    assert (again.done["runs"], again.done["points"], again.done["files"]) == (4, 0, 0)
    assert again.done["unchanged"] == 4 + 1 + 3


@pytest.fixture
def database():
    """The address of an empty PostgreSQL database beside ours."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE mlflow_of_a_team")
    url = urlsplit(os.environ["DATABASE_URL"])
    yield url._replace(path="/mlflow_of_a_team").geturl()
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE mlflow_of_a_team WITH (FORCE)")


def test_import_of_a_postgresql_database_takes_everything(database, tmp_path):
    project = make_project(key="CARDS")
    spoken = database.replace("postgresql://", "postgresql+psycopg://")
    with filled(tmp_path, spoken) as stock:
        pass

    person = project.created_by.username
    call_command("import_mlflow", "CARDS", "--from", database, "--artifacts", str(tmp_path), "--by", person)

    assert totals() == EXPECTED
    _assert_runs(project, stock)
    _assert_registry(stock)
    assert Import.objects.get().done["files"] == 4


def _assert_runs(project, stock):
    parent, child = (Run.objects.get(run_id=stock.ids[name]) for name in ("parent", "child"))
    assert (parent.name, parent.status, parent.experiment.name) == ("parent", "FINISHED", "Fraud")
    assert (parent.started_at.timestamp(), parent.ended_at.timestamp()) == (1_700_000_000, 1_700_000_009)
    assert (len(parent.params), parent.params["long"], parent.params["empty"]) == (152, "x" * 6000, "")
    assert (parent.tags["stage"], parent.tags["mlflow.user"]) == ("final", "someone")
    assert child.tags["mlflow.parentRunId"] == parent.run_id
    odd = MetricPoint.objects.filter(run=parent, key__name="odd/value").order_by("step")
    assert [(p.step, p.timestamp_ms, str(p.value)) for p in odd] == [
        (-3, 20, "-0.1"), (0, 10, "nan"), (1, 20, "1.0"), (5, 30, "nan"),
    ]  # fmt: skip
    curve = MetricPoint.objects.filter(run=parent, key__name="curve").order_by("step")
    assert [p.value for p in curve] == [math.sin(i / 50) for i in range(POINTS)]
    assert Run.objects.get(run_id=stock.ids["deleted"]).lifecycle == "deleted"
    assert Experiment.objects.get(project=project, name="Abandoned").lifecycle == "deleted"
    given = RunInput.objects.get()
    assert (given.name, given.digest, given.context) == ("cards", "abc123", "training")
    files = Artifact.objects.filter(root__endswith=parent.run_id)
    assert {one.path for one in files} == {"model/MLmodel", "model/weights.bin", "plots/deep/räksmörgås.txt"}
    assert storage.read_blob(files.get(path="model/weights.bin").blob_id) == bytes(range(256)) * 1000


def _assert_registry(stock):
    model = RegisteredModel.objects.get()
    assert (model.name, model.description, model.tags) == ("scorer", "Scores cards.", {"owner": "risk"})
    first, third, fourth = ModelVersion.objects.order_by("number")
    assert [first.number, third.number, fourth.number] == [1, 3, 4]
    assert first.run.run_id == stock.ids["parent"]
    assert first.tags == {
        "kind": "plain", "throughline.imported.stage": "Production", "throughline.imported.aliases": "champion",
    }  # fmt: skip
    assert [first.state, third.state, fourth.state] == ["candidate"] * 3
    assert (fourth.logged_model.model_id, fourth.description) == (stock.ids["model"], "From a model")
    assert [(alias.name, alias.model_version.number) for alias in model.aliases.all()] == [("challenger", 3)]


def test_worker_killed_in_the_middle_of_an_import_comes_to_one_result(stock, settings):
    """A real worker process, killed with -9 while it waits to write the files of the first run."""
    project = make_project()
    made = import_of(project, stock)
    address = re.sub(r"/[^/?]*(?=\?|$)", f"/{connection.settings_dict['NAME']}", os.environ["DATABASE_URL"], count=1)
    given = os.environ | {
        "DATABASE_URL": address, "JOB_LEASE_SECONDS": "3", "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": settings.SECRET_KEY,
    }  # fmt: skip
    worker = subprocess.Popen([sys.executable, "-c", WORKER, str(made.job_id)], env=given, cwd=settings.BASE_DIR)
    deadline = time.monotonic() + 300
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE experiments_artifact IN EXCLUSIVE MODE")
        while MetricPoint.objects.count() < POINTS + 4:
            assert time.monotonic() < deadline
            assert worker.poll() is None
            time.sleep(0.05)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    assert (Run.objects.count(), Artifact.objects.count()) == (1, 0)
    assert not ImportedItem.objects.filter(kind="run").exclude(fingerprint="").exists()

    while made.job_id not in [pk for pk, _ in jobs.take_due()]:
        Job.objects.filter(pk=made.job_id).update(rung_at=None)
        assert time.monotonic() < deadline
        time.sleep(0.2)
    made = carried_out(made)

    assert made.job.attempt == 2
    assert totals() == EXPECTED
    assert (made.done["runs"], made.done["points"]) == (4, POINTS + 6)
    assert Event.objects.filter(type="import.finished").count() == 1


def test_import_of_an_archive_with_an_id_that_is_taken_elsewhere(stock):
    """The run keeps its ties under a new id, and the report says so."""
    elsewhere, project = make_project(), make_project()
    taken = Run.objects.create(
        project=elsewhere,
        experiment=Experiment.objects.create(project=elsewhere, name="X", created_at=now(), updated_at=now()),
        run_id=stock.ids["parent"],
        name="other",
        source="mlflow",
        started_at=now(),
    )
    made = operations.start_import(
        project=project,
        upload=io.BytesIO(_zipped(stock.folder)),
        filename="mlruns.zip",
        by=project.created_by,
        now=now(),
    )

    made = carried_out(made)

    moved = Run.objects.get(project=project, name="parent")
    assert moved.run_id != taken.run_id
    assert Run.objects.get(project=project, name="child").tags["mlflow.parentRunId"] == moved.run_id
    assert Artifact.objects.filter(root=f"{moved.experiment_id}/{moved.run_id}").count() == 3
    assert {version.run_id for version in ModelVersion.objects.filter(project=project)} == {moved.pk}
    reason = f"Its id is taken by another run of this house, so it is {moved.run_id} here."
    assert ("run", taken.run_id, reason) in notes(made)
    assert Run.objects.filter(project=elsewhere).count() == 1


def _zipped(folder: Path) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, Path("backup") / path.relative_to(folder))
    return sink.getvalue()


def test_import_of_a_server_by_its_address(stock, settings):
    """Through HTTP alone: files too are downloaded from it. The token it was given is nowhere to be read."""
    settings.IMPORT_ALLOWED_HOSTS = ["127.0.0.1"]
    project = make_project()
    secret = "a-token-that-nobody-may-read"
    made = operations.start_import(
        project=project, url=stock.url, credentials={"token": secret}, by=project.created_by, now=now()
    )
    assert secret not in made.sealed
    assert secret not in json.dumps(made.job.payload)
    assert json.loads(operations.opened(made)) == {"token": secret}

    made = carried_out(made)

    assert totals() == EXPECTED
    _assert_runs(project, stock)
    _assert_registry(stock)
    assert made.sealed == ""
    assert (made.expected["points"], made.expected["bytes"], made.done["bytes"]) == (None, None, 256046)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_joblog WHERE line LIKE %s", [f"%{secret}%"])
        assert cursor.fetchone() == (0,)


def test_round_trip_gives_a_stock_mlflow_that_equals_the_first(stock, tmp_path):
    """Stock, import, export, stock: what the client reads of both servers is the same."""
    project = make_project(key="CARDS")
    carried_out(import_of(project, stock))

    call_command("export_mlflow", "CARDS", "--to", str(tmp_path / "out"))

    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["README.txt", "mlartifacts", "mlflow.db"]
    experiments = {"Default", "Fraud", "Abandoned"}
    with serving(tmp_path / "out") as url:
        found = snapshot(MlflowClient(url), tmp_path / "after", experiments=experiments)
    wanted = snapshot(MlflowClient(stock.url), tmp_path / "before", experiments=experiments)
    first = wanted["registry"]["scorer"]["versions"][1]
    assert first == ("", stock.ids["parent"], {"kind": "plain"}, ["champion"])
    # Nobody approved it here: its alias and its stage come back as what they are, history.
    history = {"throughline.imported.stage": "Production", "throughline.imported.aliases": "champion"}
    wanted["registry"]["scorer"]["versions"][1] = ("", stock.ids["parent"], {"kind": "plain"} | history, [])
    assert found["experiments"] == wanted["experiments"]
    assert found["registry"] == wanted["registry"]
    files = found["experiments"]["Fraud"]["runs"][stock.ids["parent"]]["files"]
    assert files["model/weights.bin"] == bytes(range(256)) * 1000


def test_import_of_an_mlruns_directory_in_a_tar(tmp_path, monkeypatch):
    """Files as MLflow kept them before it had databases, sent as tar.gz with paths of a machine that is no more."""
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    client = MlflowClient((tmp_path / "mlruns").as_uri())
    experiment = client.create_experiment("Old")
    run = client.create_run(experiment, run_name="first").info.run_id
    client.log_metric(run, "loss", float("inf"), timestamp=3, step=2)
    client.log_metric(run, "loss", float("inf"), timestamp=3, step=2)
    client.log_param(run, "depth", "3")
    client.log_text(run, "hej", "notes/a.txt")
    client.set_terminated(run)
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w:gz") as archive:
        archive.add(tmp_path / "mlruns", "elsewhere/mlruns")
    shutil.rmtree(tmp_path / "mlruns")
    project = make_project()

    made = carried_out(
        operations.start_import(
            project=project, upload=io.BytesIO(sink.getvalue()), filename="old.tar.gz", by=project.created_by, now=now()
        )
    )

    taken = Run.objects.get(run_id=run)
    assert (taken.name, taken.status, taken.params, taken.experiment.name) == (
        "first",
        "FINISHED",
        {"depth": "3"},
        "Old",
    )
    assert [(p.step, p.timestamp_ms, p.value) for p in MetricPoint.objects.filter(run=taken)] == [(2, 3, math.inf)]
    assert [(one.path, storage.read_blob(one.blob_id)) for one in Artifact.objects.all()] == [("notes/a.txt", b"hej")]
    assert notes(made) == []


def test_import_key_without_a_person_is_refused():
    make_project(key="CARDS")

    with pytest.raises(CommandError, match="no user 'nobody'"):
        call_command("import_mlflow", "CARDS", "--from", "/tmp", "--by", "nobody")

    assert not Import.objects.exists()
