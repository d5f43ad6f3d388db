"""What the registry does when something happened."""

from datetime import UTC, datetime
from typing import Any

from core.errors import DomainError, LedgerClosed
from core.events import on
from core.models import Event
from models_registry import operations
from models_registry.events import (
    ALIAS_DELETED,
    ALIAS_SET,
    COMPARISON_FINISHED,
    DEPLOYMENT_CREATED,
    DEPLOYMENT_PAUSED,
    DEPLOYMENT_RESUMED,
    DEPLOYMENT_RETIRED,
    DEPLOYMENT_ROLLED_BACK,
    DEPLOYMENT_UPDATED,
    MODEL_REGISTERED,
    REVIEW_APPROVED,
    VERSION_APPROVED,
    VERSION_CREATED,
    VERSION_UPDATED,
)
from models_registry.models import Deployment, ModelVersion, Review, Webhook
from projects import operations as project_operations
from projects.models import Project

CHAMPION = "champion"


@on(REVIEW_APPROVED)
def deploy_approved_version(event: Event) -> None:
    """Put the version to work where its review said, and call it champion."""
    reviews = Review.objects.select_related("project", "deployment", "model_version__model")
    review = reviews.get(project=event.stream_id, number=int(event.subject_id))
    if review.deployment is None:
        return
    now, version = datetime.now(UTC), review.model_version
    try:
        operations.deploy_version(
            project=review.project, name=review.deployment.name, version=version, by=None, now=now
        )
    except LedgerClosed:
        raise
    except DomainError as error:  # it would be refused again: say so where people look
        operations.note_refused_deployment(review=review, reason=error.message, now=now)
        return
    operations.set_alias(model=version.model, alias=CHAMPION, version=version, by=None, now=now)


@on(MODEL_REGISTERED, VERSION_CREATED, VERSION_UPDATED, ALIAS_SET, ALIAS_DELETED)
def tell_webhooks(event: Event) -> None:
    """Queue what MLflow's webhooks are told of this, one job for each that asked for it."""
    if not Webhook.objects.filter(project=event.stream_id).exists():
        return
    for name, payload in told_by(event):
        operations.queue_delivery(event=event, name=name, data=payload)


def told_by(event: Event) -> list[tuple[str, dict[str, Any]]]:
    """MLflow's name and payload of everything that an event of ours tells; nothing of a version that is gone."""
    said, name = event.data, event.data.get("name")
    if event.type == MODEL_REGISTERED:
        facts = {"name": name, "tags": said["tags"], "description": said["description"]}
        return [("registered_model.created", facts)]
    if event.type == ALIAS_SET:
        facts = {"name": name, "alias": said["alias"], "version": str(said["number"])}
        return [("model_version_alias.created", facts)]
    if event.type == ALIAS_DELETED:
        return [("model_version_alias.deleted", {"name": name, "alias": said["alias"]})]
    version = ModelVersion.objects.select_related("model", "run").filter(pk=said.get("version_pk")).first()
    return _told_of_version(event, version) if version is not None else []


def _told_of_version(event: Event, version: ModelVersion) -> list[tuple[str, dict[str, Any]]]:
    facts = {"name": version.model.name, "version": str(version.number)}
    if event.type == VERSION_CREATED:
        source = version.source or f"models:/{version.model.name}/{version.number}"
        whole = {
            "source": source,
            "run_id": version.run.run_id if version.run else None,
            "tags": version.tags,
            "description": version.description,
        }
        return [("model_version.created", facts | whole)]
    tagged = [key for key in event.data.get("tags", []) if key in version.tags]
    return [
        *[("model_version_tag.set", facts | {"key": key, "value": version.tags[key]}) for key in tagged],
        *[("model_version_tag.deleted", facts | {"key": key}) for key in event.data.get("untagged", [])],
    ]


@on(VERSION_APPROVED)
def compare_with_new_champion(event: Event) -> None:
    """What else is under review has to beat the version that was just approved."""
    version = ModelVersion.objects.select_related("model").filter(pk=event.data.get("version_pk")).first()
    if version is not None:
        operations.start_comparisons_of_open_reviews(model=version.model, by=None, now=datetime.now(UTC))


@on(
    COMPARISON_FINISHED,
    VERSION_APPROVED,
    DEPLOYMENT_CREATED,
    DEPLOYMENT_UPDATED,
    DEPLOYMENT_ROLLED_BACK,
    DEPLOYMENT_PAUSED,
    DEPLOYMENT_RESUMED,
    DEPLOYMENT_RETIRED,
)
def settle_gate_findings(event: Event) -> None:
    project = Project.objects.get(pk=event.stream_id)
    project_operations.settle_gate_findings(project=project, now=datetime.fromisoformat(event.at))


@on(DEPLOYMENT_CREATED, DEPLOYMENT_UPDATED, DEPLOYMENT_ROLLED_BACK)
def compare_with_what_serves_now(event: Event) -> None:
    deployments = Deployment.objects.select_related("model")
    deployment = deployments.filter(project=event.stream_id, name=event.subject_id).first()
    if deployment is not None:
        operations.start_comparisons_of_open_reviews(model=deployment.model, by=None, now=datetime.now(UTC))
