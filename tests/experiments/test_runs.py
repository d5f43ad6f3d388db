"""Experiments, runs and what they log: MLflow's rules, all of a batch or nothing."""

import hashlib
import io
import math
import threading

import pytest
from django.db import connection

from core.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from core.flow import IllegalStep
from core.models import Event
from experiments import operations, queries
from experiments.models import Artifact, MetricPoint
from experiments.operations import InputEntry, MetricEntry
from projects.roles import Role
from tests.experiments.factories import make_experiment, make_run, make_scheduled_run, make_trained_run
from tests.factories import make_member, make_project, make_user, now


def log(run, **given):
    by = given.pop("by", run.created_by)
    return operations.log_batch(run=run, by=by, now=now(), **given)


def point(value, step=0, at=1, key="loss"):
    return MetricEntry(key=key, value=value, step=step, timestamp_ms=at)


def history(run, key="loss"):
    return [(p.step, p.timestamp_ms, p.value) for p in queries.metric_history(run=run, key=key)]


def latest(run):
    return {one.key: one.value for one in queries.latest_metrics([run])[run.pk]}


def told(run):
    return list(
        Event.objects.filter(stream=run.project_id, subject_type="run").order_by("seq").values_list("type", flat=True)
    )


# --- experiments -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_create_experiment_taken_name_refused():
    experiment = make_experiment(name="Baselines")

    with pytest.raises(Conflict, match="already exists"):
        operations.create_experiment(project=experiment.project, name="Baselines", by=experiment.created_by, now=now())
    operations.delete_experiment(experiment=experiment, by=experiment.created_by, now=now())
    with pytest.raises(Conflict, match="deleted state"):
        operations.create_experiment(project=experiment.project, name="Baselines", by=experiment.created_by, now=now())


@pytest.mark.django_db
def test_create_experiment_by_a_viewer_or_a_stranger_refused():
    project = make_project()
    for person in (make_member(project, Role.VIEWER), make_user()):
        with pytest.raises(NotAllowed):
            operations.create_experiment(project=project, name="Mine", by=person, now=now())

    assert not queries.visible_experiments(project).exists()


@pytest.mark.django_db
def test_deleted_experiment_hides_its_runs_until_it_is_restored():
    run = make_run()
    experiment, by = run.experiment, run.created_by

    operations.delete_experiment(experiment=experiment, by=by, now=now())
    assert not queries.visible_runs(run.project).exists()
    with pytest.raises(Conflict, match="is deleted"):
        make_run(experiment=experiment)
    with pytest.raises(IllegalStep):
        operations.delete_experiment(experiment=experiment, by=by, now=now())

    operations.restore_experiment(experiment=experiment, by=by, now=now())
    assert queries.visible_runs(run.project).get() == run


@pytest.mark.django_db
def test_experiment_rename_and_tags():
    experiment = make_experiment(name="Baselines")
    by = experiment.created_by

    operations.rename_experiment(experiment=experiment, name="Boosting", by=by, now=now())
    operations.set_experiment_tags(experiment=experiment, tags={"team": "fraud"}, by=by, now=now())
    operations.set_experiment_tags(experiment=experiment, tags={"team": "cards", "x": "1"}, by=by, now=now())
    operations.delete_experiment_tag(experiment=experiment, key="x", by=by, now=now())

    experiment.refresh_from_db()
    assert (experiment.name, experiment.tags) == ("Boosting", {"team": "cards"})


# --- runs ------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_run_begins_ends_resumes_and_ends_otherwise():
    run = make_run()
    by = run.created_by

    operations.end_run(run=run, status="FINISHED", ended_at=now(), by=by)
    operations.update_run(run=run, status="RUNNING", by=by)
    operations.end_run(run=run, status="FAILED", ended_at=now(), by=by)
    run = operations.end_run(run=run, status="KILLED", ended_at=now(), by=by)

    assert run.status == "KILLED"
    assert told(run) == ["run.started", "run.finished", "run.started", "run.failed", "run.killed"]


@pytest.mark.django_db
def test_update_run_unknown_status_refused():
    run = make_run()

    with pytest.raises(Invalid, match="one of SCHEDULED"):
        operations.update_run(run=run, status="DONE", by=run.created_by)


@pytest.mark.django_db
def test_deleted_run_takes_nothing_until_it_is_restored():
    run = make_run()
    operations.delete_run(run=run, by=run.created_by, now=now())

    with pytest.raises(Conflict, match="Current state is deleted"):
        log(run, metrics=[point(1.0)])
    operations.restore_run(run=run, by=run.created_by, now=now())
    log(run, metrics=[point(1.0)])

    assert latest(run) == {"loss": 1.0}


@pytest.mark.django_db
def test_run_by_id_of_another_project_is_not_found():
    run = make_run()

    assert queries.run_by_id(project=run.project, run_id=run.run_id) == run
    with pytest.raises(NotFound):
        queries.run_by_id(project=make_project(), run_id=run.run_id)


@pytest.mark.django_db
def test_log_inputs_again_changes_nothing():
    run = make_run()
    entry = InputEntry(name="train.csv", digest="abc", context="training", details={"source": "local"})

    for _ in range(2):
        operations.log_inputs(run=run, inputs=[entry], by=run.created_by, now=now())

    assert [(one.name, one.digest) for one in run.inputs.all()] == [("train.csv", "abc")]


# --- batches ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_log_batch_keeps_every_point_once_and_the_latest():
    run = make_run()
    points = [point(0.5, step=2, at=20), point(0.9, step=1, at=30), point(0.7, step=2, at=10)]

    log(run, metrics=points)
    log(run, metrics=points)

    assert history(run) == [(1, 30, 0.9), (2, 10, 0.7), (2, 20, 0.5)]
    assert latest(run) == {"loss": 0.5}


@pytest.mark.django_db
def test_log_batch_keeps_nan_and_infinities():
    run = make_run()
    values = [math.nan, math.inf, -math.inf]

    for _ in range(2):
        log(run, metrics=[point(value, step=step) for step, value in enumerate(values)])

    found = [value for _, _, value in history(run)]
    assert math.isnan(found[0])
    assert found[1:] == values[1:]


@pytest.mark.django_db
def test_log_batch_param_never_changes_its_value():
    run = make_run()
    log(run, params={"depth": "6"})
    log(run, params={"depth": "6", "rounds": "100"})

    with pytest.raises(Invalid, match="Changing param values is not allowed"):
        log(run, params={"depth": "7", "new": "1"}, tags={"a": "b"}, metrics=[point(1.0)])

    run.refresh_from_db()
    assert (run.params, run.tags, latest(run)) == ({"depth": "6", "rounds": "100"}, {}, {})


@pytest.mark.django_db
def test_what_an_open_run_logs_is_summed_up_by_the_event_of_its_end():
    run = make_run()

    log(run, params={"depth": "6"}, tags={"a": "b"}, metrics=[point(1.0), point(1.0, key="auc")])
    log(run, metrics=[point(3.0, step=2)])
    operations.end_run(run=run, status="FINISHED", ended_at=now(), by=run.created_by)

    assert told(run) == ["run.started", "run.finished"]
    digest = hashlib.sha256(b'[{"depth":"6"},{"a":"b"}]').hexdigest()
    said = {"metrics": 2, "params": 1, "tags": 1, "digest": digest}
    assert Event.objects.get(type="run.finished").data == {"logged": said}


@pytest.mark.django_db
def test_what_changes_after_a_run_ended_is_an_event():
    run = make_run()
    operations.end_run(run=run, status="FINISHED", ended_at=now(), by=run.created_by)

    log(run, params={"depth": "6"}, tags={"a": "b"}, metrics=[point(1.0), point(2.0, step=1), point(1.0, key="auc")])
    log(run, params={"depth": "6"}, tags={"a": "b"})

    assert told(run) == ["run.started", "run.finished", "run.logged"]
    said = {"metrics": ["auc", "loss"], "params": ["depth"], "tags": ["a"]}
    assert Event.objects.get(type="run.logged").data == said


@pytest.mark.django_db
def test_values_of_a_run_that_was_taken_over_are_told_by_the_end_of_the_whole():
    run = make_run()
    operations.end_run(run=run, status="FINISHED", ended_at=now(), by=run.created_by)

    operations.take_points(run=run, metrics=[point(1.0), point(2.0, step=1)])

    assert (history(run), told(run)) == ([(0, 1, 1.0), (1, 1, 2.0)], ["run.started", "run.finished"])


@pytest.mark.django_db
def test_values_of_a_deleted_run_are_not_taken_over():
    run = make_run()
    operations.delete_run(run=run, by=run.created_by, now=now())

    with pytest.raises(Conflict):
        operations.take_points(run=run, metrics=[point(1.0)])

    assert not MetricPoint.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given",
    [
        {"metrics": [point(1.0, step=n) for n in range(1001)]},
        {"params": {f"p{n}": "1" for n in range(101)}},
        {"tags": {f"t{n}": "1" for n in range(101)}},
        {"metrics": [point(1.0, key="../x")]},
        {"metrics": [point(1.0, key="/abs")]},
        {"metrics": [point(1.0, key="a//b")]},
        {"metrics": [point(1.0, key=".")]},
        {"metrics": [point(1.0, key="x" * 251)]},
        {"metrics": [point(1.0, key="")]},
        {"metrics": [point(1.0, at=-1)]},
        {"metrics": [point(1.0, at=10**30)]},
        {"metrics": [point(1.0, step=2**63)]},
        {"metrics": [point("1.0")]},
        {"params": {"a": "x" * 6001}},
        {"tags": {"a": "x" * 8001}},
        {"params": {"a": "nul\0"}},
    ],
)
def test_log_batch_beyond_the_limits_writes_nothing(given):
    run = make_run()

    with pytest.raises(Invalid):
        log(run, **given)

    run.refresh_from_db()
    assert (run.params, run.tags, MetricPoint.objects.count()) == ({}, {}, 0)


@pytest.mark.django_db
def test_log_batch_by_who_may_not_is_refused():
    run = make_run()
    for person in (make_member(run.project, Role.VIEWER), make_user()):
        with pytest.raises(NotAllowed):
            log(run, metrics=[point(1.0)], by=person)

    assert latest(run) == {}


@pytest.mark.django_db
def test_log_batch_to_a_run_trained_here_takes_tags_alone():
    run = make_trained_run()

    log(run, tags={"reviewed": "yes"})
    with pytest.raises(NotAllowed, match="only its worker"):
        log(run, metrics=[point(0.99, key="average_precision")])
    with pytest.raises(NotAllowed, match="only its worker"):
        operations.end_run(run=run, status="FAILED", ended_at=now(), by=run.created_by)
    with pytest.raises(NotAllowed, match="only its worker"):
        put(run, "model/model.skops", b"another model")

    assert latest(run)["average_precision"] == 0.81


@pytest.mark.django_db(transaction=True)
def test_log_batch_by_many_writers_keeps_every_point_in_order():
    run = make_run()

    def write(writer):
        for number in range(10):
            log(run, metrics=[point(number / 10, step=writer * 10 + number, key=f"m{number % 3}")])
        connection.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    [t.start() for t in threads]
    [t.join() for t in threads]

    steps = [step for key in ("m0", "m1", "m2") for step, _, _ in history(run, key)]
    assert sorted(steps) == list(range(60))
    assert [s for s, _, _ in history(run, "m0")] == sorted(s for s, _, _ in history(run, "m0"))
    assert latest(run) == {"m0": 0.9, "m1": 0.7, "m2": 0.8}


@pytest.mark.django_db(transaction=True)
def test_log_batch_param_by_two_at_once_has_one_value():
    run, refused = make_run(), []

    def write(value):
        try:
            log(run, params={"depth": value})
        except Invalid as error:
            refused.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(str(n),)) for n in range(4)]
    [t.start() for t in threads]
    [t.join() for t in threads]

    assert refused == ["param_changed"] * 3


@pytest.mark.django_db
def test_downsampled_history_keeps_every_peak_and_both_ends():
    run = make_run()
    for begin in range(0, 5000, 1000):
        log(run, metrics=[point(0.5 + step % 7 / 100, step=step) for step in range(begin, begin + 1000)])
    log(run, metrics=[point(9.0, step=1234, at=2), point(-9.0, step=4321, at=2), point(math.nan, step=2500, at=2)])

    kept = queries.downsampled(run=run, key="loss", buckets=20)

    assert len(kept) <= 80
    found = [(one.step, one.timestamp_ms, one.value) for one in kept]
    assert found == sorted(found)
    assert set(found) <= set(history(run))
    assert {(0, 1, 0.5), (1234, 2, 9.0), (4321, 2, -9.0), (4999, 1, 0.51)} <= set(found)


@pytest.mark.django_db
def test_downsampled_history_of_few_points_is_whole():
    run = make_run()
    log(run, metrics=[point(math.nan, step=-5), point(math.inf, step=0), point(2.0, step=7)])

    assert [(one.step, str(one.value)) for one in queries.downsampled(run=run, key="loss")] == [
        (-5, "nan"),
        (0, "inf"),
        (7, "2.0"),
    ]
    assert queries.downsampled(run=run, key="other") == []


@pytest.mark.django_db
def test_latest_metrics_costs_one_query_however_many_runs(django_assert_num_queries):
    runs = [make_run() for _ in range(3)]
    for run in runs:
        log(run, metrics=[point(1.0)])

    with django_assert_num_queries(1):
        queries.latest_metrics(runs[:1])
    with django_assert_num_queries(1):
        assert len(queries.latest_metrics(runs)) == 3


# --- files -----------------------------------------------------------------------------------------------------------


def put(run, path, data=b"bytes"):
    return operations.put_artifact(
        project=run.project,
        root=queries.root_of(run),
        path=path,
        source=io.BytesIO(data),
        by=run.created_by,
        now=now(),
    )


def paths(run, prefix=""):
    found = queries.artifacts(project=run.project, root=queries.root_of(run), prefix=prefix)
    return [artifact.path for artifact in found]


@pytest.mark.django_db
def test_put_artifact_lists_by_folder_and_replaces():
    run = make_run()
    for path in ("model/MLmodel", "model/data/model.skops", "models.txt"):
        put(run, path)
    put(run, "models.txt", b"other bytes")

    assert paths(run) == ["model/MLmodel", "model/data/model.skops", "models.txt"]
    assert paths(run, "model") == ["model/MLmodel", "model/data/model.skops"]
    assert Artifact.objects.get(path="models.txt").size == 11


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "", "/etc/passwd", "../x", "a/../b", "a/./b", "a//b", "a/", "..%2f..%2fetc/passwd", "%252e%252e/x", "..\\x",
        "C:\\x", "C:/x", "a\0b", "a\nb", "x" * 1001, "~/x", "file:x", "a#b", "a/x.", "a/x ", "CON", "aux.txt", "%2fx",
    ],
)  # fmt: skip
def test_put_artifact_bad_path_refused(path):
    run = make_run()

    with pytest.raises(Invalid) as refused:
        put(run, path)

    assert (refused.value.code, Artifact.objects.count()) == ("bad_path", 0)


@pytest.mark.django_db
def test_put_artifact_composed_and_decomposed_names_are_one():
    run = make_run()
    put(run, "caf\u00e9.txt")
    put(run, "cafe\u0301.txt", b"again")

    assert paths(run) == ["caf\u00e9.txt"]


@pytest.mark.django_db
def test_put_artifact_a_file_is_no_folder():
    run = make_run()
    put(run, "a/b")

    for path in ("a", "a/b/c"):
        with pytest.raises(Conflict):
            put(run, path)


@pytest.mark.django_db
def test_put_artifact_to_anothers_root_refused():
    run, stranger = make_run(), make_user()
    other = make_project(owner=stranger)

    def attempt(project, root, by):
        operations.put_artifact(project=project, root=root, path="x", source=io.BytesIO(b"x"), by=by, now=now())

    root = queries.root_of(run)
    for project, wrong, by, refusal in [
        (run.project, root, stranger, NotAllowed),
        (other, root, stranger, NotFound),
        (run.project, "1/../2", run.created_by, NotFound),
        (run.project, "", run.created_by, NotFound),
    ]:
        with pytest.raises(refusal):
            attempt(project, wrong, by)

    assert not Artifact.objects.exists()


@pytest.mark.django_db
def test_delete_artifact_takes_a_folder_with_all_below_it():
    run = make_run()
    for path in ("model/a", "model/b/c", "modelled"):
        put(run, path)

    gone = operations.delete_artifact(
        project=run.project, root=queries.root_of(run), path="model", by=run.created_by, now=now()
    )

    assert (gone, paths(run)) == (2, ["modelled"])


# --- logged models ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_logged_model_is_pending_until_finalized():
    run = make_run()
    by = run.created_by
    model = operations.create_logged_model(
        experiment=run.experiment, name="model", source_run=run, by=by, now=now(), params={"depth": "6"}
    )
    assert (model.status, model.model_id[:2]) == ("LOGGED_MODEL_PENDING", "m-")

    operations.set_logged_model_tags(model=model, tags={"a": "b"}, by=by, now=now())
    model = operations.finalize_logged_model(model=model, status="LOGGED_MODEL_READY", by=by, now=now())

    assert (model.status, model.tags) == ("LOGGED_MODEL_READY", {"a": "b"})
    with pytest.raises(IllegalStep):
        operations.finalize_logged_model(model=model, status="LOGGED_MODEL_UPLOAD_FAILED", by=by, now=now())


@pytest.mark.django_db
def test_logged_model_foreign_run_or_stranger_refused():
    run, other = make_run(), make_run()
    for given in ({"source_run": other, "by": run.created_by}, {"source_run": run, "by": make_user()}):
        with pytest.raises(DomainError):
            operations.create_logged_model(experiment=run.experiment, name="model", now=now(), **given)


@pytest.mark.django_db
def test_delete_run_that_is_being_trained_refused():
    run = make_scheduled_run()

    with pytest.raises(Conflict, match="Cancel its job"):
        operations.delete_run(run=run, by=run.created_by, now=now())
