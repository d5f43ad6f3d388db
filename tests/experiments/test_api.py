"""The REST API of data, runs, trainings and jobs, as a program calls it."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from experiments import operations, queries
from experiments.models import DatasetVersion, Run
from experiments.operations import MetricEntry
from projects.roles import Role
from tests.experiments.factories import (
    make_csv,
    make_dataset_version,
    make_rows,
    make_run,
    make_scheduled_run,
    make_trained_run,
)
from tests.factories import make_member, make_project, make_user, now


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def base(project):
    return f"/api/v1/projects/{project.key}"


def send(client, project, data, *, name="transactions", filename="t.csv", **headers):
    body = {"name": name, "file": SimpleUploadedFile(filename, data)}
    return client.post(f"{base(project)}/datasets", body, headers=headers)


def train(client, project, **given):
    body = {"dataset": "transactions", "number": 1, "target": "is_fraud", "estimator": "logistic_regression"}
    return client.post(f"{base(project)}/training-jobs", json.dumps(body | given), content_type="application/json")


@pytest.mark.django_db
def test_upload_answers_the_version_and_its_bytes_come_back():
    project = make_project()
    client, data = client_of(project.created_by), make_csv()

    response = send(client, project, data)

    assert response.status_code == 201
    body = response.json()
    assert (body["dataset"], body["number"], body["rows"]) == ("transactions", 1, 240)
    assert response["Location"] == body["url"]
    assert client.get(body["url"]).json()["profile"] is None
    file = client.get(body["file_url"])
    assert b"".join(file.streaming_content) == data
    assert file["Content-Disposition"] == "attachment; filename*=UTF-8''t.csv"
    assert file["X-Content-Type-Options"] == "nosniff"
    assert [d["name"] for d in client.get(f"{base(project)}/datasets").json()["results"]] == ["transactions"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "filename", "status", "code"),
    [
        (b"", "t.csv", 422, "no_rows"),
        (b"a,b\n", "t.csv", 422, "no_rows"),
        (b"a,b\n1,2\n3\n", "t.csv", 422, "ragged_row"),
        (b"a,b\n\xff,2\n", "t.csv", 422, "not_utf8"),
        (b"a\n1\n", "t.exe", 422, "unknown_format"),
    ],
)
def test_upload_of_a_bad_file_is_a_problem_of_the_field_file(data, filename, status, code):
    project = make_project()

    response = send(client_of(project.created_by), project, data, filename=filename)

    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert response.json()["code"] == code
    assert [e["field"] for e in response.json()["errors"]] == ["file"]
    assert not DatasetVersion.objects.exists()


@pytest.mark.django_db
def test_upload_of_the_same_bytes_conflicts_and_a_retry_with_its_key_does_not():
    project = make_project()
    client = client_of(project.created_by)

    first = send(client, project, make_csv(), **{"Idempotency-Key": "once"})
    again = send(client, project, make_csv(), **{"Idempotency-Key": "once"})
    other = send(client, project, make_csv())

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 409)
    assert again["Idempotent-Replayed"] == "true"
    assert other.json()["code"] == "same_bytes"


@pytest.mark.django_db
def test_upload_without_a_file_or_with_an_unknown_field_is_refused():
    project = make_project()
    client = client_of(project.created_by)

    for body in ({"name": "x"}, {"name": "x", "file": SimpleUploadedFile("a.csv", b"a\n1\n"), "is_staff": "1"}):
        response = client.post(f"{base(project)}/datasets", body)
        assert response.status_code == 400


@pytest.mark.django_db
def test_training_is_queued_with_the_addresses_of_its_run_and_job():
    version = make_dataset_version()
    project, client = version.project, client_of(version.created_by)

    response = train(client, project, settings={"C": 2}, seed=5)

    assert response.status_code == 202
    body = response.json()
    assert (body["status"], body["job"]["state"], body["settings"]["C"]) == ("SCHEDULED", "queued", 2.0)
    assert client.get(body["run_url"]).json()["run_id"] == body["run_id"]
    assert client.get(body["job"]["url"]).json() == body["job"]
    cancelled = client.post(f"{body['job']['url']}/cancel", "{}", content_type="application/json")
    assert cancelled.json()["state"] == "cancelled"
    assert client.get(body["run_url"]).json()["status"] == "KILLED"
    assert client.post(f"{body['job']['url']}/cancel", "{}", content_type="application/json").status_code == 409
    assert client.get(f"{body['job']['url']}/log").json()["results"] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "status", "field"),
    [
        ({"target": "fraud"}, 422, "target"),
        ({"estimator": "magic"}, 422, "estimator"),
        ({"settings": {"C": -1}}, 422, "C"),
        ({"max_seconds": 1}, 422, "max_seconds"),
        ({"seed": "x"}, 400, "seed"),
        ({"surprise": 1}, 400, "surprise"),
        ({"number": 2**40}, 400, "number"),
    ],
)
def test_training_with_a_bad_value_names_the_field(given, status, field):
    version = make_dataset_version()

    response = train(client_of(version.created_by), version.project, **given)

    assert response.status_code == status
    assert response.json()["errors"][0]["field"] == field
    assert not Run.objects.exists()


@pytest.mark.django_db
def test_run_answers_metrics_history_and_files():
    run = make_run()
    values = [0.5, float("nan"), float("inf")]
    operations.log_batch(
        run=run,
        metrics=[MetricEntry("val/loss", value, step, 10 + step) for step, value in enumerate(values)],
        by=run.created_by,
        now=now(),
    )
    client, url = client_of(run.created_by), f"{base(run.project)}/runs/{run.run_id}"

    assert client.get(url).json()["metrics"] == [
        {"key": "val/loss", "value": "Infinity", "step": 2, "timestamp_ms": 12}
    ]
    first = client.get(f"{url}/metrics/val/loss?limit=2").json()
    assert [p["value"] for p in first["results"]] == [0.5, "NaN"]
    rest = client.get(f"{url}/metrics/val/loss?limit=2&cursor={first['next_cursor']}").json()
    assert ([p["value"] for p in rest["results"]], rest["next_cursor"]) == (["Infinity"], None)
    assert client.get(f"{url}/metrics/none").json()["results"] == []
    assert client.get(f"{url}/metrics/val/loss?limit=0").status_code == 400


@pytest.mark.django_db
def test_artifacts_are_listed_and_sent_as_attachments():
    run = make_trained_run()
    client, url = client_of(run.created_by), f"{base(run.project)}/runs/{run.run_id}"

    listed = client.get(f"{url}/artifacts").json()["results"]

    assert "model/model.skops" in [one["path"] for one in listed]
    file = client.get(f"{url}/artifacts/model/model.skops")
    assert b"".join(file.streaming_content).startswith(b"stand-in")
    assert file["Content-Security-Policy"] == "sandbox"
    assert client.get(f"{url}/artifacts/..%2f..%2fetc/passwd").status_code in (404, 422)
    assert client.get(f"{url}/artifacts/none").status_code == 404


@pytest.mark.django_db
def test_runs_are_filtered_and_nothing_else_is_a_filter():
    project = make_project()
    version = make_dataset_version(project)
    finished = make_trained_run(version=version)
    make_scheduled_run(version=version, experiment_name="Other")
    client, url = client_of(project.created_by), f"{base(project)}/runs"

    def ids(query):
        return [one["run_id"] for one in client.get(f"{url}?{query}").json()["results"]]

    assert len(ids("")) == 2
    assert ids("status=FINISHED") == ids("experiment=Baselines") == [finished.run_id]
    for query in ("status=DONE", "owner__password__startswith=p", "_connector=OR", "limit=0", "cursor=x"):
        assert client.get(f"{url}?{query}").status_code == 400, query


@pytest.mark.django_db
def test_lists_cost_the_same_for_one_row_and_for_three():
    project = make_project()
    client, costs = client_of(project.created_by), []
    for count in (1, 2):
        for number in range(count):
            version = make_dataset_version(project, make_rows(30, seed=count * 10 + number), name=f"d{count}{number}")
            make_trained_run(version=version)
        found = []
        for path in ("datasets", f"datasets/d{count}0/versions", "runs", "training-jobs", "jobs"):
            with CaptureQueriesContext(
                connection,
            ) as captured:
                assert client.get(f"{base(project)}/{path}").status_code == 200
            found.append((path.split("/")[0], len(captured)))
        costs.append(found)

    assert costs[0] == costs[1]


ADDRESSES = [
    "datasets",
    "datasets/transactions/versions",
    "datasets/transactions/versions/1",
    "datasets/transactions/versions/1/file",
    "training-jobs",
    "runs",
    "runs/{run}",
    "runs/{run}/metrics/average_precision",
    "runs/{run}/artifacts",
    "runs/{run}/artifacts/model/model.skops",
    "jobs",
    "jobs/{job}",
    "jobs/{job}/log",
]


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_address_opens_to_the_team_and_not_to_strangers(address):
    run = make_trained_run()
    project = run.project
    url = f"{base(project)}/{address.format(run=run.run_id, job=run.training.job_id)}"
    other = make_project()

    for person in (project.created_by, make_member(project, Role.VIEWER)):
        assert client_of(person).get(url).status_code == 200
    assert client_of(make_user()).get(url).status_code == 404
    assert client_of(other.created_by).get(url).status_code == 404
    assert Client().get(url).status_code in (401, 403)
    if "{" in address:  # by way of another project of one's own
        foreign = url.replace(f"/{project.key}/", f"/{other.key}/")
        assert client_of(other.created_by).get(foreign).status_code == 404


@pytest.mark.django_db
def test_writes_by_a_viewer_are_refused_with_the_reason():
    run = make_scheduled_run()
    client = client_of(make_member(run.project, Role.VIEWER))

    responses = [
        send(client, run.project, make_csv(make_rows(10))),
        train(client, run.project),
        client.post(f"{base(run.project)}/jobs/{run.training.job_id}/cancel", "{}", content_type="application/json"),
    ]

    assert [r.status_code for r in responses] == [403, 403, 403]
    assert "viewer" in responses[0].json()["detail"]
    assert queries.visible_runs(run.project).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**30])
def test_numbers_beyond_any_row_are_not_found(number):
    version = make_dataset_version()
    client = client_of(version.created_by)

    assert client.get(f"{base(version.project)}/datasets/transactions/versions/{number}").status_code == 404
    assert client.get(f"{base(version.project)}/jobs/{number}").status_code == 404
