"""What a gate's check opens when it fails, where the policy says so: one finding, and the check closes it again.

Checks fail all the time while evidence is collected, which nobody needs to be told. So a finding is opened once the
decision is asked for; from then on with any evidence that arrives. It is closed by whatever makes the check hold.
"""

from datetime import datetime, timedelta

from django.db import transaction

from core import events
from projects import gates, queries
from projects.enums import FINDING_FLOW, FindingState, Gate, Severity
from projects.events import FINDING_CLOSED, FINDING_OPENED, FINDING_REOPENED
from projects.facts import Check
from projects.gates import Assessment
from projects.models import Finding, Project
from projects.operations.findings import DUE_DAYS, create_finding
from projects.operations.locking import locked


@transaction.atomic
def settle_gate_findings(*, project: Project, now: datetime) -> list[Finding]:
    """Look at the next gate again, after evidence arrived. Returns the findings that were opened or closed; costs one
    query where neither a decision is asked for nor such a finding is open."""
    if not queries.has_gate_in_question(project):
        return []
    project = locked(project.pk)
    assessment = gates.assess(project)
    return settle_checks(assessment, now=now) if assessment else []


def settle_checks(assessment: Assessment, *, now: datetime) -> list[Finding]:
    """The same for whoever holds the project's lock and has assessed its gate."""
    newest = _newest_by_check(assessment)
    states = {check.rule or check.id: check for check in assessment.checks}
    settled = [
        _close(one, _why(states.get(name)), now) for name, one in newest.items() if _is_over(one, states.get(name))
    ]
    severity = assessment.rules.opens_findings
    if severity is None or queries.open_request(assessment.project) is None:
        return settled
    for name, check in states.items():
        standing = newest.get(name)
        if check.state != "bad" or (standing is not None and standing.state == FindingState.OPEN):
            continue
        if standing is None or standing.closed_by_id is not None:
            settled.append(_open(assessment, name, check, Severity(severity), now))
        else:
            settled.append(_reopen(standing, check))
    return settled


def close_passed(project: Project, gate: Gate, *, now: datetime) -> list[Finding]:
    """The gate was passed, and no check of it is looked at any more. For whoever holds the project's lock."""
    found = Finding.objects.select_for_update(no_key=True, of=("self",))
    still = found.filter(project=project, gate=gate, state=FindingState.OPEN).exclude(check_id="")
    return [_close(one, "The gate was passed.", now) for one in still.order_by("number")]


def _newest_by_check(assessment: Assessment) -> dict[str, Finding]:
    """What the check closed itself is opened again rather than told anew; what a person closed stays closed."""
    found = Finding.objects.select_for_update(no_key=True, of=("self",))
    of_gate = found.filter(project=assessment.project, gate=assessment.gate).exclude(check_id="")
    return {finding.check_id: finding for finding in of_gate.order_by("number")}


def _is_over(finding: Finding, check: Check | None) -> bool:
    """An unknown is no reason to close what was found."""
    return finding.state == FindingState.OPEN and (check is None or check.state not in ("bad", "wait"))


def _open(assessment: Assessment, name: str, check: Check, severity: Severity, now: datetime) -> Finding:
    finding = create_finding(
        project=assessment.project,
        title=f"{assessment.gate.label}: {check.label}"[:200],
        detail=_said(check),
        severity=severity,
        about_type="gate",
        about_id=str(assessment.gate),
        gate=assessment.gate,
        check_id=name,
        owner=None,
        due_date=now.date() + timedelta(days=DUE_DAYS[severity]),
        by=None,
        now=now,
    )
    events.record(FINDING_OPENED, finding, by=None, **_facts(finding))
    return finding


def _reopen(finding: Finding, check: Check) -> Finding:
    finding.state = FINDING_FLOW.target(finding.state, "reopen")
    finding.detail, finding.closed_at = _said(check), None
    _save(finding, "state", "detail", "closed_at")
    events.record(FINDING_REOPENED, finding, by=None, **_facts(finding))
    return finding


def _close(finding: Finding, resolution: str, now: datetime) -> Finding:
    finding.state = FINDING_FLOW.target(finding.state, "close")
    finding.resolution, finding.closed_at = resolution, now
    _save(finding, "state", "resolution", "closed_at")
    events.record(FINDING_CLOSED, finding, by=None, resolution=finding.resolution, **_facts(finding))
    return finding


_WHY = {
    "ok": "The check holds again.",
    "waived": "The check was waived.",
    "left_out": "The check is not asked for any more.",
    "": "The policy has no such check any more.",
}


def _why(check: Check | None) -> str:
    return _WHY[check.state if check else ""]


def _said(check: Check) -> str:
    return f"The check is not met{f': {check.value}' if check.value else ''}. It closes this when it holds."


def _facts(finding: Finding) -> dict[str, str]:
    return {"severity": str(finding.severity), "gate": str(finding.gate), "check": finding.check_id}


def _save(finding: Finding, *fields: str) -> None:
    finding.version += 1
    finding.save(update_fields=[*fields, "version"])
