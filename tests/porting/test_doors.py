"""Asking for an import and reading of it: by whom, when, and with what cost."""

import contextlib
import io
import json
import math
import sqlite3
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import jobs, storage
from core.errors import Conflict, Invalid, NotAllowed, TooLarge
from core.models import Blob, Event, Job
from core.sweeping import sweep
from experiments import operations as operations_of_runs
from experiments.operations import MetricEntry
from porting import operations, stock
from porting.models import Export, Import, ImportNote
from projects.roles import Role
from tests.experiments.factories import make_experiment, make_run
from tests.factories import make_member, make_project, make_user, now

URL = "https://mlflow.example.com"


def start(project, by, **given):
    return operations.start_import(project=project, by=by, now=now(), **(given or {"url": URL}))


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def post(project, user, **body):
    url = f"/api/v1/projects/{project.key}/imports"
    return client_of(user).post(url, json.dumps(body), content_type="application/json")


@pytest.mark.django_db
def test_start_import_queues_a_job_and_records_an_event():
    project = make_project()

    made = start(project, project.created_by)

    assert (made.kind, made.source, made.job.kind, made.job.payload) == ("server", URL, "import", {"import": made.pk})
    told = Event.objects.get(type="import.started")
    assert (told.actor, told.data) == (project.created_by, {"kind": "server", "source": URL})


@pytest.mark.django_db
def test_start_import_by_who_may_not_is_refused():
    project = make_project()
    for person in (make_member(project, Role.VIEWER), make_member(project, Role.VALIDATOR), make_user()):
        with pytest.raises(NotAllowed):
            start(project, person, upload=io.BytesIO(b"x"), filename="a.zip")

    assert not Import.objects.exists()
    assert not Job.objects.exists()
    assert not Blob.objects.exists()


@pytest.mark.django_db
def test_start_import_while_another_is_under_way_is_refused_and_leaves_nothing():
    project = make_project()
    first = start(project, project.created_by)

    with pytest.raises(Conflict) as refused:
        start(project, project.created_by, upload=io.BytesIO(b"x"), filename="a.zip")

    assert refused.value.code == "in_progress"
    assert [one.pk for one in Import.objects.all()] == [first.pk]
    other = make_project()
    assert start(other, other.created_by).job.state == "queued"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"url": "http://mlflow.example.com"}, Invalid),
        ({"url": URL, "path": "/tmp"}, Invalid),
        ({"url": ""}, Invalid),
        ({"url": URL, "credentials": {"token": "a\nb"}}, Invalid),
        ({"url": URL, "credentials": {"token": "x" * 2001}}, Invalid),
        ({"upload": io.BytesIO(b"x" * 101), "filename": "a.zip"}, TooLarge),
    ],
)
def test_start_import_of_what_cannot_be_leaves_nothing(given, refusal, settings):
    settings.IMPORT_MAX_ARCHIVE_BYTES = 100
    project = make_project()

    with pytest.raises(refusal):
        start(project, project.created_by, **given)

    assert not Import.objects.exists()
    assert not Job.objects.exists()
    assert not Blob.objects.exists()


@pytest.mark.django_db
def test_cancelled_import_forgets_its_credentials():
    project = make_project()
    made = start(project, project.created_by, url=URL, credentials={"token": "secret"})
    assert made.sealed

    jobs.cancel(job=made.job, by=project.created_by, now=now())

    made.refresh_from_db()
    assert made.sealed == ""
    assert Event.objects.get(type="import.failed").data["code"] == "cancelled"


@pytest.mark.django_db
def test_the_archive_of_an_import_that_has_ended_is_swept(settings, tmp_path):
    settings.STORAGE_URL = f"file://{tmp_path}/blobs"
    project = make_project()
    first = start(project, project.created_by, upload=io.BytesIO(b"first"), filename="a.zip")
    assert sweep(now=now() + timedelta(days=2)).files == 0

    jobs.cancel(job=first.job, by=project.created_by, now=now())
    second = start(project, project.created_by, upload=io.BytesIO(b"second"), filename="b.zip")
    operations.finish_import(job=second.job)

    assert sweep(now=now() + timedelta(hours=1)).files == 0
    assert sweep(now=now() + timedelta(days=2)).files == 2


@pytest.mark.django_db
def test_rest_queues_an_import_and_tells_of_it():
    project = make_project()
    answer = post(project, project.created_by, url=URL + "/", token="secret", experiments=["Fraud"])

    assert answer.status_code == 202
    told = answer.json()
    assert "secret" not in answer.content.decode()
    assert (told["kind"], told["source"], told["notes"], told["job"]["state"]) == ("server", URL, 0, "queued")
    assert answer["Location"] == told["url"]
    assert client_of(project.created_by).get(told["url"]).json()["id"] == told["id"]
    listed = client_of(make_member(project, Role.VIEWER)).get(f"/api/v1/projects/{project.key}/imports").json()
    assert [one["id"] for one in listed["results"]] == [told["id"]]
    assert client_of(make_user()).get(told["url"]).status_code == 404


@pytest.mark.django_db
def test_rest_takes_an_archive_as_a_form():
    project = make_project()
    body = {"file": SimpleUploadedFile("mlruns.zip", b"PK")}

    answer = client_of(project.created_by).post(f"/api/v1/projects/{project.key}/imports", body)

    assert (answer.status_code, answer.json()["kind"], answer.json()["source"]) == (202, "archive", "mlruns.zip")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"url": "http://127.0.0.1:5000"}, 422, "url"),
        ({}, 422, "url"),
        ({"path": "/etc"}, 400, "path"),
        ({"uri": "sqlite:///x"}, 400, "uri"),
    ],
)
def test_rest_names_the_field_and_never_reads_the_machine(body, status, field):
    project = make_project()

    answer = post(project, project.created_by, **body)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field)
    assert not Import.objects.exists()


@pytest.mark.django_db
def test_pages_show_imports_their_counts_and_their_report():
    project = make_project()
    client = client_of(project.created_by)
    page = f"/p/{project.key}/experiments/import/"

    sent = client.post(page, {"form": "server", "url": URL, "token": "secret"})

    made = Import.objects.get()
    assert (sent.status_code, sent["Location"]) == (302, f"{page}{made.pk}/")
    Import.objects.update(done={"runs": 3, "points": 1234567}, expected={"runs": 7, "points": None})
    ImportNote.objects.create(of=made, kind="version", item="scorer/1", name="=cmd()", reason="Nobody approved it.")
    shown = client.get(f"{page}{made.pk}/").content.decode()
    assert "1,234,567" in shown
    assert "of 7" in shown
    assert "Nobody approved it." in shown
    assert "secret" not in shown
    assert URL in client.get(page).content.decode()
    report = client.get(f"{page}{made.pk}/report.csv")
    assert report.content.decode().splitlines()[1] == '"version","scorer/1","\'=cmd()","Nobody approved it."'
    assert client_of(make_user()).get(f"{page}{made.pk}/").status_code == 404


@pytest.mark.django_db
def test_page_says_why_an_address_is_refused():
    project = make_project()

    sent = client_of(project.created_by).post(
        f"/p/{project.key}/experiments/import/", {"form": "server", "url": "http://10.0.0.1"}
    )

    assert sent.status_code == 422
    assert "Only https is allowed" in sent.content.decode()
    assert not Import.objects.exists()


@pytest.mark.django_db
def test_lists_cost_the_same_for_one_row_and_for_three():
    project = make_project()
    client = client_of(project.created_by)

    def cost(url):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    urls = [f"/p/{project.key}/experiments/import/", f"/api/v1/projects/{project.key}/imports"]
    made = start(project, project.created_by)
    ImportNote.objects.create(of=made, kind="run", item="1", reason="x")
    one = [cost(url) for url in urls]
    for _ in range(2):
        Job.objects.filter(state="queued").update(state="cancelled", finished_at=now())
        made = start(project, project.created_by)
        ImportNote.objects.create(of=made, kind="run", item="1", reason="x")

    assert [cost(url) for url in urls] == one


def export(project, by, experiments=None):
    return operations.start_export(project=project, experiments=experiments, by=by, now=now())


@pytest.mark.django_db
def test_start_export_queues_a_job_and_records_an_event():
    run = make_run()
    project = run.project

    made = export(project, project.created_by, ["Baselines", "Baselines"])

    assert (made.experiments, made.job.kind, made.job.state) == (["Baselines"], "export", "queued")
    assert Event.objects.get(type="export.started").data == {"experiments": ["Baselines"]}


@pytest.mark.django_db
def test_start_export_that_may_not_or_cannot_be_leaves_nothing():
    project = make_project()
    for person in (make_member(project, Role.VIEWER), make_user()):
        with pytest.raises(NotAllowed):
            export(project, person)
    with pytest.raises(Invalid) as refused:
        export(project, project.created_by, ["Of another project"])
    assert refused.value.field == "experiments"
    assert not Export.objects.exists()
    assert not Job.objects.exists()

    first = export(project, project.created_by)
    with pytest.raises(Conflict):
        export(project, project.created_by)
    assert [one.pk for one in Export.objects.all()] == [first.pk]


@pytest.mark.django_db
def test_export_by_rest_and_page_is_downloaded_by_the_team_alone():
    project = make_run().project
    client = client_of(project.created_by)
    told = client.post(f"/api/v1/projects/{project.key}/exports", {}, content_type="application/json").json()
    assert (told["experiments"], told["file_url"], told["job"]["state"]) == (None, None, "queued")
    page = f"/p/{project.key}/experiments/export/"
    assert client.get(f"{page}{told['id']}/file").status_code == 404

    job = jobs.claim(told["job"]["id"])
    with transaction.atomic():
        operations.finish_export(job=job, archive=storage.put_bytes(b"PK"), done={"runs": 1}, notes=[])

    told = client.get(told["url"]).json()
    assert told["size"] == 2
    viewer = client_of(make_member(project, Role.VIEWER))
    for url in (told["file_url"], f"{page}{told['id']}/file"):
        assert b"".join(viewer.get(url).streaming_content) == b"PK"
        assert client_of(make_user()).get(url).status_code == 404
    assert "Download" in viewer.get(page).content.decode()


def packed(project, data):
    """An export that has come to its end."""
    made = export(project, project.created_by)
    operations.finish_export(job=made.job, archive=storage.put_bytes(data), done={"runs": 1}, notes=[])
    Job.objects.filter(pk=made.job.pk).update(state="succeeded", finished_at=now(), result={})
    return made


@pytest.mark.django_db(transaction=True)
def test_an_archive_is_let_go_of_after_a_while_and_the_door_says_so():
    project = make_project()
    old, new = packed(project, b"PK1"), packed(project, b"PK2")
    Job.objects.filter(pk=old.job.pk).update(finished_at=now() - timedelta(days=31))
    before = now() - timedelta(days=30)

    assert (operations.expire_exports(before=before), operations.expire_exports(before=before)) == (1, 0)

    client = client_of(project.created_by)
    gone = client.get(f"/api/v1/projects/{project.key}/exports/{old.pk}/file")
    assert (gone.status_code, gone.json()["code"]) == (410, "gone")
    assert gone.json()["detail"] == "Exports are kept for 30 days, and this one is older: make a new one."
    assert client.get(f"/api/v1/projects/{project.key}/exports/{new.pk}/file").status_code == 200
    assert "No longer kept" in client.get(f"/p/{project.key}/experiments/export/").content.decode()
    told = Event.objects.filter(type="export.expired").values_list("subject_id", flat=True)
    assert list(told) == [str(old.pk)]


@pytest.mark.django_db
def test_export_page_offers_the_experiments_and_starts_one():
    project = make_run().project
    client = client_of(project.created_by)
    page = f"/p/{project.key}/experiments/export/"

    assert "Baselines" in client.get(page).content.decode()
    assert client.post(page, {"experiments": ["Others"]}).status_code == 422
    assert not Export.objects.exists()
    assert client.post(page, {"experiments": ["Baselines"]}).status_code == 302
    assert Export.objects.get().experiments == ["Baselines"]
    assert "Queued" in client.get(page).content.decode()


@pytest.mark.django_db
def test_stock_database_holds_only_the_chosen_experiments(tmp_path):
    """Rows as they are written; that mlflow reads them is shown by the round trip."""
    run = make_run(name="wanted")
    project = run.project
    make_run(experiment=make_experiment(project, name="Other"), name="unwanted")
    metrics = [MetricEntry("a", math.inf, 1, 2), MetricEntry("a", math.nan, 2, 3)]
    operations_of_runs.log_batch(run=run, by=None, now=now(), metrics=metrics)
    with contextlib.closing(sqlite3.connect(tmp_path / "mlflow.db")) as database:
        database.executescript(SCHEMA)

    written = stock.write(tmp_path / "mlflow.db", project=project, experiments=["Baselines"], tell=lambda done: None)

    assert written.counts == {"experiments": 1, "runs": 1, "points": 2}
    with contextlib.closing(sqlite3.connect(tmp_path / "mlflow.db")) as database:
        assert database.execute("SELECT name FROM runs").fetchall() == [("wanted",)]
        names = database.execute("SELECT name, experiment_id = 0 FROM experiments ORDER BY name").fetchall()
        assert names == [("Baselines", 0), ("Default", 1)]
        points = database.execute("SELECT step, value, is_nan FROM metrics ORDER BY step").fetchall()
        assert points == [(1, stock.LARGEST, 0), (2, 0.0, 1)]


SCHEMA = """
CREATE TABLE experiments (experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time);
CREATE TABLE runs (run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, end_time,
                   source_version, lifecycle_stage, artifact_uri, experiment_id, deleted_time);
CREATE TABLE tags (key, value, run_uuid);
CREATE TABLE metrics (key, value, timestamp, step, is_nan, run_uuid);
CREATE TABLE latest_metrics (key, value, timestamp, step, is_nan, run_uuid);
"""
