"""Writes about the controls of a risk."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max

from core import events
from core.models import User
from core.rules import require
from projects import rules
from projects.enums import CONTROL_FLOW, ControlKind, ControlState
from projects.events import CONTROL_ADDED, CONTROL_REVISED
from projects.models import Control, Project, Risk
from projects.operations.locking import locked_risk, require_version
from projects.operations.risks import check_owner
from projects.operations.values import Values, refuse_unknown
from projects.roles import Permission

FIELDS = ("title", "kind", "state", "owner", "evidence")


@transaction.atomic
def add_control(
    *,
    risk: Risk,
    title: str,
    kind: str,
    by: User | None,
    state: str = ControlState.PLANNED,
    owner: User | None = None,
    evidence: str = "",
) -> Control:
    """Name what holds the risk in check. Raises NotAllowed, Invalid, Conflict for a retired project."""
    risk = locked_risk(risk)
    require(rules.why_not(by, Permission.EDIT_RISKS, risk.project_id))
    given = {"title": title, "kind": kind, "state": state, "owner": owner, "evidence": evidence}
    values = _checked(risk.project, given)
    last = Control.objects.filter(risk=risk).aggregate(last=Max("number"))["last"] or 0
    control = Control.objects.create(risk=risk, number=last + 1, **values)
    events.record(CONTROL_ADDED, control, by=by, risk=risk.number, kind=str(kind), state=str(state))
    return control


@transaction.atomic
def revise_control(
    *, control: Control, values: Mapping[str, Any], by: User | None, expected_version: int | None = None
) -> Control:
    """Change the given fields. Raises NotAllowed, Invalid, PreconditionFailed."""
    risk = locked_risk(control.risk)
    require(rules.why_not(by, Permission.EDIT_RISKS, risk.project_id))
    control = Control.objects.select_for_update(no_key=True, of=("self",)).select_related("owner").get(pk=control.pk)
    control.risk = risk
    require_version(f"Control {control.number}", control.version, expected_version)
    after = _checked(risk.project, values)
    changed = {name: value for name, value in after.items() if getattr(control, name) != value}
    if not changed:
        return control
    was = control.state
    if "state" in changed:
        changed["state"] = CONTROL_FLOW.target(control.state, f"found_{changed['state']}")
    for name, value in changed.items():
        setattr(control, name, value)
    control.version += 1
    control.save(update_fields=[*changed, "version"])
    events.record(
        CONTROL_REVISED,
        control,
        by=by,
        risk=risk.number,
        changed=sorted(changed),
        was=str(was),
        state=str(control.state),
    )
    return control


def _checked(project: Project, given: Mapping[str, Any]) -> dict[str, Any]:
    refuse_unknown(given, FIELDS)
    values, after = Values(), dict(given)
    if "title" in given:
        after["title"] = values.text("title", given["title"], least=1, most=200)
    if "evidence" in given:
        after["evidence"] = values.text("evidence", given["evidence"], most=500)
        if after["evidence"] and not after["evidence"].startswith(("https://", "http://", "/")):
            values.wrong("evidence", f"Evidence is an address (https://, or /p/...): got {after['evidence']!r}.")
    if "kind" in given:
        after["kind"] = values.choice("kind", given["kind"], ControlKind.values)
    if "state" in given:
        after["state"] = values.choice("state", given["state"], ControlState.values)
    check_owner(values, project, given.get("owner"))
    values.refuse_if_wrong()
    return after
