"""Writes about what is promised."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import transaction

from core import events
from core.models import User
from core.rules import require
from projects import rules
from projects.events import SCOPE_REVISED
from projects.models import Project, Scope
from projects.operations.dossier import keep_promise
from projects.operations.locking import locked_open, require_version
from projects.operations.values import Values, refuse_unknown
from projects.roles import Permission

MOST_MONEY = Decimal("999999999999.99")
MOST_TEXT = 4000

Reader = Callable[[Values, str, Any], Any]


def _text(values: Values, field: str, given: Any, *, most: int = MOST_TEXT) -> str:
    return values.text(field, given, most=most)


def _number(values: Values, field: str, given: Any) -> float | None:
    return None if given is None else values.number(field, given)


def _money(values: Values, field: str, given: Any) -> Decimal | None:
    return None if given is None else values.money(field, given, most=MOST_MONEY)


def _direction(values: Values, field: str, given: Any) -> str:
    return values.choice(field, given, Scope.Direction.values)


READERS: dict[str, Reader] = {
    "decision": _text,
    "metric": partial(_text, most=60),
    "direction": _direction,
    "baseline": _number,
    "baseline_source": _text,
    "minimal_useful": _number,
    "benefit_low": _money,
    "benefit_high": _money,
    "cost_low": _money,
    "cost_high": _money,
    "precedent": _text,
    "precedent_difference": _text,
}


@transaction.atomic
def revise_scope(
    *, project: Project, values: Mapping[str, Any], by: User | None, now: datetime, expected_version: int | None = None
) -> Scope:
    """Change the given fields of the scope; a revision that changes nothing is none.

    Raises NotAllowed, Invalid (all that is wrong at once), PreconditionFailed, Conflict for a retired project.
    """
    locked_open(project.pk)
    scope = Scope.objects.select_for_update(no_key=True).get(project_id=project.pk)
    require(rules.why_not(by, Permission.EDIT_SCOPE, project.pk))
    require_version("The scope", scope.version, expected_version)
    before = {name: getattr(scope, name) for name in READERS}
    after = _checked(before, values)
    changes = {name: [_plain(before[name]), _plain(after[name])] for name in READERS if before[name] != after[name]}
    if not changes:
        return scope
    for name in changes:
        setattr(scope, name, after[name])
    scope.version, scope.revised_by, scope.revised_at = scope.version + 1, by, now
    scope.save(update_fields=[*changes, "version", "revised_by", "revised_at"])
    keep_promise(project, by=by, now=now)
    events.record(SCOPE_REVISED, scope, by=by, changes=changes)
    return scope


def _checked(before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    refuse_unknown(given, READERS)
    values = Values()
    after = dict(before) | {name: READERS[name](values, name, value) for name, value in given.items()}
    for what in ("benefit", "cost"):
        low, high = after[f"{what}_low"], after[f"{what}_high"]
        if low is not None and high is not None and low > high:
            values.wrong(f"{what}_low", f"The lowest {what} ({low}) is above the highest ({high}).", code="range")
    values.refuse_if_wrong()
    return after


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value
