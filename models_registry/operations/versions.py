"""Writes about model versions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from core import events
from core.errors import Conflict, Invalid
from core.models import User
from core.rules import require
from experiments.enums import RunSource, RunStatus
from experiments.models import LoggedModel, Run
from models_registry import rules
from models_registry.enums import REVIEW_FLOW, VERSION_FLOW, ReviewState, VersionState
from models_registry.events import (
    REVIEW_DISMISSED,
    VERSION_ARCHIVED,
    VERSION_CREATED,
    VERSION_DELETED,
    VERSION_REVISED,
    VERSION_UPDATED,
)
from models_registry.models import Deployment, Evaluation, ModelVersion, PredictionLog, RegisteredModel, Review
from models_registry.operations import values
from models_registry.operations.aliases import drop_protected_aliases
from models_registry.operations.locking import live_deployments, locked_model, locked_version
from models_registry.queries.files import ModelFiles, files_of, files_of_logged_model, files_of_run, files_under

MAX_SOURCE = 1000


@transaction.atomic
def create_version(
    *,
    model: RegisteredModel,
    by: User | None,
    now: datetime,
    run: Run | None = None,
    logged_model: LoggedModel | None = None,
    root: str = "",
    path: str = "",
    source: str = "",
    description: str = "",
    tags: Mapping[str, str] | None = None,
    number: int | None = None,
) -> ModelVersion:
    """Register the next version of a model, bound to the digest of its files as they are now.

    The files are those of a run that was trained here, of a logged model, or of a folder of a run's artifacts (`root`
    and `path`); `source` is how the client named them. `number` is one that is to be kept. Raises NotAllowed, Invalid
    (`no_model_files`, `several_models`, `foreign_run`), Conflict (`deleted`; `number_taken`; `not_finished` of a
    training that still runs).
    """
    description, given = values.text("description", description), values.tags(tags)
    model = locked_model(model)
    require(rules.why_not_register(by, model.project_id))
    _require_own(model, run, logged_model)
    files = _files(model, run=run, logged_model=logged_model, root=root, path=path)
    number = _number(model, number)
    version = ModelVersion.objects.create(
        project_id=model.project_id,
        model=model,
        number=number,
        run=run or (logged_model.source_run if logged_model else None),
        logged_model=logged_model,
        source=source[:MAX_SOURCE],
        description=description,
        tags=given,
        created_by=by,
        created_at=now,
        updated_at=now,
        **_facts(files),
    )
    model.updated_at = now
    model.save(update_fields=["updated_at"])
    run_id = version.run.run_id if version.run else None
    events.record(
        VERSION_CREATED,
        version,
        by=by,
        version_pk=version.pk,
        digest=version.digest,
        format=str(version.format),
        run_id=run_id,
    )
    return version


@transaction.atomic
def update_version(*, version: ModelVersion, description: str, by: User | None, now: datetime) -> ModelVersion:
    """Change its description: decisions were about the one before. Raises NotAllowed, Invalid, Conflict (`deleted`)."""
    description = values.text("description", description)
    version = _for_change(version, by)
    version.description, version.updated_at = description, now
    version.save(update_fields=["description", "updated_at"])
    events.record(VERSION_UPDATED, version, by=by, changed=["description"])
    return version


@transaction.atomic
def set_version_tags(*, version: ModelVersion, tags: Mapping[str, str], by: User | None, now: datetime) -> ModelVersion:
    """Set these tags, and leave the others. Raises NotAllowed, Invalid, Conflict (`deleted`)."""
    given = values.tags(tags)
    version = _for_change(version, by)
    version.tags, version.updated_at = version.tags | given, now
    version.save(update_fields=["tags", "updated_at"])
    events.record(VERSION_UPDATED, version, by=by, version_pk=version.pk, tags=sorted(given))
    return version


@transaction.atomic
def delete_version_tag(*, version: ModelVersion, key: str, by: User | None, now: datetime) -> ModelVersion:
    """Raises NotAllowed, Invalid (`no_such_tag`), Conflict (`deleted`)."""
    version = _for_change(version, by)
    if key not in version.tags:
        raise Invalid(f"{version} has no tag {key!r}.", field="key", code="no_such_tag")
    del version.tags[key]
    version.updated_at = now
    version.save(update_fields=["tags", "updated_at"])
    events.record(VERSION_UPDATED, version, by=by, version_pk=version.pk, untagged=[key])
    return version


@transaction.atomic
def revise_version(*, version: ModelVersion, by: User | None, now: datetime) -> ModelVersion:
    """Take the version's files as they are now. When they are others, it is a new revision: reviews and approvals of
    the old one are dismissed in this same transaction. With the same files nothing happens.

    Raises NotAllowed, Invalid (`no_model_files`), Conflict (`is_live`), IllegalStep (archived).
    """
    version = _for_change(version, by)
    files = files_of(version)
    if files.digest == version.digest and files.signature == version.signature:
        return version
    _require_not_live(version, "changed")
    was = version.digest
    if version.state != VersionState.CANDIDATE and version.state != VersionState.CHANGES_REQUESTED:
        version.state = VERSION_FLOW.target(version.state, "revise")
    for name, value in _facts(files).items():
        setattr(version, name, value)
    version.version, version.updated_at = version.version + 1, now
    version.save(update_fields=["state", "version", "updated_at", *_facts(files)])
    # It was prepared with the files as they were, and is chosen anew for these.
    Evaluation.objects.filter(version=version).delete()
    _dismiss_reviews(version, by=by)
    drop_protected_aliases(version, by=by)
    events.record(VERSION_REVISED, version, by=by, was=was, digest=version.digest)
    return version


@transaction.atomic
def archive_version(*, version: ModelVersion, by: User | None, now: datetime) -> ModelVersion:
    """Put it aside for good. Raises NotAllowed, IllegalStep (in review), Conflict (`is_live`)."""
    version = _for_change(version, by)
    _require_not_live(version, "archived")
    version.state = VERSION_FLOW.target(version.state, "archive")
    version.updated_at = now
    version.save(update_fields=["state", "updated_at"])
    drop_protected_aliases(version, by=by)
    events.record(VERSION_ARCHIVED, version, by=by)
    return version


@transaction.atomic
def delete_version(*, version: ModelVersion, by: User | None, now: datetime) -> None:
    """Delete a version that was never reviewed or deployed. Raises NotAllowed, Conflict (`in_use`)."""
    version = _for_change(version, by)
    used = (
        Review.objects.filter(model_version=version).exists()
        or Deployment.objects.filter(model=version.model_id, live_version=version).exists()
        or Deployment.objects.filter(model=version.model_id, previous_version=version).exists()
        or PredictionLog.objects.filter(model_version=version).exists()
    )
    if used:
        raise Conflict(f"{version} was reviewed or deployed, and its record stays. Archive it instead.", code="in_use")
    events.record(VERSION_DELETED, version, by=by, digest=version.digest)
    version.delete()


def _number(model: RegisteredModel, wanted: int | None) -> int:
    """The number to give, under the model's lock."""
    if wanted is None:
        return int(model.versions.aggregate(last=Max("number"))["last"] or 0) + 1
    if model.versions.filter(number=wanted).exists():
        raise Conflict(f"{model} has a version {wanted} already.", field="number", code="number_taken")
    return wanted


def _for_change(version: ModelVersion, by: User | None) -> ModelVersion:
    version = locked_version(version)
    require(rules.why_not_register(by, version.project_id))
    return version


def _require_own(model: RegisteredModel, run: Run | None, logged_model: LoggedModel | None) -> None:
    for owner in (run, logged_model):
        if owner is not None and owner.project_id != model.project_id:
            raise Invalid("The run belongs to another project.", field="run_id", code="foreign_run")


def _files(
    model: RegisteredModel, *, run: Run | None, logged_model: LoggedModel | None, root: str, path: str
) -> ModelFiles:
    if logged_model is not None:
        return files_of_logged_model(logged_model)
    if run is not None and run.source == RunSource.TRAINING:
        if run.status != RunStatus.FINISHED:
            raise Conflict(
                f"The run {run.name} has no model: it is {run.get_status_display().lower()}.", code="not_finished"
            )
        return files_of_run(run)
    if root:
        return files_under(project=model.project, root=root, path=path)
    if run is None:
        raise Invalid("Say of which run or model the files are.", field="source", code="required")
    return files_of_run(run)


def _facts(files: ModelFiles) -> dict[str, Any]:
    return {
        "source_root": files.root,
        "source_path": files.path,
        "format": files.format,
        "digest": files.digest,
        "model_blob_id": files.model_digest,
        "signature": files.signature,
    }


def _require_not_live(version: ModelVersion, verb: str) -> None:
    serving = live_deployments(version)
    if serving:
        raise Conflict(
            f"{version} cannot be {verb} while it serves {', '.join(serving)}. Deploy another version first.",
            code="is_live",
        )


def _dismiss_reviews(version: ModelVersion, *, by: User | None) -> None:
    standing = Review.objects.select_for_update(no_key=True).filter(
        model_version=version, state__in=[ReviewState.OPEN, ReviewState.APPROVED]
    )
    for review in standing.order_by("pk"):
        review.state = REVIEW_FLOW.target(review.state, "dismiss")
        review.version += 1
        review.save(update_fields=["state", "version"])
        events.record(REVIEW_DISMISSED, review, by=by, revision=review.revision, version=version.public_id)
