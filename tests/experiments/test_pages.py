"""Pages of data, runs, trainings and jobs, as a browser asks for them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from experiments import operations
from experiments.models import DatasetVersion, Run
from projects.roles import Role
from tests.drain import drain
from tests.experiments.factories import (
    make_csv,
    make_dataset_version,
    make_rows,
    make_run,
    make_scheduled_run,
    make_trained_run,
)
from tests.factories import make_member, make_project, make_user, now

HTMX = {"HX-Request": "true"}


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def page(user, project, path, status=200, **given):
    response = client_of(user).get(f"/p/{project.key}/{path}", **given)
    assert response.status_code == status, response.content.decode()[-2000:]
    return response.content.decode()


@pytest.mark.django_db
def test_data_page_is_empty_then_lists_versions():
    project = make_project()
    assert "No data yet" in page(project.created_by, project, "data/")

    make_dataset_version(project)

    shown = page(project.created_by, project, "data/")
    assert "transactions@v1" in shown
    assert "Profiling" in shown
    part = page(project.created_by, project, "data/?part=versions", headers=HTMX)
    assert part.strip().startswith('<section class="card" id="versions"')


@pytest.mark.django_db
def test_upload_leads_to_the_versions_page():
    project = make_project()
    client = client_of(project.created_by)
    body = {"name": "transactions", "file": SimpleUploadedFile("t.csv", make_csv())}

    response = client.post(f"/p/{project.key}/data/", body)

    assert response["Location"] == f"/p/{project.key}/data/transactions/1/"


@pytest.mark.django_db
def test_upload_of_a_bad_file_says_what_is_wrong_beside_the_field():
    project = make_project()
    client = client_of(project.created_by)
    for data, said in ((b"", "The file is empty"), (b"a,b\n1,2\n3\n", "line 3")):
        body = {"name": "transactions", "file": SimpleUploadedFile("t.csv", data)}

        response = client.post(f"/p/{project.key}/data/", body, headers=HTMX)

        assert response.status_code == 422
        assert said in response.content.decode().replace("Line", "line")
    assert not DatasetVersion.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_version_page_shows_profile_and_escaped_rows():
    rows = make_rows(60)
    rows[0]["merchant"] = "<script>alert(1)</script>"
    version = make_dataset_version(rows=rows)
    project = version.project
    assert "Profiling" in page(project.created_by, project, "data/transactions/1/")

    drain()

    shown = page(project.created_by, project, "data/transactions/1/")
    assert "<script>alert(1)" not in shown
    assert "&lt;script&gt;alert(1)" in shown
    assert 'class="bar' in shown
    assert "mean" in page(project.created_by, project, "data/transactions/1/?part=profile", headers=HTMX)


@pytest.mark.django_db
def test_train_form_follows_the_version_and_estimator_chosen():
    version = make_dataset_version()
    user, project = version.created_by, version.project

    shown = page(user, project, "train/")
    assert "Learning rate" in shown
    part = page(user, project, f"train/?part=fields&version={version.pk}&estimator=random_forest", headers=HTMX)
    assert "Trees" in part
    assert "Learning rate" not in part
    assert 'value="is_fraud" selected' in part
    assert "10 to 2,000." in part


def train(client, version, **given):
    body = {
        "version": version.pk,
        "target": "is_fraud",
        "estimator": "logistic_regression",
        "experiment": "Baselines",
        "seed": 1,
        "max_seconds": 600,
        "max_memory_mb": 4096,
        "C": "0.5",
        "max_iter": "100",
        "class_weight": "balanced",
    }
    return client.post(f"/p/{version.project.key}/train/", body | given)


@pytest.mark.django_db
def test_train_form_starts_a_run_and_leads_to_it():
    version = make_dataset_version()

    response = train(client_of(version.created_by), version)

    run = Run.objects.get()
    assert response["Location"] == f"/p/{version.project.key}/runs/{run.run_id}/"
    assert run.training.settings == {"C": 0.5, "max_iter": 100, "class_weight": "balanced"}


@pytest.mark.django_db
def test_train_form_with_a_bad_setting_says_so_beside_it():
    version = make_dataset_version()

    response = train(client_of(version.created_by), version, C="-1")

    assert response.status_code == 422
    assert "must be at least" in response.content.decode()
    assert not Run.objects.exists()


@pytest.mark.django_db
def test_train_page_without_data_leads_to_the_data():
    project = make_project()

    assert "No data yet" in page(project.created_by, project, "train/")


@pytest.mark.django_db
def test_experiments_page_shows_runs_by_experiment():
    run = make_trained_run()
    make_run(run.project, name="from-a-notebook")
    other = make_run(experiment=operations.ensure_experiment(
        project=run.project, name="Other", by=run.created_by, now=now()
    ), name="elsewhere")  # fmt: skip
    user = run.created_by

    shown = page(user, run.project, "experiments/")
    assert all(name in shown for name in (run.name, "from-a-notebook", "elsewhere", "average_precision", "0.81"))
    only = page(user, run.project, f"experiments/?experiment={other.experiment_id}&part=runs", headers=HTMX)
    assert "elsewhere" in only
    assert "from-a-notebook" not in only


@pytest.mark.django_db
def test_experiments_page_costs_the_same_for_one_run_and_for_three():
    project = make_project()
    client, costs = client_of(project.created_by), []
    version = make_dataset_version(project)
    for count in (1, 2):
        for number in range(count):
            make_trained_run(version=version, seed=number)
            make_scheduled_run(version=version, seed=number)
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/p/{project.key}/experiments/")
        costs.append(len(captured))

    assert costs[0] == costs[1]


@pytest.mark.django_db
def test_run_page_shows_record_lineage_and_files():
    run = make_trained_run()

    shown = page(run.created_by, run.project, f"runs/{run.run_id}/")

    for said in ("average_precision", "model/model.skops", "transactions@v1", "Propose as model", "0.1.0", "holdout"):
        assert said in shown
    for part in ("charts", "job", "record"):
        assert f'id="{part}"' in page(run.created_by, run.project, f"runs/{run.run_id}/?part={part}", headers=HTMX)


@pytest.mark.django_db
def test_run_page_of_a_scheduled_run_waits_and_can_be_cancelled():
    run = make_scheduled_run()
    client = client_of(run.created_by)
    shown = page(run.created_by, run.project, f"runs/{run.run_id}/")
    assert "Waiting for a worker" in shown
    assert f'data-live-subject="job:{run.training.job_id}"' in shown

    response = client.post(f"/p/{run.project.key}/jobs/{run.training.job_id}/cancel", headers=HTMX)

    assert response.status_code == 204
    shown = page(run.created_by, run.project, f"runs/{run.run_id}/")
    assert "Cancelled by" in shown
    assert "Killed" in shown


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "data/",
        "data/transactions/1/",
        "data/transactions/1/file",
        "experiments/",
        "runs/{run}/",
        "runs/{run}/artifacts/reference.json",
        "runs/{run}/preview/reference.json",
        "runs/{run}/?part=files",
        "train/",
        "jobs/{job}/",
    ],
)
def test_page_opens_to_the_team_and_not_to_strangers(path):
    run = make_trained_run()
    project = run.project
    path = path.format(run=run.run_id, job=run.training.job_id)

    for person in (project.created_by, make_member(project, Role.VIEWER)):
        assert client_of(person).get(f"/p/{project.key}/{path}").status_code == 200
    assert client_of(make_user()).get(f"/p/{project.key}/{path}").status_code == 404
    assert Client().get(f"/p/{project.key}/{path}").status_code == 302


@pytest.mark.django_db
def test_job_page_shows_log_and_error():
    run = make_scheduled_run()
    operations.cancel_job(job=run.training.job, by=run.created_by, now=now())

    shown = page(run.created_by, run.project, f"jobs/{run.training.job_id}/")

    assert "Cancelled by" in shown
    assert run.name in shown


@pytest.mark.django_db
def test_viewer_sees_why_the_buttons_rest():
    version = make_dataset_version()
    viewer = make_member(version.project, Role.VIEWER)

    for path in ("data/", "experiments/", "train/"):
        assert "This needs the role" in page(viewer, version.project, path)
