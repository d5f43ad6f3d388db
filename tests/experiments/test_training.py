"""Training: from the form to the record, with one result whatever goes wrong on the way."""

import math
import os
import re
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from core import jobs
from core.errors import DomainError, Invalid, NotAllowed
from core.models import Event, Job, JobLog
from experiments import operations, queries
from experiments.models import Artifact, Experiment, MetricPoint, Run, Training
from experiments.operations import MetricEntry
from projects.roles import Role
from tests.experiments.factories import (
    make_dataset_version,
    make_rows,
    make_scheduled_run,
    make_trained_run,
    train_for_real,
)
from tests.factories import make_member, make_project, make_user, now


def again(run):
    return Run.objects.select_related("training").get(pk=run.pk)


def lose(job):
    Job.objects.filter(pk=job.pk).update(lease_until=jobs.database_now() - timedelta(seconds=1))


@pytest.mark.django_db
def test_start_training_schedules_a_run_with_its_lineage():
    run = make_scheduled_run(run_name="swift-heron-41", settings={"C": "0.5"})

    training = run.training
    assert (run.name, run.status, run.source) == ("swift-heron-41", "SCHEDULED", "training")
    assert training.settings == {"C": 0.5, "max_iter": 300, "class_weight": None}
    assert run.params["C"] == "0.5"
    assert run.params["dataset"] == "transactions@v1"
    assert training.code_version.startswith("0.1.0")
    assert [(i.dataset_version, i.context) for i in run.inputs.all()] == [(training.dataset_version, "training")]
    assert (training.job.kind, training.job.queue, training.job.payload) == ("train", "training", {"run": run.run_id})


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.PRODUCT_OWNER, Role.VALIDATOR, Role.VIEWER])
def test_start_training_by_who_may_not_is_refused(role):
    version = make_dataset_version()
    for person in (make_member(version.project, role), make_user()):
        with pytest.raises(NotAllowed):
            make_scheduled_run(version=version, by=person)

    assert not Run.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"target": "fraud"}, "target", "target_missing"),
        ({"estimator": "magic"}, "estimator", "unknown_estimator"),
        ({"settings": {"C": 0}}, "C", "too_small"),
        ({"settings": {"depth": 3}}, "depth", "unknown_field"),
        ({"seed": -1}, "seed", "invalid"),
        ({"seed": 2**31}, "seed", "invalid"),
        ({"max_seconds": 9}, "max_seconds", "invalid"),
        ({"max_seconds": 7201}, "max_seconds", "invalid"),
        ({"max_memory_mb": 255}, "max_memory_mb", "invalid"),
        ({"max_memory_mb": 16385}, "max_memory_mb", "invalid"),
        ({"experiment_name": " "}, "name", "invalid"),
    ],
)
def test_start_training_bad_value_names_the_field_and_leaves_nothing(given, field, code):
    version = make_dataset_version()

    with pytest.raises(Invalid) as refused:
        make_scheduled_run(version=version, **given)

    assert (refused.value.errors[0].field, refused.value.code) == (field, code)
    assert not Run.objects.exists()
    assert not Job.objects.filter(kind="train").exists()
    assert not Experiment.objects.exists()


@pytest.mark.django_db
def test_start_training_on_another_projects_data_refused():
    version, project = make_dataset_version(), make_project()

    with pytest.raises(DomainError) as refused:
        make_scheduled_run(project, version=version, by=project.created_by)

    assert refused.value.code == "foreign"


@pytest.mark.django_db(transaction=True)
def test_train_job_records_the_run_its_model_and_lineage():
    run = train_for_real(estimator="hist_gradient_boosting", settings={"max_iter": 20}, seed=3)

    run = again(run)
    training = run.training
    assert run.status == "FINISHED", run.tags
    latest = {one.key: one.value for one in queries.latest_metrics([run])[run.pk]}
    assert 0 < latest["average_precision_low"] <= latest["average_precision"] <= latest["average_precision_high"] <= 1
    assert MetricPoint.objects.filter(run=run, key__name="train_log_loss").count() > 1
    files = [a.path for a in queries.artifacts(project=run.project, root=queries.root_of(run))]
    assert files == [
        "environment.json",
        "holdout/holdout.parquet",
        "holdout/scores.parquet",
        "model/model.skops",
        "model/signature.json",
        "reference.json",
        "summary.json",
    ]
    assert Artifact.objects.get(path="model/model.skops").blob == training.model_blob
    assert training.signature["target"] == "is_fraud"
    assert training.environment["seed"] == 3
    inputs = {(i.context, i.digest) for i in run.inputs.all()}
    assert inputs == {("training", training.dataset_version.digest), ("holdout", training.holdout_id)}
    told = Event.objects.filter(subject_type="run").order_by("seq").values_list("type", flat=True)
    assert list(told) == ["run.scheduled", "run.logged", "run.started", "run.finished"]


@pytest.mark.django_db(transaction=True)
def test_train_job_with_older_data_holds_out_recent_rows_alone():
    project = make_project()
    older = make_dataset_version(project, make_rows(300, seed=1))
    recent = make_dataset_version(project, make_rows(200, seed=2))

    run = train_for_real(version=recent, extra_version=older)

    finished = Event.objects.get(type="run.finished").data
    assert again(run).status == "FINISHED"
    assert finished["rows"]["holdout"] < 100
    assert finished["rows"]["train"] + finished["rows"]["validation"] > 280


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([{**row, "is_fraud": 0} for row in make_rows(120)], "single_class"),
        (make_rows(30), "too_few_rows"),
        ([{**row, "is_fraud": row["amount"]} for row in make_rows(120)], "target_not_classes"),
    ],
)
def test_train_job_on_data_nothing_can_be_learnt_from_fails_with_the_reason(rows, code):
    run = again(train_for_real(version=make_dataset_version(rows=rows)))

    job = Job.objects.get(kind="train")
    assert (run.status, run.tags["throughline.failure_code"], job.error["code"]) == ("FAILED", code, code)
    assert run.tags["throughline.failure"] == job.error["message"]
    assert job.attempt == 1
    assert not Artifact.objects.exists()
    assert Event.objects.get(type="run.failed").data["code"] == code


@pytest.mark.django_db(transaction=True)
def test_train_job_beyond_its_memory_fails_naming_the_limit():
    run = make_scheduled_run()
    Training.objects.filter(run=run).update(max_memory_mb=400)

    jobs.run(run.training.job_id)

    assert again(run).tags["throughline.failure"] == "It needed more than its limit of 400 MB of memory."
    assert again(run).status == "FAILED"


@pytest.mark.django_db(transaction=True)
def test_train_job_beyond_its_time_fails_naming_the_limit():
    run = make_scheduled_run(estimator="random_forest", settings={"n_estimators": 2000})
    Training.objects.filter(run=run).update(max_seconds=1)

    jobs.run(run.training.job_id)

    assert again(run).tags["throughline.failure"] == "It was stopped after its limit of 1 seconds."
    assert again(run).status == "FAILED"


@pytest.mark.django_db(transaction=True)
def test_cancelled_training_is_killed():
    run = make_scheduled_run()
    by = run.created_by

    operations.cancel_job(job=run.training.job, by=by, now=now())

    assert again(run).status == "KILLED"
    assert Event.objects.filter(type="run.killed").count() == 1
    assert jobs.run(run.training.job_id) is None


@pytest.mark.django_db
def test_cancel_job_by_who_may_not_is_refused():
    run = make_scheduled_run()
    for person in (make_member(run.project, Role.VIEWER), make_user()):
        with pytest.raises(NotAllowed):
            operations.cancel_job(job=run.training.job, by=person, now=now())

    assert Job.objects.get(kind="train").state == "queued"


def measure(job, value, step):
    metric = MetricEntry(key="loss", value=value, step=step, timestamp_ms=int(time.time() * 1000))
    operations.measure_training(job=job, metric=metric, now=now())


@pytest.mark.django_db(transaction=True)
def test_retry_after_a_lost_worker_shows_one_history():
    run = make_scheduled_run()
    dead = jobs.claim(run.training.job_id)
    operations.begin_training(job=dead, now=now())
    for step in (1, 2, 3):
        measure(dead, 0.9, step)
    lose(dead)

    alive = jobs.claim(dead.pk)
    operations.begin_training(job=alive, now=now())
    measure(alive, 0.5, 1)
    with pytest.raises(jobs.LostLease):  # the first worker was only asleep
        measure(dead, 0.1, 4)
    with pytest.raises(jobs.LostLease):
        operations.begin_training(job=dead, now=now())

    assert [(p.step, p.value) for p in queries.metric_history(run=run, key="loss")] == [(1, 0.5)]
    assert Event.objects.filter(type="run.started").count() == 1


@pytest.mark.django_db(transaction=True)
def test_training_whose_worker_is_lost_each_time_fails():
    run = make_scheduled_run()
    for _ in range(3):
        operations.begin_training(job=jobs.claim(run.training.job_id), now=now())
        lose(run.training.job)

    jobs.run(run.training.job_id)

    assert again(run).status == "FAILED"
    assert again(run).tags["throughline.failure"] == "The worker was lost 3 times."


WORKER = """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
from core import jobs
jobs.run(int(sys.argv[1]))
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_worker_killed_in_the_middle_of_training_comes_to_one_result(settings):
    """A real worker process, killed with -9 while its child trains; its lease runs out, and another takes over."""
    run = make_scheduled_run(estimator="hist_gradient_boosting", settings={"max_iter": 1000})
    job = Job.objects.get(pk=run.training.job_id)
    address = re.sub(r"/[^/?]*(?=\?|$)", f"/{connection.settings_dict['NAME']}", os.environ["DATABASE_URL"], count=1)
    given = os.environ | {"DATABASE_URL": address, "JOB_LEASE_SECONDS": "3"}
    worker = subprocess.Popen([sys.executable, "-c", WORKER, str(job.pk)], env=given, cwd=settings.BASE_DIR)
    deadline = time.monotonic() + 60
    while not MetricPoint.objects.filter(run=run).exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)

    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    measured = MetricPoint.objects.filter(run=run).count()
    while job.pk not in [pk for pk, _ in jobs.take_due()]:
        Job.objects.filter(pk=job.pk).update(rung_at=None)
        assert time.monotonic() < deadline
        time.sleep(0.2)
    Training.objects.filter(run=run).update(settings={"max_iter": 20})
    state = jobs.run(job.pk)

    job.refresh_from_db()
    assert (state, job.attempt, again(run).status) == ("succeeded", 2, "FINISHED")
    assert measured > 0
    steps = [p.step for p in queries.metric_history(run=run, key="train_log_loss")]
    assert steps == sorted(set(steps))
    assert Event.objects.filter(type="run.finished").count() == 1


@pytest.mark.django_db(transaction=True)
def test_finish_by_two_workers_records_once():
    run = make_trained_run()

    assert Event.objects.filter(type="run.finished", subject_id=run.run_id).count() == 1
    assert not math.isnan(queries.latest_metrics([run])[run.pk][0].value)


@pytest.mark.django_db(transaction=True)
def test_job_log_of_a_training_is_kept():
    rows = make_rows(200)
    rows[0]["is_fraud"] = None
    run = train_for_real(version=make_dataset_version(rows=rows))

    assert again(run).status == "FINISHED"
    assert any("without a value" in line for line in JobLog.objects.values_list("line", flat=True))


def test_threads_are_gone():
    """No lease keeper outlives its job."""
    assert not [t.name for t in threading.enumerate() if t.name.startswith("lease-")]
