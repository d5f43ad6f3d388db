"""Writes about aliases: names that point at a version."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from core import events
from core.errors import Invalid, NotAllowed
from core.models import User
from core.rules import require
from models_registry import rules
from models_registry.enums import VersionState
from models_registry.events import ALIAS_DELETED, ALIAS_SET
from models_registry.models import ModelAlias, ModelVersion, RegisteredModel
from models_registry.operations import values
from models_registry.operations.locking import locked_model, locked_version


@transaction.atomic
def set_alias(
    *, model: RegisteredModel, alias: str, version: ModelVersion, by: User | None, now: datetime
) -> ModelAlias:
    """Point an alias at a version, from wherever it points. A protected one (champion, production) points at approved
    versions only. Raises NotAllowed, Invalid, Conflict (`deleted`).
    """
    alias = values.alias_name(alias)
    model = locked_model(model)
    version = locked_version(version)
    if version.model_id != model.pk:
        raise Invalid(f"{version} is no version of {model}.", field="version", code="foreign_version")
    if rules.is_protected(alias):
        _require_approved(version, alias)
    require(rules.why_not_set_alias(by, alias, model.project_id))
    row, _ = ModelAlias.objects.update_or_create(model=model, name=alias, defaults={"model_version": version})
    events.record(ALIAS_SET, model, by=by, name=model.name, alias=alias, number=version.number)
    return row


@transaction.atomic
def delete_alias(*, model: RegisteredModel, alias: str, by: User | None, now: datetime) -> None:
    """Raises NotAllowed, Invalid (`no_such_alias`)."""
    model = locked_model(model)
    require(rules.why_not_set_alias(by, alias, model.project_id))
    deleted, _ = ModelAlias.objects.filter(model=model, name=alias).delete()
    if not deleted:
        raise Invalid(f"The model {model.name!r} has no alias {alias!r}.", field="alias", code="no_such_alias")
    events.record(ALIAS_DELETED, model, by=by, name=model.name, alias=alias)


def drop_protected_aliases(version: ModelVersion, *, by: User | None) -> None:
    """Nothing that is no longer approved is called champion."""
    for row in version.aliases.order_by("name"):
        if rules.is_protected(row.name):
            row.delete()
            events.record(
                ALIAS_DELETED,
                version.model,
                by=by,
                name=version.model.name,
                alias=row.name,
                number=version.number,
            )


def _require_approved(version: ModelVersion, alias: str) -> None:
    if version.state == VersionState.APPROVED:
        return
    page = reverse("models_registry:version", args=[version.project.key, version.model.name, version.number])
    raise NotAllowed(
        f"The alias “{alias}” names what is in use, so it points at approved versions only, and {version} is "
        f"{version.get_state_display().lower()}. Ask for its review at {page}.",
        code="not_approved",
    )
