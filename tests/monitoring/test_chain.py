"""From drift to a new version in service: every hop by its own event, and a person decides."""

import io
from datetime import timedelta

import pytest
from django.db import transaction

from core import jobs, ledger
from core.errors import NotAllowed
from core.models import Event, Stream
from experiments.operations import create_dataset_version, start_training
from models_registry import operations as registry
from models_registry.models import Deployment, PredictionLog
from models_registry.prediction import predict
from monitoring import operations
from monitoring.models import Alert, DriftWindow, Retraining
from projects.operations import revise_scope
from projects.roles import Role
from tests.drain import drain
from tests.factories import make_member, make_project
from tests.monitoring.factories import START, TARGET, transactions

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

BEFORE = START - timedelta(hours=1)


class Watched:
    """A model that was trained, approved, deployed and is watched, all by the operations that people call."""

    def __init__(self):
        self.project = make_project()
        self.owner = self.project.created_by
        self.engineer = make_member(self.project, Role.ENGINEER)
        self.validator = make_member(self.project, Role.VALIDATOR)
        scope = {"metric": "average_precision", "baseline": 0.05, "minimal_useful": 0.1}
        revise_scope(project=self.project, values=scope, by=self.owner, now=BEFORE)
        self.deployment = self._deploy(self._train())
        self.monitor = operations.create_monitor(
            deployment=self.deployment,
            window_seconds=10,
            min_rows=200,
            min_labels=900,
            cooldown_seconds=0,
            by=self.engineer,
            now=START,
        )

    def _train(self):
        data = create_dataset_version(
            project=self.project,
            name="transactions",
            upload=io.BytesIO(transactions(3000, seed=1).to_csv(index=False).encode()),
            filename="transactions.csv",
            by=self.owner,
            now=BEFORE,
        )
        run = start_training(
            project=self.project,
            experiment_name="Fraud",
            dataset_version=data,
            target=TARGET,
            estimator="hist_gradient_boosting",
            settings={},
            seed=7,
            by=self.owner,
            now=BEFORE,
        )
        drain()
        run.refresh_from_db()
        return run

    def _deploy(self, run):
        model = registry.ensure_model(project=self.project, name="fraud", by=self.owner, now=BEFORE)
        version = registry.create_version(model=model, run=run, by=self.owner, now=BEFORE)
        review = registry.request_review(version=version, reason="First.", by=self.owner, now=BEFORE)
        drain()
        registry.approve_version(review=review, comment="Good.", by=self.validator, now=BEFORE)
        version.refresh_from_db()
        deployment = registry.deploy_version(
            project=self.project, name="fraud", version=version, by=self.owner, now=BEFORE
        )
        drain()
        return deployment

    def send(self, window, *, shift, flipped=False, n=400):
        """Predictions of one window, and the truth about them."""
        frame = transactions(n, seed=100 + window, shift=shift)
        truths = frame.pop(TARGET).tolist()
        if flipped:
            truths = [int(category == "a") for category in frame["category"]]
        at = START + timedelta(seconds=10 * window + 1)
        deployment = Deployment.objects.select_related("project", "model", "live_version__model").get(name="fraud")
        answer = predict(deployment=deployment, rows=frame.to_dict("records"), by=self.engineer, now=at)
        labels = [
            {"prediction_id": each["prediction_id"], "truth": truth}
            for each, truth in zip(answer["predictions"], truths, strict=True)
        ]
        registry.label_predictions(deployment=deployment, labels=labels, by=self.engineer, now=at)

    def check(self):
        with transaction.atomic():
            payload = {"monitor": self.monitor.pk}
            job = jobs.submit("check_drift", project_id=self.project.pk, by=None, payload=payload)
        drain()
        job.refresh_from_db()
        assert job.state == "succeeded", job.error

    def story(self, *prefixes):
        types = Event.objects.filter(stream_id=self.project.pk).order_by("seq").values_list("type", flat=True)
        return [one for one in types if one.startswith(prefixes)]


def test_drift_retrains_and_a_person_lets_it_serve():
    watched = Watched()
    for window, shift in enumerate([0, 1, 1, 1]):
        watched.send(window, shift=shift, flipped=shift == 1)

    watched.check()

    retraining = Retraining.objects.get()
    assert (retraining.state, retraining.note) == ("in_review", "")
    assert retraining.started_by is None
    assert retraining.dataset_version.rows == 1200
    assert str(retraining.dataset_version) == "transactions@v2"
    assert retraining.dataset_version.origin == "labelled_predictions"
    assert str(retraining.run.training.extra_version) == "transactions@v1"
    assert retraining.run.training.seed == 7
    review = retraining.review
    assert (review.author, review.requested_by) == (None, watched.engineer)
    assert "1,200 newer labelled predictions" in review.reason
    assert Deployment.objects.get().live_version.number == 1

    with pytest.raises(NotAllowed):
        registry.approve_version(review=review, comment="Mine.", by=None, now=START)
    with pytest.raises(NotAllowed):
        registry.approve_version(review=review, comment="Mine.", by=watched.engineer, now=START)
    registry.approve_version(review=review, comment="It finds the new kind.", by=watched.validator, now=START)
    drain()

    retraining.refresh_from_db()
    assert retraining.state == "deployed"
    assert Deployment.objects.get().live_version.number == 2
    assert Alert.objects.get().state == "resolved"
    assert watched.story("alert.", "retraining.") == [
        "alert.opened",
        "retraining.started",
        "retraining.training",
        "retraining.in_review",
        "retraining.deployed",
        "alert.resolved",
    ]
    assert ledger.verify(Stream.objects.get(pk=watched.project.pk)).is_intact

    deployed = Deployment.objects.get().deployed_at
    assert DriftWindow.objects.count() == 4
    assert PredictionLog.objects.filter(at__gt=deployed).count() == 0
    watched.check()
    assert Retraining.objects.count() == 1


def test_a_challenger_that_is_not_better_asks_nobody():
    watched = Watched()
    for window, shift in enumerate([1, 1, 1]):
        watched.send(window, shift=shift)

    watched.check()

    retraining = Retraining.objects.get()
    assert retraining.state == "not_better"
    assert retraining.note.startswith("Not better than the champion beyond chance: average_precision ")
    assert retraining.review.state == "withdrawn"
    assert Deployment.objects.get().live_version.number == 1
    assert Alert.objects.get().state == "open"
    watched.check()
    assert Retraining.objects.count() == 1
