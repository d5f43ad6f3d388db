"""Writes about registered models: names under which versions are kept."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from core import events
from core.errors import Conflict, Invalid
from core.models import User
from core.rules import require
from models_registry import rules
from models_registry.enums import VersionState
from models_registry.events import MODEL_DELETED, MODEL_REGISTERED, MODEL_RENAMED, MODEL_UPDATED
from models_registry.models import Deployment, PredictionLog, RegisteredModel, Review
from models_registry.operations import values
from models_registry.operations.locking import locked_model
from projects.models import Project


@transaction.atomic
def register_model(
    *,
    project: Project,
    name: str,
    by: User | None,
    now: datetime,
    description: str = "",
    tags: Mapping[str, str] | None = None,
) -> RegisteredModel:
    """Make a name for versions. Raises NotAllowed, Invalid, Conflict (`already_exists`)."""
    name, description, given = values.model_name(name), values.text("description", description), values.tags(tags)
    require(rules.why_not_register(by, project.pk))
    facts = {"description": description, "tags": given, "created_by": by, "created_at": now, "updated_at": now}
    model, is_new = RegisteredModel.objects.get_or_create(project=project, name=name, defaults=facts)
    if not is_new:
        raise Conflict(f"There is a model {name!r} already.", field="name", code="already_exists")
    events.record(MODEL_REGISTERED, model, by=by, name=model.name, tags=given, description=description)
    return model


def ensure_model(
    *, project: Project, name: str, by: User | None, now: datetime, description: str = ""
) -> RegisteredModel:
    """The model of this name, registered now if there is none. Raises NotAllowed, Invalid."""
    found = RegisteredModel.objects.filter(project=project, name=name.strip()).first()
    if found is not None:
        return found
    try:
        return register_model(project=project, name=name, by=by, now=now, description=description)
    except Conflict:  # another was quicker
        return RegisteredModel.objects.get(project=project, name=name.strip())


@transaction.atomic
def update_model(*, model: RegisteredModel, description: str, by: User | None, now: datetime) -> RegisteredModel:
    """Raises NotAllowed, Invalid, Conflict (`deleted`)."""
    description = values.text("description", description)
    model = locked_model(model)
    require(rules.why_not_register(by, model.project_id))
    model.description, model.updated_at = description, now
    model.save(update_fields=["description", "updated_at"])
    events.record(MODEL_UPDATED, model, by=by, changed=["description"])
    return model


@transaction.atomic
def set_model_tags(
    *, model: RegisteredModel, tags: Mapping[str, str], by: User | None, now: datetime
) -> RegisteredModel:
    """Set these tags, and leave the others. Raises NotAllowed, Invalid, Conflict (`deleted`)."""
    given = values.tags(tags)
    model = locked_model(model)
    require(rules.why_not_register(by, model.project_id))
    model.tags, model.updated_at = model.tags | given, now
    model.save(update_fields=["tags", "updated_at"])
    events.record(MODEL_UPDATED, model, by=by, tags=sorted(given))
    return model


@transaction.atomic
def delete_model_tag(*, model: RegisteredModel, key: str, by: User | None, now: datetime) -> RegisteredModel:
    """Raises NotAllowed, Invalid (`no_such_tag`), Conflict (`deleted`)."""
    model = locked_model(model)
    require(rules.why_not_register(by, model.project_id))
    if key not in model.tags:
        raise Invalid(f"The model {model.name!r} has no tag {key!r}.", field="key", code="no_such_tag")
    del model.tags[key]
    model.updated_at = now
    model.save(update_fields=["tags", "updated_at"])
    events.record(MODEL_UPDATED, model, by=by, untagged=[key])
    return model


@transaction.atomic
def rename_model(*, model: RegisteredModel, name: str, by: User | None, now: datetime) -> RegisteredModel:
    """Raises NotAllowed, Invalid, Conflict (`already_exists`; `in_use`: what was approved keeps its name)."""
    name = values.model_name(name)
    model = locked_model(model)
    require(rules.why_not_register(by, model.project_id))
    if RegisteredModel.objects.filter(project=model.project_id, name=name).exclude(pk=model.pk).exists():
        raise Conflict(f"There is a model {name!r} already.", field="name", code="already_exists")
    _require_unused(model, "renamed")
    was, model.name, model.updated_at = model.name, name, now
    model.save(update_fields=["name", "updated_at"])
    events.record(MODEL_RENAMED, model, by=by, was=was)
    return model


@transaction.atomic
def delete_model(*, model: RegisteredModel, by: User | None, now: datetime) -> None:
    """Delete it with its versions. Raises NotAllowed, Conflict (`in_use` once a version was reviewed or deployed)."""
    model = locked_model(model)
    require(rules.why_not_register(by, model.project_id))
    _require_unused(model, "deleted")
    events.record(MODEL_DELETED, model, by=by, versions=model.versions.count())
    model.delete()


def _require_unused(model: RegisteredModel, verb: str) -> None:
    used = (
        model.versions.filter(state=VersionState.APPROVED).exists()
        or Review.objects.filter(model_version__model=model).exists()
        or Deployment.objects.filter(model=model).exists()
        or PredictionLog.objects.filter(model_version__model=model).exists()
    )
    if used:
        raise Conflict(
            f"The model {model.name!r} cannot be {verb}: versions of it were reviewed or deployed, and their record "
            "stays. Archive the versions instead.",
            code="in_use",
        )
