"""Writes about experiments."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from core import events
from core.errors import Conflict, Invalid
from core.models import User
from core.rules import require
from experiments import rules
from experiments.enums import LIFECYCLE_FLOW, Lifecycle
from experiments.events import EXPERIMENT_CREATED, EXPERIMENT_DELETED, EXPERIMENT_RESTORED, EXPERIMENT_UPDATED
from experiments.models import Experiment
from experiments.operations.limits import MAX_TAG_VALUE, MAX_TAGS, check_key, check_texts
from projects.models import Project

MAX_NAME = 500


@transaction.atomic
def create_experiment(
    *, project: Project, name: str, by: User | None, now: datetime, tags: Mapping[str, str] | None = None
) -> Experiment:
    """Create an experiment. Raises NotAllowed, Invalid for a bad name, Conflict (`taken`) for one in use."""
    name, tags = _clean_name(name), dict(tags or {})
    check_texts("tag", tags, at_most=MAX_TAGS, value_length=MAX_TAG_VALUE)
    require(rules.why_not_train(by, project.pk))
    _refuse_taken(project, name)
    experiment, created = Experiment.objects.get_or_create(
        project=project, name=name, defaults={"tags": tags, "created_by": by, "created_at": now, "updated_at": now}
    )
    if not created:
        raise _taken(name)
    events.record(EXPERIMENT_CREATED, experiment, by=by)
    return experiment


@transaction.atomic
def ensure_experiment(*, project: Project, name: str, by: User | None, now: datetime) -> Experiment:
    """The active experiment of this name, created if there is none. Raises as `create_experiment`."""
    existing = Experiment.objects.filter(project=project, name=name.strip(), lifecycle=Lifecycle.ACTIVE).first()
    return existing or create_experiment(project=project, name=name, by=by, now=now)


@transaction.atomic
def rename_experiment(*, experiment: Experiment, name: str, by: User | None, now: datetime) -> Experiment:
    """Raises NotAllowed, Invalid, Conflict (`taken`, `deleted`)."""
    experiment, name = lock_active(experiment, by=by), _clean_name(name)
    if name == experiment.name:
        return experiment
    _refuse_taken(experiment.project, name)
    before, experiment.name, experiment.updated_at = experiment.name, name, now
    experiment.save(update_fields=["name", "updated_at"])
    events.record(EXPERIMENT_UPDATED, experiment, by=by, renamed_from=before)
    return experiment


@transaction.atomic
def set_experiment_tags(
    *, experiment: Experiment, tags: Mapping[str, str], by: User | None, now: datetime
) -> Experiment:
    """Add or change tags. Raises NotAllowed, Invalid, Conflict (`deleted`)."""
    check_texts("tag", tags, at_most=MAX_TAGS, value_length=MAX_TAG_VALUE)
    experiment = lock_active(experiment, by=by)
    experiment.tags, experiment.updated_at = experiment.tags | dict(tags), now
    experiment.save(update_fields=["tags", "updated_at"])
    events.record(EXPERIMENT_UPDATED, experiment, by=by, tags=sorted(tags))
    return experiment


@transaction.atomic
def delete_experiment_tag(*, experiment: Experiment, key: str, by: User | None, now: datetime) -> Experiment:
    """Removing a tag that is not there changes nothing. Raises NotAllowed, Invalid, Conflict (`deleted`)."""
    check_key("tag", key)
    experiment = lock_active(experiment, by=by)
    if experiment.tags.pop(key, None) is None:
        return experiment
    experiment.updated_at = now
    experiment.save(update_fields=["tags", "updated_at"])
    events.record(EXPERIMENT_UPDATED, experiment, by=by, tags=[key])
    return experiment


@transaction.atomic
def delete_experiment(*, experiment: Experiment, by: User | None, now: datetime) -> Experiment:
    """Put it aside; its runs go with it out of sight, and come back with it. Raises NotAllowed, IllegalStep."""
    return _turn(experiment, "delete", EXPERIMENT_DELETED, by=by, now=now)


@transaction.atomic
def restore_experiment(*, experiment: Experiment, by: User | None, now: datetime) -> Experiment:
    """Raises NotAllowed, IllegalStep."""
    return _turn(experiment, "restore", EXPERIMENT_RESTORED, by=by, now=now)


def lock_active(experiment: Experiment, *, by: User | None) -> Experiment:
    """Lock it for a change by `by`. Raises NotAllowed, Conflict (`deleted`)."""
    experiment = Experiment.objects.select_for_update(no_key=True).get(pk=experiment.pk)
    require(rules.why_not_train(by, experiment.project_id))
    if experiment.lifecycle != Lifecycle.ACTIVE:
        raise Conflict(f"The experiment {experiment.name!r} is deleted. Restore it first.", code="deleted")
    return experiment


def _turn(experiment: Experiment, step: str, event: str, *, by: User | None, now: datetime) -> Experiment:
    experiment = Experiment.objects.select_for_update(no_key=True).get(pk=experiment.pk)
    require(rules.why_not_train(by, experiment.project_id))
    experiment.lifecycle = LIFECYCLE_FLOW.target(experiment.lifecycle, step)
    experiment.updated_at = now
    experiment.save(update_fields=["lifecycle", "updated_at"])
    events.record(event, experiment, by=by)
    return experiment


def _clean_name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= MAX_NAME or "\0" in name:
        raise Invalid(f"An experiment's name has 1 to {MAX_NAME} characters: got {len(name)}.", field="name")
    return name


def _refuse_taken(project: Project, name: str) -> None:
    existing = Experiment.objects.filter(project=project, name=name).first()
    if existing is None:
        return
    if existing.lifecycle == Lifecycle.DELETED:
        raise Conflict(
            f"Experiment {name!r} already exists in deleted state. Restore it, or take another name.",
            field="name",
            code="taken",
        )
    raise _taken(name)


def _taken(name: str) -> Conflict:
    return Conflict(f"Experiment {name!r} already exists.", field="name", code="taken")
