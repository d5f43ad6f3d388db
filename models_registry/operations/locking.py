"""The order in which rows are locked, so that two writers cannot wait for each other:

project, registered model, version, review, deployment, and at last (in `events.record`) the stream.
"""

from core.errors import Conflict, PreconditionFailed
from models_registry.enums import DeploymentState
from models_registry.models import Deployment, ModelVersion, RegisteredModel, Review


def locked_model(model: RegisteredModel) -> RegisteredModel:
    """Raises Conflict (`deleted`) if it was deleted meanwhile."""
    return _found(RegisteredModel.objects.select_for_update(no_key=True).filter(pk=model.pk).first(), "model")


def locked_version(version: ModelVersion) -> ModelVersion:
    """With its model, run and logged model. Raises Conflict (`deleted`)."""
    rows = ModelVersion.objects.select_for_update(no_key=True, of=("self",))
    found = rows.select_related("project", "model", "run", "logged_model").filter(pk=version.pk).first()
    return _found(found, "version")


def locked_review(review: Review) -> Review:
    """With its version, locked first. The version's row is the one that a decision and a revision meet at."""
    version = locked_version(review.model_version)
    rows = Review.objects.select_for_update(no_key=True, of=("self",))
    found = rows.select_related("requested_by", "author", "deployment__live_version").get(pk=review.pk)
    found.model_version = version
    found.project = version.project
    return found


def locked_deployment(deployment: Deployment) -> Deployment:
    rows = Deployment.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("project", "model", "live_version__model", "previous_version__model").get(
        pk=deployment.pk
    )


def require_version(thing: object, current: int, expected: int | None) -> None:
    """Raise PreconditionFailed if somebody changed it since it was read. `expected` None: any version will do."""
    if expected is not None and expected != current:
        raise PreconditionFailed(
            f"{thing} was changed meanwhile: you have version {expected}, it is version {current} now."
        )


def live_deployments(version: ModelVersion) -> list[str]:
    """Names of the deployments that this version serves."""
    serving = Deployment.objects.filter(live_version=version).exclude(state=DeploymentState.RETIRED)
    return list(serving.order_by("name").values_list("name", flat=True))


def _found(row, what: str):  # type: ignore[no-untyped-def]
    if row is None:
        raise Conflict(f"This {what} was deleted.", code="deleted")
    return row
