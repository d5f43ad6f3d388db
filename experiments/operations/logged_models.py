"""Writes about MLflow 3's logged models."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from core import events
from core.errors import Conflict, Invalid
from core.models import User
from core.rules import require
from experiments import naming, rules
from experiments.enums import LIFECYCLE_FLOW, LOGGED_MODEL_FLOW, Lifecycle, LoggedModelStatus
from experiments.events import (
    LOGGED_MODEL_CREATED,
    LOGGED_MODEL_DELETED,
    LOGGED_MODEL_FINALIZED,
    LOGGED_MODEL_UPDATED,
)
from experiments.models import Experiment, LoggedModel, Run
from experiments.operations.experiments import lock_active
from experiments.operations.limits import MAX_PARAM_VALUE, MAX_TAG_VALUE, MAX_TAGS, check_key, check_texts

MAX_MODEL_PARAMS = 1000
MAX_NAME = 500

_STEPS = {LoggedModelStatus.READY: "finalize", LoggedModelStatus.UPLOAD_FAILED: "fail"}


@transaction.atomic
def create_logged_model(
    *,
    experiment: Experiment,
    name: str,
    by: User | None,
    now: datetime,
    source_run: Run | None = None,
    model_type: str = "",
    params: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
) -> LoggedModel:
    """Begin a model, pending until it is finalized. Raises NotAllowed, Invalid, Conflict (`deleted`)."""
    params, tags = dict(params or {}), dict(tags or {})
    _check_texts(params, tags)
    if not 1 <= len(name) <= MAX_NAME or any(char in name for char in "/:%\"'.\0"):
        raise Invalid(
            f"A model's name has 1 to {MAX_NAME} characters, without / : . % and quotes: got {name[:60]!r}.",
            field="name",
        )
    experiment = lock_active(experiment, by=by)
    if source_run is not None and source_run.project_id != experiment.project_id:
        raise Invalid("The run belongs to another project.", field="source_run_id", code="foreign_run")
    model = LoggedModel.objects.create(
        project_id=experiment.project_id,
        experiment=experiment,
        model_id=naming.model_id(),
        name=name,
        source_run=source_run,
        model_type=model_type[:100],
        params=params,
        tags=tags,
        created_by=by,
        created_at=now,
        updated_at=now,
    )
    run_id = source_run.run_id if source_run else None
    events.record(LOGGED_MODEL_CREATED, model, by=by, run_id=run_id)
    return model


@transaction.atomic
def finalize_logged_model(*, model: LoggedModel, status: str, by: User | None, now: datetime) -> LoggedModel:
    """Say that its files are there (READY) or will not come (UPLOAD_FAILED). The same again changes nothing.

    Raises NotAllowed, Invalid (another status), IllegalStep, Conflict (`deleted`).
    """
    model = lock_model(model, by=by)
    if status not in _STEPS:
        raise Invalid(f"A model is finalized as {' or '.join(_STEPS)}: got {status!r}.", field="status")
    if model.status == status:
        return model
    model.status = LOGGED_MODEL_FLOW.target(model.status, _STEPS[LoggedModelStatus(status)])
    model.updated_at = now
    model.save(update_fields=["status", "updated_at"])
    events.record(LOGGED_MODEL_FINALIZED, model, by=by, status=str(status))
    return model


@transaction.atomic
def log_model_params(*, model: LoggedModel, params: Mapping[str, str], by: User | None, now: datetime) -> LoggedModel:
    """Add params; one that is there keeps its value. Raises NotAllowed, Invalid, Conflict (`deleted`)."""
    _check_texts(params, {})
    model = lock_model(model, by=by)
    model.params, model.updated_at = dict(params) | model.params, now
    model.save(update_fields=["params", "updated_at"])
    events.record(LOGGED_MODEL_UPDATED, model, by=by, params=sorted(params))
    return model


@transaction.atomic
def set_logged_model_tags(
    *, model: LoggedModel, tags: Mapping[str, str], by: User | None, now: datetime
) -> LoggedModel:
    """Add or change tags. Raises NotAllowed, Invalid, Conflict (`deleted`)."""
    _check_texts({}, tags)
    model = lock_model(model, by=by)
    model.tags, model.updated_at = model.tags | dict(tags), now
    model.save(update_fields=["tags", "updated_at"])
    events.record(LOGGED_MODEL_UPDATED, model, by=by, tags=sorted(tags))
    return model


@transaction.atomic
def delete_logged_model_tag(*, model: LoggedModel, key: str, by: User | None, now: datetime) -> LoggedModel:
    """Raises NotAllowed, Invalid (`no_such_tag`), Conflict (`deleted`)."""
    check_key("tag", key)
    model = lock_model(model, by=by)
    if key not in model.tags:
        raise Invalid(f"The model {model.model_id} has no tag {key!r}.", field="key", code="no_such_tag")
    del model.tags[key]
    model.updated_at = now
    model.save(update_fields=["tags", "updated_at"])
    events.record(LOGGED_MODEL_UPDATED, model, by=by, untagged=[key])
    return model


@transaction.atomic
def delete_logged_model(*, model: LoggedModel, by: User | None, now: datetime) -> LoggedModel:
    """Put it aside. Raises NotAllowed, Conflict (`deleted`)."""
    model = lock_model(model, by=by)
    model.lifecycle = LIFECYCLE_FLOW.target(model.lifecycle, "delete")
    model.updated_at = now
    model.save(update_fields=["lifecycle", "updated_at"])
    events.record(LOGGED_MODEL_DELETED, model, by=by)
    return model


def lock_model(model: LoggedModel, *, by: User | None) -> LoggedModel:
    """Lock it for a change by `by`. Raises NotAllowed, Conflict (`deleted`)."""
    model = LoggedModel.objects.select_for_update(no_key=True).get(pk=model.pk)
    require(rules.why_not_train(by, model.project_id))
    if model.lifecycle != Lifecycle.ACTIVE:
        raise Conflict(f"The model {model.model_id} is deleted.", code="deleted")
    return model


def _check_texts(params: Mapping[str, str], tags: Mapping[str, str]) -> None:
    check_texts("param", params, at_most=MAX_MODEL_PARAMS, value_length=MAX_PARAM_VALUE)
    check_texts("tag", tags, at_most=MAX_TAGS, value_length=MAX_TAG_VALUE)
