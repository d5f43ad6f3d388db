"""Handing one's right to decide to another member, for some days."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max

from core import events
from core.errors import Conflict
from core.models import User
from core.rules import require
from projects import gates, queries, rules
from projects.events import DELEGATION_ENDED, DELEGATION_GIVEN
from projects.models import Delegation, Membership, Project
from projects.operations.locking import locked_open
from projects.operations.values import Values

MOST_DAYS = 90
AHEAD_DAYS = 365
MOST_TEXT = 4000


@transaction.atomic
def delegate_role(
    *, project: Project, to: User | None, starts_on: date, ends_on: date, reason: str, by: User, now: datetime
) -> Delegation:
    """Let another member decide in one's role, from one day to another, both included; meanwhile one does not.

    Only one's own role is handed on, never one that was handed to oneself. Raises NotAllowed, Invalid (a stranger; a
    contributor to what is decided next; days), Conflict (`delegated`: some of these days are given already).
    """
    project = locked_open(project.pk)
    require(rules.why_not_delegate(by, project))
    values, today = Values(), now.date()
    reason = values.text("reason", reason, least=1, most=MOST_TEXT)
    _check_person(values, project, to, by)
    _check_days(values, starts_on, ends_on, today)
    values.refuse_if_wrong()
    assert to is not None  # or it would be wrong
    role = Membership.objects.get(project=project, user=by).role
    mine = Delegation.objects.filter(project=project, given_by=by, role=role, ended_at=None)
    if mine.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise Conflict("You handed your right on for some of these days already.", code="delegated")
    last = Delegation.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    made = Delegation.objects.create(
        project=project,
        number=last + 1,
        role=role,
        given_by=by,
        given_to=to,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason,
        given_at=now,
    )
    events.record(DELEGATION_GIVEN, made, by=by, **_facts(made))
    return made


@transaction.atomic
def end_delegation(*, delegation: Delegation, by: User, now: datetime) -> Delegation:
    """Take it back before its last day: what was decided in it counts no more where nothing was passed with it yet.

    Raises NotAllowed, Conflict (`ended`).
    """
    locked_open(delegation.project_id)
    rows = Delegation.objects.select_for_update(no_key=True, of=("self",)).select_related("given_by", "given_to")
    delegation = rows.get(pk=delegation.pk)
    require(rules.why_not_end_delegation(by, delegation))
    if delegation.ended_at is not None or delegation.ends_on < now.date():
        raise Conflict("This delegation is over.", code="ended")
    delegation.ended_at = now
    delegation.save(update_fields=["ended_at"])
    events.record(DELEGATION_ENDED, delegation, by=by, **_facts(delegation))
    return delegation


def _check_person(values: Values, project: Project, to: User | None, by: User) -> None:
    if to is None or to.is_robot or not to.is_active or queries.role_of(to, project.pk) is None:
        values.wrong("to", f"The right goes to a person in the project: got {to}.", code="not_a_member")
    elif to.pk == by.pk:
        values.wrong("to", "The right goes to another person.", code="self")
    elif _contributed(project, to):
        values.wrong("to", f"{to} contributed to what is decided next, and no right goes to them.", code="contributor")


def _contributed(project: Project, to: User) -> bool:
    gate = gates.next_gate(project)
    return gate is not None and to.pk in gates.contributors(project, gate)


def _check_days(values: Values, starts_on: date, ends_on: date, today: date) -> None:
    furthest = today + timedelta(days=AHEAD_DAYS)
    if not today <= starts_on <= furthest:
        values.wrong("starts_on", f"The first day lies from {today} to {furthest}: got {starts_on}.", code="range")
        return
    if not starts_on <= ends_on <= starts_on + timedelta(days=MOST_DAYS):
        latest = starts_on + timedelta(days=MOST_DAYS)
        values.wrong("ends_on", f"The last day lies from {starts_on} to {latest}: got {ends_on}.", code="range")


def _facts(one: Delegation) -> dict[str, object]:
    return {
        "role": str(one.role),
        "to": one.given_to.username,
        "from_day": one.starts_on.isoformat(),
        "to_day": one.ends_on.isoformat(),
        "reason": one.reason,
    }
