"""Writes about deployments: which version answers under a name."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction

from core import events, storage
from core.errors import Conflict, DomainError
from core.models import User
from core.rules import require
from models_registry import approvals, queries, rules, signatures
from models_registry.enums import DEPLOYMENT_FLOW, DeploymentState, VersionState
from models_registry.events import (
    DEPLOYMENT_CREATED,
    DEPLOYMENT_PAUSED,
    DEPLOYMENT_REFUSED,
    DEPLOYMENT_RESUMED,
    DEPLOYMENT_RETIRED,
    DEPLOYMENT_ROLLED_BACK,
    DEPLOYMENT_UPDATED,
)
from models_registry.model_cache import cache
from models_registry.models import Deployment, ModelVersion, Review
from models_registry.operations import values
from models_registry.operations.locking import locked_deployment, locked_version, require_version
from projects.enums import FindingState, Severity
from projects.models import Finding, Project
from projects.operations.findings import raise_finding
from projects.operations.locking import locked, locked_open

if TYPE_CHECKING:
    from models_registry.serving import LoadedModel

SMOKE_ROWS = 20
REVIEW_DAYS = 5


def deploy_version(*, project: Project, name: str, version: ModelVersion, by: User | None, now: datetime) -> Deployment:
    """Let an approved version answer under this name, from the next request on; the name is made if it is new.

    The model is loaded and has to predict before anything changes; what served stays warm, for a roll-back. Raises
    NotAllowed, Invalid, Conflict (`not_approved`; `foreign_model`, `smoke_failed`, `not_servable`; retired project).
    """
    name = values.deployment_name(name)
    require(rules.why_not_deploy(by, project.pk))
    _require_approved(version)
    _smoke(version)
    return _flip(project=project, name=name, version=version, by=by, now=now)


@transaction.atomic
def roll_back(
    *, deployment: Deployment, by: User | None, now: datetime, expected_version: int | None = None
) -> Deployment:
    """Serve again what served before. Once more leads forward again.

    In an incident nothing else may be at hand: what was changed since its approval serves too, other than when it is
    deployed. The event names what was changed, and a finding that blocks the next gate asks for its review.

    Raises NotAllowed, Conflict (`nothing_before`; `not_approved`), PreconditionFailed.
    """
    project = locked(deployment.project_id)
    deployment = locked_deployment(deployment)
    require(rules.why_not_deploy(by, project.pk))
    require_version(deployment, deployment.version, expected_version)
    _require_standing(deployment)
    previous = deployment.previous_version
    if previous is None:
        raise Conflict(f"Nothing served as {deployment} before.", code="nothing_before")
    previous = locked_version(previous)
    _require_approved(previous)
    was = deployment.live_version
    deployment.live_version, deployment.previous_version = previous, was
    _save(deployment, by=by, now=now)
    changed = approvals.changed_since_approved(previous)
    told = {"changed": changed} if changed else {}
    events.record(DEPLOYMENT_ROLLED_BACK, deployment, by=by, **_facts(deployment, was), **told)
    if changed:
        _ask_for_review(project, deployment, changed, by=by, now=now)
    return deployment


def _ask_for_review(
    project: Project, deployment: Deployment, changed: list[str], *, by: User | None, now: datetime
) -> None:
    """Once, while nobody has closed it."""
    version = deployment.live_version
    about = f"{version.model.name}@{version.number}"
    title = f"{version} serves on an approval from before it was changed"[:200]
    open_ones = Finding.objects.filter(project=project, about_type="version", about_id=about, state=FindingState.OPEN)
    if open_ones.filter(title=title).exists():
        return
    raise_finding(
        project=project,
        title=title,
        detail=f"{deployment} was rolled back to it. Changed since it was approved: {' and '.join(changed)}.",
        severity=Severity.HIGH,
        about_type="version",
        about_id=about,
        due_date=now.date() + timedelta(days=REVIEW_DAYS),
        barred=[by],
        by=by,
        now=now,
    )


@transaction.atomic
def pause_deployment(
    *, deployment: Deployment, reason: str, by: User | None, now: datetime, expected_version: int | None = None
) -> Deployment:
    """Answer no more, until it is resumed. Raises NotAllowed, Invalid (no reason), IllegalStep, PreconditionFailed."""
    reason = values.text("reason", reason, required=True)
    deployment = _step(deployment, "pause", by=by, expected_version=expected_version)
    events.record(DEPLOYMENT_PAUSED, deployment, by=by, reason=reason)
    return deployment


@transaction.atomic
def resume_deployment(
    *, deployment: Deployment, by: User | None, now: datetime, expected_version: int | None = None
) -> Deployment:
    """Raises NotAllowed, IllegalStep, PreconditionFailed."""
    deployment = _step(deployment, "resume", by=by, expected_version=expected_version)
    events.record(DEPLOYMENT_RESUMED, deployment, by=by, number=deployment.live_version.number)
    return deployment


@transaction.atomic
def retire_deployment(
    *, deployment: Deployment, reason: str, by: User | None, now: datetime, expected_version: int | None = None
) -> Deployment:
    """Answer never again; its record stays. Raises NotAllowed, Invalid (no reason), IllegalStep."""
    reason = values.text("reason", reason, required=True)
    deployment = _step(deployment, "retire", by=by, expected_version=expected_version)
    events.record(DEPLOYMENT_RETIRED, deployment, by=by, reason=reason)
    return deployment


@transaction.atomic
def note_refused_deployment(*, review: Review, reason: str, now: datetime) -> None:
    """An approved version could not be put to work: said aloud, on the record, rather than retried for ever."""
    deployment = review.deployment
    assert deployment is not None, "a review without a deployment deploys nothing"
    events.record(DEPLOYMENT_REFUSED, deployment, by=None, reason=reason, version=review.model_version.public_id)


@transaction.atomic
def _flip(*, project: Project, name: str, version: ModelVersion, by: User | None, now: datetime) -> Deployment:
    project = locked_open(project.pk)
    version = locked_version(version)
    _require_approved(version)
    _require_as_approved(version)
    existing = Deployment.objects.filter(project=project, name=name).first()
    if existing is None:
        return _create(project, name, version, by=by, now=now)
    deployment = locked_deployment(existing)
    _require_standing(deployment)
    if deployment.model_id != version.model_id:
        raise Conflict(f"{name} serves {deployment.model}, not {version.model}.", field="name", code="foreign_model")
    was = deployment.live_version
    if was.pk == version.pk:
        return deployment
    deployment.live_version, deployment.previous_version = version, was
    _save(deployment, by=by, now=now)
    events.record(DEPLOYMENT_UPDATED, deployment, by=by, **_facts(deployment, was))
    return deployment


def _create(project: Project, name: str, version: ModelVersion, *, by: User | None, now: datetime) -> Deployment:
    deployment = Deployment.objects.create(
        project=project,
        name=name,
        model=version.model,
        live_version=version,
        deployed_by=by,
        deployed_at=now,
        created_at=now,
    )
    events.record(DEPLOYMENT_CREATED, deployment, by=by, **_facts(deployment, None))
    return deployment


def _step(deployment: Deployment, name: str, *, by: User | None, expected_version: int | None) -> Deployment:
    deployment = locked_deployment(deployment)
    require(rules.why_not_deploy(by, deployment.project_id))
    require_version(deployment, deployment.version, expected_version)
    deployment.state = DEPLOYMENT_FLOW.target(deployment.state, name)
    deployment.version += 1
    deployment.save(update_fields=["state", "version"])
    return deployment


def _save(deployment: Deployment, *, by: User | None, now: datetime) -> None:
    deployment.version += 1
    deployment.deployed_by, deployment.deployed_at = by, now
    deployment.save(update_fields=["live_version", "previous_version", "version", "deployed_by", "deployed_at"])


def _require_standing(deployment: Deployment) -> None:
    if deployment.state == DeploymentState.RETIRED:
        raise Conflict(f"{deployment} is retired: take another name.", code="retired")


def _require_approved(version: ModelVersion) -> None:
    if version.state != VersionState.APPROVED:
        state = version.get_state_display().lower()
        raise Conflict(f"{version} is not approved: it is {state}. Ask for its review first.", code="not_approved")


def _require_as_approved(version: ModelVersion) -> None:
    changed = approvals.changed_since_approved(version)
    if changed:
        raise Conflict(
            f"{version} was changed since it was approved: {' and '.join(changed)}. Whoever approved it withdraws, "
            "and it is reviewed anew.",
            code="not_approved",
        )


def _smoke(version: ModelVersion) -> None:
    """Load the model and let it predict. Raises Conflict."""
    try:
        _predict_something(version, cache.get(version))
    except DomainError as error:
        code = error.code if isinstance(error, Conflict) else "smoke_failed"
        raise Conflict(f"{version} cannot be deployed: {error.message}", code=code) from error


def _predict_something(version: ModelVersion, model: "LoadedModel") -> None:
    """Rows of the holdout where there is one, and the signature's own example where that is sure to be a fair one."""
    # Polars and scikit-learn are loaded only where models are.
    from experiments.tabular import Table, read_table  # noqa: PLC0415

    yardstick = queries.yardstick_of(version)
    if yardstick is not None:
        with tempfile.TemporaryDirectory(prefix="throughline-smoke-") as folder:
            holdout = storage.copy_to(yardstick.holdout, Path(folder) / "holdout.parquet")
            model.scores(Table(read_table(holdout, format="parquet").arrow.slice(0, SMOKE_ROWS).combine_chunks()))
    signature = queries.signature_of(version)
    if signatures.is_exemplary(signature):
        model.predict([signatures.example_row(signature)])


def _facts(deployment: Deployment, was: ModelVersion | None) -> dict[str, object]:
    live = deployment.live_version
    return {
        "model": live.model.name,
        "number": live.number,
        "version_pk": live.pk,
        "digest": live.digest,
        "was": was.number if was else None,
        "was_pk": was.pk if was else None,
    }
