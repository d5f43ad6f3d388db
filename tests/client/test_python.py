"""`import throughline`: the same as the command line, as objects."""

import dataclasses
import math
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import throughline
from tests.journeys.line import rows_of, transactions
from throughline import answers

OPENAPI = Path(__file__).resolve().parents[2] / "docs" / "openapi.yaml"

# The schema writes these under one name; the client under the word for what it is.
UNDER_ANOTHER_NAME = {"Past": "PastDecision"}


def schemas():
    """Of each shape that the API answers, the names of its properties."""
    found, name = {}, None
    text = OPENAPI.read_text()
    for line in text[text.index("\ncomponents:") :].splitlines():
        if match := re.fullmatch(r"    (\w+):", line):
            name = match[1]
            found[name] = set()
        elif name and (match := re.match(r" {8}(\w+):", line)):
            found[name].add(match[1])
    return {
        name.removesuffix("Shape"): properties
        for name, properties in found.items()
        if name.endswith("Shape") and not name.endswith("PageShape")
    }


def test_answers_name_nothing_that_the_api_does_not_answer():
    """What the API adds is in `raw` at once; what it takes away or renames fails here."""
    shapes = schemas()
    kept = {
        name: {field.name for field in dataclasses.fields(each)} - {"raw"}
        for name, each in vars(answers).items()
        if isinstance(each, type) and issubclass(each, answers.Answer) and each is not answers.Answer
    }

    wanted = {UNDER_ANOTHER_NAME.get(name, name): properties for name, properties in shapes.items()}
    assert len(kept) > 40
    strange = {name: fields - wanted.get(name, set()) for name, fields in kept.items()}
    assert {name: fields for name, fields in strange.items() if fields} == {}


def test_answers_are_typed():
    event = {"seq": 3, "type": "run.finished", "at": "2026-11-24T15:00:00Z", "subject": {"type": "run", "id": "r"}}
    metric = {"key": "loss", "value": "NaN", "step": 0, "timestamp_ms": 1}

    read = answers.Event.of(event)

    assert (read.at, read.subject.id) == (datetime(2026, 11, 24, 15, tzinfo=UTC), "r")
    assert math.isnan(answers.Metric.of(metric).value)
    assert answers.Run.of({"metrics": [metric], "ended_at": None}).ended_at is None
    assert answers.Event.of(event | {"later": 1}).raw["later"] == 1


def test_everything_named_is_there():
    names = [name for name in throughline.__all__ if name != "__version__"]
    assert [getattr(throughline, name).__name__.rpartition(".")[2] for name in names] == names
    with pytest.raises(AttributeError):
        _ = throughline.nothing


@pytest.fixture
def scientist(product, people):
    with throughline.connect(product.url, people.scientist.token) as client:
        yield client


@pytest.mark.slow
def test_train_and_wait(scientist, trained):
    told = []
    training = scientist.project(trained.key).train(
        "transactions",
        target="is_fraud",
        estimator="logistic_regression",
        run_name="from python",
    )
    run = training.wait(timeout=120, told=lambda job, run: told.append((job.state, run.status)))

    assert (run.run_id, run.status, run.name) == (training.run_id, "FINISHED", "from python")
    assert 0 < run.metric("average_precision") <= 1
    assert told[-1] == ("succeeded", "FINISHED")
    assert run.run_id in [each.run_id for each in scientist.project(trained.key).runs(status="FINISHED")]


@pytest.mark.slow
def test_a_training_that_fails_raises_its_reason(scientist, trained):
    with pytest.raises(throughline.Invalid) as caught:
        scientist.project(trained.key).train("transactions", target="nothing", estimator="random_forest")
    assert "nothing" in caught.value.detail

    training = scientist.project(trained.key).train("transactions", target="is_fraud", estimator="random_forest")
    training.cancel()
    with pytest.raises(throughline.Failed) as failed:
        training.wait(timeout=120)
    assert failed.value.answer.run_id == training.run_id


@pytest.mark.slow
def test_predict_and_label(people, product, scientist, trained):
    review = people.scientist.post(f"/projects/{trained.key}/reviews", model="fraud-scorer", number=1)
    project = scientist.project(trained.key)
    assert project.wait_for_review(review["number"], timeout=120).is_computed
    with throughline.connect(product.url, people.validator.token) as validator:
        validator.project(trained.key).approve(review["number"], "Read it.")
    with throughline.connect(product.url, people.engineer.token) as engineer:
        engineer.project(trained.key).deploy("card-fraud", model="fraud-scorer", number=1)

    frame = transactions(8, seed=2)
    rows, truths = rows_of(frame)
    deployment = project.deployment("card-fraud")
    answered = deployment.predict(rows)
    assert (answered.version, len(answered.predictions)) == (1, 8)
    of_frame = deployment.predict(frame.drop(columns="is_fraud"))
    assert [each.score for each in of_frame.predictions] == [each.score for each in answered.predictions]
    ids = [each.prediction_id for each in answered.predictions]
    assert deployment.label(dict(zip(ids, truths, strict=True))).labelled == 8

    with pytest.raises(throughline.Invalid) as caught:
        deployment.predict([rows[0], rows[1] | {"amount": "much"}])
    assert [(each["field"], each["code"]) for each in caught.value.errors] == [("rows.1.amount", "wrong_type")]
    with pytest.raises(ValueError, match="not JSON compliant"):
        deployment.predict([rows[0] | {"amount": math.nan}])


@pytest.mark.slow
def test_watch_gives_each_event_once(scientist, people, key):
    project = scientist.project(key)
    seen = project.watch(every=0.05, timeout=60)
    people.scientist.post(f"/projects/{key}/items", title="Before the first look")
    head = project.last_seq()

    watched = project.watch(after=head - 1, every=0.05, timeout=60)
    first = next(watched)
    people.scientist.post(f"/projects/{key}/items", title="Later")
    second = next(watched)

    assert [(first.seq, first.type), (second.seq, second.type)] == [(head, "item.added"), (head + 1, "item.added")]
    seen.close()


@pytest.mark.slow
def test_refusals_are_exceptions(product, people, key):
    with throughline.connect(product.url, people.stranger.token) as client, pytest.raises(throughline.NotFound):
        client.project(key).show()
    with throughline.connect(product.url, "tl_0000") as client, pytest.raises(throughline.NotSignedIn):
        client.me()
    with throughline.connect(product.url, people.owner.token) as client, pytest.raises(throughline.Conflict):
        client.create_project(key, "Again")


@pytest.mark.slow
def test_mlflow_env_names_the_projects_door(scientist, people, product, key):
    assert scientist.project(key).mlflow_env() == {
        "MLFLOW_TRACKING_URI": f"{product.url}/p/{key}",
        "MLFLOW_TRACKING_TOKEN": people.scientist.token,
    }
