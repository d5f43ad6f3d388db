"""What a client's promotion meets: an approved version is promoted; any other gets a review, and the client its
address. The refusal is 403, which MLflow's client does not try again.
"""

from django.urls import reverse

from core.errors import NotAllowed
from core.roles import Scope
from experiments.mlflow.door import Call, require_scope
from models_registry import operations, queries, rules
from models_registry.enums import VersionState
from models_registry.models import ModelVersion, Review


def set_alias(call: Call, version: ModelVersion, alias: str) -> None:
    """Point the alias at the version; a protected one at an approved version only. Raises as `require_approved`."""
    if rules.is_protected(alias):
        require_approved(call, version, said=f"the alias {alias!r}")
        require_scope(call.token, Scope.DEPLOY)
    operations.set_alias(model=version.model, alias=alias, version=version, by=call.by, now=call.now)


def require_approved(call: Call, version: ModelVersion, *, said: str) -> None:
    """Raise NotAllowed with the address of the review of a version that is not approved; open one if there is none."""
    if version.state == VersionState.APPROVED:
        return
    review = queries.open_review(version) or operations.request_review(
        version=version, reason=f"An MLflow client asked for {said}.", by=call.by, now=call.now
    )
    raise NotAllowed(
        f"{version} is not approved, so it cannot have {said} yet. Its review is open: another person decides at "
        f"{address(call, review)}",
        code="not_approved",
    )


def address(call: Call, review: Review) -> str:
    return call.request.build_absolute_uri(reverse("models_registry:review", args=[call.project.key, review.number]))
