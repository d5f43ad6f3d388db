"""What the operations on models, versions, deployments and monitors are called with in the walk, by their names."""

import io
from collections.abc import Callable

from documents.assembly import mapping_named
from experiments import operations as experiments
from experiments.models import DatasetVersion
from experiments.queries import root_of
from models_registry import operations
from models_registry.models import (
    Approval,
    Comparison,
    Deployment,
    ModelVersion,
    PredictionLog,
    RegisteredModel,
    Webhook,
)
from models_registry.operations.webhooks import Change
from projects import operations as projects
from tests.factories import now
from tests.models_registry.factories import make_logged_version
from tests.models_registry.test_evaluations import make_elsewhere
from tests.walk.of_projects import Call
from tests.walk.world import Line


def approval(world: Line) -> Approval:
    """The open review, approved."""
    operations.approve_version(review=world.review, comment="Good.", by=world.people.validator, now=now())
    return Approval.objects.get(review=world.review)


def spare_model(world: Line) -> RegisteredModel:
    by = world.people.scientist
    return operations.register_model(project=world.project, name="spare", by=by, now=now())


def followed_deployment(world: Line) -> Deployment:
    """What serves, after another version served in its place."""
    return operations.deploy_version(
        project=world.project,
        name=world.deployment.name,
        version=approval(world).review.model_version,
        by=world.people.engineer,
        now=now(),
    )


def paused_deployment(world: Line) -> Deployment:
    by = world.people.engineer
    return operations.pause_deployment(deployment=world.deployment, reason="Wrong blocks.", by=by, now=now())


def changed_version(world: Line) -> ModelVersion:
    """One whose files were changed since it was made."""
    version = make_logged_version(world.project, {"model.bin": b"one"})
    experiments.put_artifact(
        project=world.project,
        root=root_of(version.logged_model),
        path="model.bin",
        source=io.BytesIO(b"two"),
        by=world.owner,
        now=now(),
    )
    return version


def webhook(world: Line) -> Webhook:
    return operations.create_webhook(project=world.project, change=HOOK, by=world.owner, now=now())


def uncompared_model(world: Line) -> RegisteredModel:
    Comparison.objects.filter(challenger=world.open_version).delete()
    return world.model


def prediction(world: Line) -> str:
    return str(PredictionLog.objects.filter(deployment=world.monitor.deployment).first().prediction_id)


def watched_risk(world: Line) -> Call:
    return {
        "risk": world.risk,
        "metric": "drift.share",
        "subject": world.monitor.deployment.name,
        "operator": "gt",
        "threshold": 0.2,
        "window_seconds": 60,
        "breach_likelihood": 5,
        "by": world.owner,
    }


HOOK = Change(name="chat", url="https://hooks.example.com/registry", events=["model_version.created"])


REGISTRY: dict[str, Callable[[Line], Call]] = {
    "register_model": lambda w: {"project": w.project, "name": "another", "by": w.people.scientist},
    "update_model": lambda w: {"model": w.model, "description": "Scores.", "by": w.people.scientist},
    "create_version": lambda w: {"model": w.model, "run": w.trained, "by": w.people.scientist},
    "update_version": lambda w: {"version": w.open_version, "description": "Deeper.", "by": w.people.scientist},
    "set_version_tags": lambda w: {"version": w.open_version, "tags": {"a": "b"}, "by": w.people.scientist},
    "delete_version_tag": lambda w: {"version": w.open_version, "key": "kind", "by": w.people.scientist},
    "set_alias": lambda w: {"model": w.model, "alias": "new", "version": w.open_version, "by": w.people.scientist},
    "delete_alias": lambda w: {"model": w.model, "alias": "next", "by": w.people.scientist},
    "archive_version": lambda w: {"version": w.candidate, "by": w.people.scientist},
    "request_review": lambda w: {"version": w.candidate, "reason": "Better.", "by": w.people.scientist},
    "approve_version": lambda w: {"review": w.review, "comment": "Good.", "by": w.people.validator},
    "request_changes": lambda w: {"review": w.review, "comment": "Slices.", "by": w.people.validator},
    "withdraw_review": lambda w: {"review": w.review, "by": w.people.scientist},
    "deploy_version": lambda w: {
        "project": w.project,
        "name": "second",
        "version": w.approved,
        "by": w.people.engineer,
    },
    "pause_deployment": lambda w: {"deployment": w.deployment, "reason": "Wrong blocks.", "by": w.people.engineer},
    "retire_deployment": lambda w: {"deployment": w.deployment, "reason": "Replaced.", "by": w.people.engineer},
    "ensure_model": lambda w: {"project": w.project, "name": "ensured", "by": w.people.scientist},
    "rename_model": lambda w: {"model": spare_model(w), "name": "renamed", "by": w.people.scientist},
    "delete_model": lambda w: {"model": spare_model(w), "by": w.people.scientist},
    "set_model_tags": lambda w: {"model": w.model, "tags": {"a": "b"}, "by": w.people.scientist},
    "delete_model_tag": lambda w: {"model": w.model, "key": "team", "by": w.people.scientist},
    "revise_version": lambda w: {"version": changed_version(w), "by": w.owner},
    "delete_version": lambda w: {"version": w.candidate, "by": w.people.scientist},
    "choose_evaluation": lambda w: {
        "version": make_elsewhere(w.project),
        "dataset_version": DatasetVersion.objects.filter(project=w.project).first(),
        "target": "is_fraud",
        "by": w.people.validator,
    },
    "start_comparison": lambda w: {
        "challenger": w.candidate,
        "champion": w.approved,
        "by": w.people.scientist,
    },
    "start_comparisons_of_open_reviews": lambda w: {"model": uncompared_model(w), "by": w.people.scientist},
    "show_evidence": lambda w: {"review": w.review, "by": w.people.validator},
    "withdraw_decision": lambda w: {"approval": approval(w), "reason": "I was wrong.", "by": w.people.validator},
    "resume_deployment": lambda w: {"deployment": paused_deployment(w), "by": w.people.engineer},
    "roll_back": lambda w: {"deployment": followed_deployment(w), "by": w.people.engineer},
    "label_predictions": lambda w: {
        "deployment": w.monitor.deployment,
        "labels": [{"prediction_id": prediction(w), "truth": 1}],
        "by": w.people.engineer,
    },
    "create_webhook": lambda w: {"project": w.project, "change": HOOK, "by": w.owner},
    "update_webhook": lambda w: {"webhook": webhook(w), "change": Change(name="others"), "by": w.owner},
    "delete_webhook": lambda w: {"webhook": webhook(w), "by": w.owner},
}

MONITORING: dict[str, Callable[[Line], Call]] = {
    "create_monitor": lambda w: {"deployment": w.deployment, "by": w.people.engineer},
    "update_monitor": lambda w: {"monitor": w.monitor, "min_rows": 120, "by": w.people.engineer},
    "acknowledge_alert": lambda w: {"alert": w.alert, "by": w.people.engineer},
    "resolve_alert": lambda w: {"alert": w.alert, "by": w.people.engineer},
    "start_retraining": lambda w: {"monitor": w.monitor, "alert": w.alert, "by": w.people.engineer},
}

PROJECT: dict[str, Callable[[Line], Call]] = {
    "start_from_template": lambda w: {"project": w.project, "template": "card_fraud", "by": w.people.scientist},
    "bind_indicator": watched_risk,
    "remove_indicator": lambda w: {"indicator": projects.bind_indicator(**watched_risk(w), now=now()), "by": w.owner},
}

DOCUMENTS: dict[str, Callable[[Line], Call]] = {
    "write_passage": lambda w: {
        "project": w.project,
        "kind": mapping_named("model_card"),
        "version": w.open_version,
        "paragraph": "1",
        "text": "Scores card payments.",
        "by": w.people.scientist,
    },
}

PORTING: dict[str, Callable[[Line], Call]] = {
    "start_export": lambda w: {"project": w.project, "experiments": None, "by": w.owner},
    "start_import": lambda w: {"project": w.project, "upload": io.BytesIO(b"zip"), "filename": "a.zip", "by": w.owner},
}
