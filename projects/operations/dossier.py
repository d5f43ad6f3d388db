"""Writes about the scoping dossier. Each makes a revision: the whole document as it then stands."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from core import events
from core.errors import Conflict, Invalid
from core.models import User
from core.rules import require
from projects import documents, queries, rules, tiers
from projects.enums import OptionKind
from projects.events import DOSSIER_REVISED, OPTION_ADDED, OPTION_REMOVED, OPTION_REVISED
from projects.models import Dossier, DossierRevision, Precedent, Project, ScopeOption
from projects.models.dossier import OPTION_RANGES
from projects.operations import fields
from projects.operations.fields import Reader
from projects.operations.locking import locked_open, require_version
from projects.roles import Permission
from projects.scoping import templates

MOST_OPTIONS = 12
FIGURES = (*OPTION_RANGES, "estimate", "skills")

_AMOUNTS = fields.span(0, fields.MOST_AMOUNT)
_SHARES = fields.span(0, 1)

DOSSIER_FIELDS: dict[str, Reader] = {
    "currency": fields.text(least=3, most=3),
    "volume": _AMOUNTS,
    "base_rate": _SHARES,
    "benefit": _AMOUNTS,
    "review_cost": _AMOUNTS,
    "false_alarm_cost": _AMOUNTS,
    "month_price": fields.number(0, 1e9),
    "years": fields.needed_number(0.25, 30),
    "today_recall": fields.number(0, 1),
    "today_false_alarm_rate": fields.number(0, 1),
    "today_run_cost": fields.number(0, fields.MOST_AMOUNT),
    "today_source": fields.text(),
    "today_measured_on": fields.day,
    "dataset": fields.dataset_version,
    "dataset_label": fields.text(most=250),
    "dataset_positive": fields.text(most=200),
}
OPTION_FIELDS: dict[str, Reader] = {
    "kind": fields.choice(OptionKind.values),
    "title": fields.text(least=1, most=200),
    "summary": fields.text(),
    "estimate": fields.number(0.1, 10_000),
    "effort": fields.span(0.1, 10_000),
    "recall": _SHARES,
    "false_alarm_rate": _SHARES,
    "run_cost": _AMOUNTS,
    "latency_ms": fields.span(0, 1e9),
    "skills": fields.spans(12),
    "precedent": fields.thing(Precedent),
}


@transaction.atomic
def revise_dossier(
    *,
    project: Project,
    values: Mapping[str, Any],
    by: User | None,
    now: datetime,
    seen: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
) -> Dossier:
    """Change the given fields of what is at stake and of today's way; `seen` guards them one by one.

    Raises NotAllowed, Invalid, PreconditionFailed, Conflict for a retired project.
    """
    dossier = opened(project, by)
    require_version("The dossier", dossier.version, expected_version)
    changes = fields.to_change(dossier, values, dossier_fields(now), seen)
    if not changes:
        return dossier
    told = {name: [fields.plain(getattr(dossier, name)), fields.plain(value)] for name, value in changes.items()}
    for name, value in changes.items():
        setattr(dossier, name, value)
    dossier.save(update_fields=list(changes))
    keep_revision(dossier, by=by, now=now)
    events.record(DOSSIER_REVISED, dossier, by=by, changes=told)
    return dossier


def dossier_fields(now: datetime) -> dict[str, Reader]:
    """What was measured was measured before now."""
    return DOSSIER_FIELDS | {"today_measured_on": fields.past_day(now)}


@transaction.atomic
def add_option(*, project: Project, values: Mapping[str, Any], by: User, now: datetime) -> ScopeOption:
    """Put a further way to do it beside the others. Raises NotAllowed, Invalid, Conflict."""
    dossier = opened(project, by)
    option = _new_option(dossier, values, by=by)
    keep_revision(dossier, by=by, now=now)
    events.record(OPTION_ADDED, option, by=by, kind=str(option.kind))
    return option


@transaction.atomic
def revise_option(
    *,
    option: ScopeOption,
    values: Mapping[str, Any],
    by: User | None,
    now: datetime,
    seen: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
) -> ScopeOption:
    """Change the given fields; `seen` guards them one by one. Raises NotAllowed, Invalid, PreconditionFailed, Conflict
    for an option that was removed."""
    dossier = opened(option.project, by)
    option = standing(option)
    require_version(f"Option {option.number}", option.version, expected_version)
    changes = fields.to_change(option, values, OPTION_FIELDS, seen)
    if not changes:
        return option
    told = {name: [fields.plain(getattr(option, name)), fields.plain(value)] for name, value in changes.items()}
    for name, value in changes.items():
        setattr(option, name, value)
    if changes.keys() & set(FIGURES):
        option.costed_by = by
    option.version += 1
    option.save(update_fields=[*changes, "costed_by", "version"])
    keep_revision(dossier, by=by, now=now)
    events.record(OPTION_REVISED, option, by=by, changes=told)
    return option


@transaction.atomic
def remove_option(*, option: ScopeOption, by: User | None, now: datetime) -> ScopeOption:
    """Take an option out; earlier revisions keep it. Raises NotAllowed, Conflict if it is out already."""
    dossier = opened(option.project, by)
    option = standing(option)
    option.removed_at, option.version = now, option.version + 1
    option.save(update_fields=["removed_at", "version"])
    keep_revision(dossier, by=by, now=now)
    events.record(OPTION_REMOVED, option, by=by)
    return option


@transaction.atomic
def start_from_template(*, project: Project, template: str, by: User, now: datetime) -> Dossier:
    """Fill a dossier from a template, with its options. What a template says nothing of stays as it is, such as a
    sealed ceiling. Raises NotAllowed, Invalid, Conflict (`begun`) if something stands that it would write over."""
    dossier = opened(project, by)
    if not queries.is_blank(dossier):
        raise Conflict("The dossier is begun already: a template would write over it.", code="begun")
    if template not in templates.names():
        raise Invalid(f"There is no template {template!r}: choose of {', '.join(templates.names())}.", field="template")
    content = templates.content(template)
    changes = fields.checked({name: content[name] for name in DOSSIER_FIELDS if name in content}, DOSSIER_FIELDS)
    for name, value in changes.items():
        setattr(dossier, name, value)
    dossier.save(update_fields=list(changes))
    for option in content["options"]:
        _new_option(dossier, option, by=None)
    keep_revision(dossier, by=by, now=now)
    events.record(DOSSIER_REVISED, dossier, by=by, template=template, changes={})
    return dossier


@transaction.atomic
def take_newest_priors(*, project: Project, by: User, now: datetime) -> Dossier:
    """Judge this dossier by what finished projects have taught since it was begun. Raises NotAllowed, Conflict when
    there is nothing newer."""
    dossier = opened(project, by)
    newest = queries.newest_priors()
    if newest is None or newest.pk == dossier.priors_id:
        raise Conflict("There is nothing newer to judge it by.", code="newest")
    before = dossier.priors.number if dossier.priors else 0
    dossier.priors = newest
    dossier.save(update_fields=["priors"])
    keep_revision(dossier, by=by, now=now)
    events.record(DOSSIER_REVISED, dossier, by=by, changes={"priors": [before, newest.number]})
    return dossier


def opened(project: Project, by: User | None) -> Dossier:
    """The dossier, locked under its project, for who may edit it. Raises NotAllowed, Conflict."""
    dossier = locked_dossier(project)
    require(rules.why_not(by, Permission.EDIT_SCOPE, project.pk))
    return dossier


def locked_dossier(project: Project) -> Dossier:
    """The dossier, locked under its project; made when first written to. Raises Conflict for a retired project."""
    locked_open(project.pk)
    rows = Dossier.objects.select_for_update(no_key=True)
    return rows.get_or_create(project_id=project.pk, defaults={"priors": queries.newest_priors()})[0]


def keep_revision(dossier: Dossier, *, by: User | None, now: datetime) -> None:
    """Number the dossier anew and keep it whole. The last step before the event of every write to it."""
    dossier.version += 1
    dossier.revised_by, dossier.revised_at = by, now
    dossier.save(update_fields=["version", "revised_by", "revised_at"])
    content = documents.content_of(dossier.project)
    DossierRevision.objects.create(
        project_id=dossier.pk,
        number=dossier.version,
        content=content,
        digest=documents.digest_of(content),
        revised_by=by,
        revised_at=now,
    )


def keep_promise(project: Project, *, by: User | None, now: datetime) -> None:
    """A revision for a promise, or a class, that was changed, where a dossier is begun: both are part of it. The last
    step before the event, under the project's lock."""
    dossier = Dossier.objects.select_for_update(no_key=True).filter(project_id=project.pk, version__gt=0).first()
    if dossier is None:
        return
    kept = queries.dossier_revision(project, dossier.version).content
    promise = documents.promise_json(queries.scope_of(project), tiers.classification_of(project))
    if kept.get("promise") != promise:
        keep_revision(dossier, by=by, now=now)


def _new_option(dossier: Dossier, values: Mapping[str, Any], *, by: User | None) -> ScopeOption:
    """`by` costed it; None for a template, whose figures are examples that nobody stands for yet."""
    if queries.options(dossier.project).count() >= MOST_OPTIONS:
        raise Conflict(f"A dossier has at most {MOST_OPTIONS} options.", code="too_many")
    read = fields.checked({"title": "", "kind": OptionKind.SIMPLE.value} | dict(values), OPTION_FIELDS)
    last = ScopeOption.objects.filter(project_id=dossier.pk).aggregate(last=Max("number"))["last"] or 0
    costed_by = by if any(read.get(name) for name in FIGURES) else None
    return ScopeOption.objects.create(project_id=dossier.pk, number=last + 1, costed_by=costed_by, **read)


def standing(option: ScopeOption) -> ScopeOption:
    """The option, locked. Raises Conflict for one that was removed."""
    option = ScopeOption.objects.select_for_update(no_key=True).get(pk=option.pk)
    if option.removed_at is not None:
        raise Conflict(f"Option {option.number} was removed.", code="removed")
    return option
