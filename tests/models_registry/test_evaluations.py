"""A version that was trained elsewhere: judged, approved, served and watched on data that somebody chose."""

import functools
import io

import numpy as np
import pandas as pd
import pytest
import skops.io
from django.test import Client
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from core.errors import Conflict, Invalid, NotAllowed
from core.models import Event
from experiments import operations as experiments
from experiments.operations import InputEntry
from models_registry import checks, operations, prediction, queries
from models_registry.models import Comparison, Evaluation, ModelVersion
from monitoring import operations as monitoring
from projects.roles import Role
from tests.drain import drain
from tests.experiments.factories import make_dataset_version, make_rows
from tests.factories import make_member, make_project, now
from tests.models_registry.factories import make_approved, make_logged_version, make_review, make_scoped_project
from tests.models_registry.test_rest import Caller

MLMODEL = b"""flavors: {}
signature:
  inputs: '[{"type": "double", "name": "amount", "required": true}, {"type": "long", "name": "hour", "required": true}]'
"""


@functools.cache
def notebook_model(target="amount"):
    """What a notebook fits: two columns, classes false and true, saved by skops."""
    rows = pd.DataFrame(make_rows(400, seed=3))
    frame = pd.DataFrame({"amount": rows["amount"].astype(float), "hour": rows["hour"].astype(int)})
    labels = rows["is_fraud"].astype(str).str.lower().isin(["true", "1"]).to_numpy()
    model = make_pipeline(StandardScaler(), LogisticRegression()).fit(frame, labels)
    return skops.io.dumps(model)


def make_elsewhere(project=None, *, files=None):
    project = project or make_scoped_project(baseline=0.01, minimal_useful=0.01)
    return make_logged_version(project, files or {"MLmodel": MLMODEL, "model.skops": notebook_model()})


def choose(version, data, *, by=None, target="is_fraud"):
    return operations.choose_evaluation(
        version=version, dataset_version=data, target=target, by=by or version.project.created_by, now=now()
    )


def prepared(version, data, **given):
    """An evaluation whose job has run."""
    choose(version, data, **given)
    drain()
    return queries.evaluation_of(version)


def complete_lineage(version):
    """What a careful notebook says: data, commit, seed."""
    run, owner = version.run, version.project.created_by
    experiments.log_inputs(run=run, inputs=[InputEntry(name="rows", digest="a" * 8)], by=owner, now=now())
    tags, params = {"mlflow.source.git.commit": "c0ffee" * 6}, {"random_state": "7"}
    experiments.log_batch(run=run, params=params, tags=tags, by=owner, now=now())


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_from_a_notebook_to_production():
    files = {"MLmodel": MLMODEL, "model.skops": notebook_model(), "requirements.txt": b"scikit-learn"}
    version = make_elsewhere(files=files)
    complete_lineage(version)
    project, validator = version.project, make_member(version.project, Role.VALIDATOR)
    data = make_dataset_version(project, make_rows(800))
    review = operations.request_review(version=version, reason="", by=project.created_by, now=now())
    assert {check.id: check.state for check in checks.review_checks(review)}["beats_champion"] == "bad"

    chosen = prepared(version, data, by=validator)

    assert (chosen.error, chosen.rows["holdout"] + chosen.rows["reference"]) == ("", 800)
    assert Comparison.objects.get().result["alone"][0]["metric"] == "average_precision"
    met = {check.id: check for check in checks.review_checks(review)}
    assert {name: check.state for name, check in met.items()} == dict.fromkeys(met, "ok")
    assert "may have seen" in met["beats_champion"].value
    operations.approve_version(review=review, comment="Good on our rows.", by=validator, now=now())
    version = ModelVersion.objects.get(pk=version.pk)
    deployment = operations.deploy_version(
        project=project, name="notebook", version=version, by=project.created_by, now=now()
    )
    row = {"amount": 12.5, "hour": 3}
    answer = prediction.predict(deployment=deployment, rows=[row], by=project.created_by, now=now())
    assert answer["version"] == version.number
    monitor = monitoring.create_monitor(deployment=deployment, by=project.created_by, now=now())
    assert monitor.deployment == deployment


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("target", "rows", "said"),
    [
        ("merchant", make_rows(300), "has the classes"),
        ("is_fraud", [{k: v for k, v in row.items() if k != "hour"} for row in make_rows(300)], "no column “hour”"),
        ("is_fraud", make_rows(300)[:20], "are needed"),
    ],
)
def test_data_that_the_model_cannot_be_judged_on(target, rows, said):
    version = make_elsewhere()
    data = make_dataset_version(version.project, rows)

    chosen = prepared(version, data, target=target)

    assert said in chosen.error
    assert (chosen.holdout, chosen.reference, chosen.signature) == (None, None, None)
    assert queries.yardstick_of(version) is None


@pytest.mark.django_db
def test_choose_evaluation_asks_for_a_job_and_records_it():
    version = make_elsewhere()
    data = make_dataset_version(version.project)

    chosen = choose(version, data)

    assert (chosen.job.kind, chosen.target, str(chosen.dataset_version)) == ("hold_out", "is_fraud", str(data))
    event = Event.objects.get(type="evaluation.chosen")
    assert (event.subject_id, event.data) == (version.public_id, {"data": str(data), "target": "is_fraud"})


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.VIEWER, Role.ENGINEER, None])
def test_choose_evaluation_person(role):
    version = make_elsewhere()
    data = make_dataset_version(version.project)
    person = make_member(version.project, role) if role else make_project().created_by
    if role == Role.ENGINEER:
        assert choose(version, data, by=person).created_by == person
        return

    with pytest.raises(NotAllowed):
        choose(version, data, by=person)
    assert not Evaluation.objects.exists()


@pytest.mark.django_db
def test_choose_evaluation_refused_moments():
    project = make_scoped_project()
    data = make_dataset_version(project)
    trained_here = make_approved(project)
    pickled = make_elsewhere(project, files={"MLmodel": MLMODEL, "model.pkl": b"\x80\x04."})

    for version, code in [(trained_here, "trained_here"), (pickled, "not_servable")]:
        with pytest.raises(Conflict) as refused:
            choose(version, data)
        assert refused.value.code == code
    assert not Evaluation.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("target", "foreign"), [("is_frod", False), ("is_fraud", True)])
def test_choose_evaluation_wrong_data_refused(target, foreign):
    version = make_elsewhere()
    data = make_dataset_version(make_project() if foreign else version.project)

    with pytest.raises(Invalid) as refused:
        choose(version, data, target=target)

    assert refused.value.code == ("foreign" if foreign else "target_missing")
    assert not Evaluation.objects.exists()
    assert not Event.objects.filter(type="evaluation.chosen").exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_other_data_cannot_be_chosen_once_a_review_rests_on_some():
    version = make_elsewhere()
    data = make_dataset_version(version.project)
    prepared(version, data)
    make_review(version, compared=False)

    with pytest.raises(Conflict, match="rests on the data chosen before"):
        choose(version, data)
    assert queries.yardstick_of(version).chosen == str(data)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_version_with_other_files_is_judged_anew():
    version = make_elsewhere()
    prepared(version, make_dataset_version(version.project))
    again = skops.io.dumps(LogisticRegression(C=0.5).fit(np.array([[0.0, 1.0], [5.0, 2.0]]), [False, True]))
    experiments.put_artifact(
        project=version.project,
        root=version.source_root,
        path="model.skops",
        source=io.BytesIO(again),
        by=version.project.created_by,
        now=now(),
    )

    operations.revise_version(version=version, by=version.project.created_by, now=now())

    assert queries.evaluation_of(version) is None
    assert queries.yardstick_of(ModelVersion.objects.get(pk=version.pk)) is None


@pytest.mark.django_db
def test_the_job_of_data_that_were_chosen_before_changes_nothing():
    version = make_elsewhere()
    data = make_dataset_version(version.project)
    first = choose(version, data).job
    choose(version, data)

    operations.fail_evaluation(job=first, reason="Too late.")

    assert queries.evaluation_of(version).error == ""


@pytest.mark.django_db
def test_page_and_rest_choose_and_show():
    version = make_elsewhere()
    data = make_dataset_version(version.project)
    owner, rest = Client(), Caller(version.project.created_by, version.project)
    owner.force_login(version.project.created_by)
    page = f"/p/{version.project.key}/models/{version.model.name}/{version.number}/"
    address = f"/models/{version.model.name}/versions/{version.number}/evaluation"

    assert rest.get(address).status_code == 404
    wrong = owner.post(f"{page}evaluation/", {"dataset": data.pk, "target": "nothing"})
    assert wrong.status_code == 422
    assert "has no column" in wrong.content.decode()
    assert owner.post(f"{page}evaluation/", {"dataset": data.pk, "target": "is_fraud"}).status_code == 302
    assert "Judged on" in owner.get(page).content.decode()
    shown = rest.get(address).json()
    assert (shown["dataset"], shown["number"], shown["target"], shown["holdout_digest"]) == (
        data.dataset.name,
        data.number,
        "is_fraud",
        None,
    )
    body = {"dataset": data.dataset.name, "number": data.number, "target": "is_fraud"}
    assert rest.send("PUT", address, body).status_code == 200
    assert rest.send("PUT", address, body | {"number": 99}).status_code == 404
    assert rest.send("PUT", address, body | {"target": "nothing"}).json()["code"] == "target_missing"
    stranger = Caller(make_project().created_by, version.project)
    assert stranger.send("PUT", address, body).status_code == 404
