"""Writes about what a project took: told before it is retired, everybody's afterwards, and learnt from."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from core import events
from core.models import User
from projects import documents, queries, scoping
from projects.affordability import net_value
from projects.events import OUTCOME_PUBLISHED, OUTCOME_REVISED, PRIORS_REFITTED
from projects.models import Outcome, PriorsVersion, Project, Scope, ScopeOption
from projects.operations import fields
from projects.operations.dossier import keep_revision, locked_dossier, opened
from projects.operations.locking import require_version

_LOCK = 0x7052494F
"""Two projects that end at once are learnt from one after the other."""
_FIGURE = fields.number(-fields.MOST_AMOUNT, fields.MOST_AMOUNT)

OUTCOME_FIELDS: dict[str, fields.Reader] = {
    "title": fields.text(least=1, most=200),
    "summary": fields.text(),
    "option": fields.thing(ScopeOption),
    "actual_effort": fields.number(0.1, 10_000),
    "months": fields.number(0.1, 600),
    "run_cost": fields.number(0, fields.MOST_AMOUNT),
    "metric": fields.text(most=250),
    "metric_reached": _FIGURE,
    "value_realised": _FIGURE,
    "lessons": fields.text(),
}


@transaction.atomic
def revise_outcome(
    *,
    project: Project,
    values: Mapping[str, Any],
    by: User | None,
    now: datetime,
    seen: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
) -> Outcome:
    """Say what the project really took and brought; `seen` guards the fields one by one.

    Raises NotAllowed, Invalid, PreconditionFailed, Conflict for a retired project.
    """
    dossier = opened(project, by)
    outcome = Outcome.objects.select_for_update(no_key=True).filter(project=project).first()
    outcome = outcome or Outcome(project=project, version=0, title=project.name)
    require_version("What it took", outcome.version, expected_version)
    changes = fields.to_change(outcome, values, OUTCOME_FIELDS, seen)
    if not changes:
        return outcome
    told = {name: [fields.plain(getattr(outcome, name)), fields.plain(value)] for name, value in changes.items()}
    for name, value in changes.items():
        setattr(outcome, name, value)
    outcome.version += 1
    outcome.save(update_fields=[*changes, "version"] if outcome.version > 1 else None)
    keep_revision(dossier, by=by, now=now)
    events.record(OUTCOME_REVISED, outcome, by=by, changes=told)
    return outcome


def enter_library(project: Project, *, by: User, now: datetime) -> None:
    """The project ended: what it took is everybody's from now on, and learnt from. Inside the transaction that retires
    it. Nothing is told where its gate did not insist on the figures, as in a policy that does not ask for them."""
    dossier = locked_dossier(project)
    rows = Outcome.objects.select_for_update(no_key=True, of=("self",)).select_related("option__precedent", "project")
    outcome = rows.filter(project=project).first()
    if outcome is None or outcome.untold:
        return
    content = documents.content_of(project)
    found = _promised(project, content) | _compared(outcome, content)
    for name, value in found.items():
        setattr(outcome, name, value)
    outcome.published_at, outcome.version = now, outcome.version + 1
    outcome.save(update_fields=[*found, "published_at", "version"])
    keep_revision(dossier, by=by, now=now)
    events.record(OUTCOME_PUBLISHED, outcome, by=by, **documents.finished_json(outcome))
    if outcome.times is not None:
        _refit(project, now=now)


def _promised(project: Project, content: Mapping[str, Any]) -> dict[str, Any]:
    """What the scope said when it was last revised."""
    scope = Scope.objects.get(project=project)
    value = net_value(
        benefit_low=scope.benefit_low,
        benefit_high=scope.benefit_high,
        cost_low=scope.cost_low,
        cost_high=scope.cost_high,
    )
    return {
        "metric_promised": scope.minimal_useful,
        "value_promised": float(value.middle) if value else None,
        "currency": content["currency"],
    }


def _compared(outcome: Outcome, content: Mapping[str, Any]) -> dict[str, Any]:
    """What the option that was built was estimated and rated at, against what it took."""
    if outcome.option is None:
        return {}
    option = documents.option_json(outcome.option)
    planned = option["estimate"] or (option["effort"] or [None, None])[1]
    precedents = {one["number"]: one for one in content["precedents"] if one["ratings"] is not None}
    rated = precedents.get(option["precedent"])
    if rated is None or outcome.actual_effort is None:
        return {"planned_effort": planned}
    times = outcome.actual_effort / rated["actual_effort"]
    return {"planned_effort": planned, "ratings": rated["ratings"], "times": times}


def _refit(project: Project, *, now: datetime) -> PriorsVersion:
    """The multipliers and their decay after this project and all before it, as a version of their own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    known = Outcome.objects.filter(published_at__isnull=False, times__isnull=False).order_by("published_at", "pk")
    finished = [scoping.Finished(one.ratings, one.times) for one in known if one.ratings and one.times]
    learnt = scoping.recalibrated(finished).learnt()
    last = queries.newest_priors()
    made = PriorsVersion.objects.create(number=last.number + 1 if last else 1, project=project, at=now, **learnt)
    events.record(PRIORS_REFITTED, made, by=None, **learnt)
    return made
