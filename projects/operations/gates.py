"""Passing a gate: the one step by which a project goes on to its next stage."""

import dataclasses
from datetime import datetime

from django.db import transaction

from core import events
from core.errors import Conflict
from core.models import User
from core.rules import require
from projects import gates, rules
from projects.enums import STAGE_FLOW
from projects.events import GATE_PASSED
from projects.models import GateDecision, Project
from projects.operations.locking import locked, require_version
from projects.operations.values import Values


@transaction.atomic
def pass_gate(
    *, project: Project, by: User, now: datetime, comment: str = "", expected_version: int | None = None
) -> GateDecision:
    """Pass the gate after the project's stage, keeping what every check said.

    Raises NotAllowed, Conflict (`gate_not_met`, one entry for each check that is not met; `no_gate` when retired).
    """
    project = locked(project.pk)
    gate = gates.next_gate(project)
    if gate is None:
        raise Conflict("There is no gate after this stage: the project is retired.", code="no_gate")
    require(rules.why_not_pass_gate(by, project, gate))
    require_version("The project", project.version, expected_version)
    comment = _comment(comment)
    checks = gates.evaluate(project)
    gates.require_met(gate, checks)
    project.stage = STAGE_FLOW.target(project.stage, f"pass_{gate}_gate")
    project.version += 1
    project.save(update_fields=["stage", "version"])
    decision = GateDecision.objects.create(
        project=project,
        gate=gate,
        evidence=[dataclasses.asdict(check) for check in checks],
        comment=comment,
        decided_by=by,
        decided_at=now,
    )
    events.record(GATE_PASSED, decision, by=by, gate=str(gate), stage=str(project.stage), comment=comment)
    return decision


def _comment(text: str) -> str:
    values = Values()
    text = values.text("comment", text, most=4000)
    values.refuse_if_wrong()
    return text
