"""Writes about who has how much room in a sprint."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from core import events
from core.errors import Conflict
from core.models import User
from core.rules import require
from projects import rules
from projects.enums import Discipline, SprintState
from projects.events import SPRINT_CAPACITY_SET
from projects.models import Membership, Sprint, SprintCapacity
from projects.operations.locking import locked_open, require_version
from projects.operations.values import Values
from projects.roles import Permission

MOST_POINTS = 200
MOST_DAYS = 61


@transaction.atomic
def set_capacity(
    *,
    sprint: Sprint,
    rows: Sequence[Mapping[str, Any]],
    by: User | None,
    now: datetime,
    expected_version: int | None = None,
) -> Sprint:
    """Say anew who has how many points of which discipline, and their days off: `rows` replace what stood there.

    Raises NotAllowed, Invalid naming the row, PreconditionFailed, Conflict for a closed sprint.
    """
    locked_open(sprint.project_id)
    sprint = Sprint.objects.select_for_update(no_key=True).get(pk=sprint.pk)
    require(rules.why_not(by, Permission.PLAN, sprint.project_id))
    require_version(sprint, sprint.version, expected_version)
    if sprint.state == SprintState.CLOSED:
        raise Conflict(f"{sprint} is closed: its plan is its record.", code="sprint_closed")
    read = _checked(sprint, rows)
    sprint.capacities.all().delete()
    SprintCapacity.objects.bulk_create(SprintCapacity(sprint=sprint, **row) for row in read)
    sprint.version += 1
    sprint.save(update_fields=["version"])
    said = [{**row, "user": row["user"].username} for row in read]
    events.record(SPRINT_CAPACITY_SET, sprint, by=by, rows=said)
    return sprint


def _checked(sprint: Sprint, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    values, read, seen = Values(), [], set()
    team = set(Membership.objects.filter(project_id=sprint.project_id).values_list("user_id", flat=True))
    for number, row in enumerate(rows):
        at, user = f"rows[{number}]", row["user"]
        discipline = values.choice(f"{at}.discipline", row["discipline"], Discipline.values)
        if user.pk not in team:
            values.wrong(f"{at}.user", f"{user} is not in the project.", code="not_a_member")
        if (user.pk, discipline) in seen:
            values.wrong(at, f"{user} stands there twice with {discipline.replace('_', ' ')}.", code="twice")
        seen.add((user.pk, discipline))
        points = values.whole(f"{at}.points", row["points"], low=0, high=MOST_POINTS)
        days_off = values.whole(f"{at}.days_off", row.get("days_off", 0), low=0, high=MOST_DAYS)
        read.append({"user": user, "discipline": discipline, "points": points, "days_off": days_off})
    values.refuse_if_wrong()
    return read
