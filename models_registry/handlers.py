"""What the registry does when something happened."""

from datetime import UTC, datetime

from core.errors import DomainError
from core.events import on
from core.models import Event
from models_registry import operations
from models_registry.events import (
    DEPLOYMENT_CREATED,
    DEPLOYMENT_ROLLED_BACK,
    DEPLOYMENT_UPDATED,
    REVIEW_APPROVED,
    VERSION_APPROVED,
)
from models_registry.models import Deployment, ModelVersion, Review

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
    except DomainError as error:  # it would be refused again: say so where people look
        operations.note_refused_deployment(review=review, reason=error.message, now=now)
        return
    operations.set_alias(model=version.model, alias=CHAMPION, version=version, by=None, now=now)


@on(VERSION_APPROVED)
def compare_with_new_champion(event: Event) -> None:
    """What else is under review has to beat the version that was just approved."""
    version = ModelVersion.objects.select_related("model").filter(pk=event.data.get("version_pk")).first()
    if version is not None:
        operations.start_comparisons_of_open_reviews(model=version.model, by=None, now=datetime.now(UTC))


@on(DEPLOYMENT_CREATED, DEPLOYMENT_UPDATED, DEPLOYMENT_ROLLED_BACK)
def compare_with_what_serves_now(event: Event) -> None:
    deployments = Deployment.objects.select_related("model")
    deployment = deployments.filter(project=event.stream_id, name=event.subject_id).first()
    if deployment is not None:
        operations.start_comparisons_of_open_reviews(model=deployment.model, by=None, now=datetime.now(UTC))
