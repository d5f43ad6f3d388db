"""Writes about precedents: what a finished project took, and how two persons rate ours against it, blind."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from core import events
from core.errors import Conflict, Invalid
from core.models import User
from core.rules import require
from projects import queries, rules, scoping
from projects.events import PRECEDENT_ADDED, SHEET_RATED
from projects.models import Outcome, Precedent, Project, Sheet
from projects.operations import fields
from projects.operations.dossier import keep_revision, locked_dossier, opened
from projects.operations.values import Values, refuse_unknown
from projects.roles import Permission

PRECEDENT_FIELDS: dict[str, fields.Reader] = {
    "title": fields.text(least=1, most=200),
    "planned_effort": fields.number(0.1, 10_000),
    "actual_effort": fields.needed_number(0.1, 10_000),
    "source": fields.text(least=1),
}


@transaction.atomic
def add_precedent(*, project: Project, values: Mapping[str, Any], by: User, now: datetime) -> Precedent:
    """Name a finished project, with what it really took. Raises NotAllowed, Invalid, Conflict."""
    dossier = opened(project, by)
    read = fields.checked({"title": "", "actual_effort": None, "source": ""} | dict(values), PRECEDENT_FIELDS)
    last = Precedent.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    precedent = Precedent.objects.create(project=project, number=last + 1, **read)
    keep_revision(dossier, by=by, now=now)
    events.record(PRECEDENT_ADDED, precedent, by=by, actual_effort=precedent.actual_effort)
    return precedent


@transaction.atomic
def choose_precedent(*, project: Project, finished: Outcome, by: User, now: datetime) -> Precedent:
    """Take a finished project of the library: with what it really took, which nobody can change. Raises NotAllowed,
    Conflict if it was chosen already."""
    dossier = opened(project, by)
    if finished.published_at is None or finished.actual_effort is None:
        raise Conflict("It is not finished: only the library has precedents.", code="not_finished")
    if Precedent.objects.filter(project=project, finished=finished).exists():
        raise Conflict(f"{finished} was chosen already.", code="chosen")
    last = Precedent.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    key = finished.project.key
    precedent = Precedent.objects.create(
        project=project,
        number=last + 1,
        title=finished.title,
        planned_effort=finished.planned_effort,
        actual_effort=finished.actual_effort,
        source=f"The library of finished projects: {key}, retired {finished.published_at:%Y-%m-%d}.",
        finished=finished,
    )
    keep_revision(dossier, by=by, now=now)
    events.record(PRECEDENT_ADDED, precedent, by=by, actual_effort=precedent.actual_effort, library=key)
    return precedent


@transaction.atomic
def rate_precedent(
    *,
    precedent: Precedent,
    ratings: Mapping[str, scoping.Rating],
    evidence: Mapping[str, str],
    by: User,
    now: datetime,
) -> Sheet:
    """Rate all ten dimensions: as the team's rater, or as the second one. To lower one's own rating needs evidence.

    The event does not tell what was rated: the other has perhaps not rated yet. Raises NotAllowed, Invalid, Conflict.
    """
    dossier = locked_dossier(precedent.project)
    precedent = Precedent.objects.prefetch_related("sheets").get(pk=precedent.pk)
    require(rules.why_not_rate(by, precedent))
    ratings, evidence = _checked(ratings, evidence)
    mine = next((sheet for sheet in precedent.sheets.all() if sheet.rater_id == by.pk), None)
    if mine is None:
        sheet = _first_of(precedent, by=by, ratings=ratings, evidence=evidence, now=now)
    else:
        sheet = _again(mine, ratings, evidence, now)
    keep_revision(dossier, by=by, now=now)
    role = queries.role_of(by, precedent.project_id)
    events.record(SHEET_RATED, sheet, by=by, precedent=precedent.number, is_second=sheet.is_second, role=role)
    return sheet


def _first_of(
    precedent: Precedent, *, by: User, ratings: dict[str, Any], evidence: dict[str, str], now: datetime
) -> Sheet:
    """The team's rater is one who may edit the scope; whoever comes after, or may only review, is the second."""
    taken = any(not sheet.is_second for sheet in precedent.sheets.all())
    may_edit = rules.why_not(by, Permission.EDIT_SCOPE, precedent.project_id) is None
    return Sheet.objects.create(
        precedent=precedent,
        rater=by,
        is_second=taken or not may_edit,
        ratings=ratings,
        evidence=evidence,
        rated_at=now,
    )


def _again(sheet: Sheet, ratings: dict[str, Any], evidence: dict[str, str], now: datetime) -> Sheet:
    values = Values()
    for key, rating in ratings.items():
        lowered = scoping.counted(rating) < scoping.counted(sheet.ratings[key])
        if lowered and not evidence.get(key):
            values.wrong(key, "Lowering a rating needs evidence: say where it can be looked up.", code="evidence")
    values.refuse_if_wrong()
    sheet.ratings, sheet.evidence, sheet.rated_at = ratings, evidence, now
    sheet.version += 1
    sheet.save(update_fields=["ratings", "evidence", "rated_at", "version"])
    return sheet


def _checked(ratings: Mapping[str, Any], evidence: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    known = [one.key for one in scoping.DIMENSIONS]
    refuse_unknown([*ratings, *evidence], known)
    missing = [key for key in known if key not in ratings]
    if missing:
        raise Invalid(f"Rate every dimension; unknown is an answer. Missing: {', '.join(missing)}.", field=missing[0])
    values = Values()
    for key, rating in ratings.items():
        if rating is not None:
            values.whole(key, rating, low=-1, high=3)
    said = {key: values.text(key, text, most=1000) for key, text in evidence.items()}
    values.refuse_if_wrong()
    return {key: ratings[key] for key in known}, {key: text for key, text in said.items() if text}
