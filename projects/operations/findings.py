"""Writes about findings."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from core import events
from core.errors import Conflict
from core.models import User
from core.rules import require
from projects import rules, subjects
from projects.enums import FINDING_FLOW, FindingState, Severity
from projects.events import FINDING_CLOSED, FINDING_OPENED, FINDING_REOPENED, FINDING_REVISED
from projects.models import Finding, Project
from projects.operations.locking import locked, locked_open, require_version
from projects.operations.risks import check_owner
from projects.operations.values import Values, refuse_unknown
from projects.roles import Permission

MOST_TEXT = 4000
# Within how many days a finding is due that nobody opened by hand.
DUE_DAYS = {Severity.LOW: 90, Severity.MEDIUM: 30, Severity.HIGH: 14, Severity.CRITICAL: 3}
FIELDS = ("title", "detail", "severity", "owner", "due_date")


@transaction.atomic
def open_finding(
    *,
    project: Project,
    title: str,
    severity: str,
    about_type: str,
    about_id: str,
    by: User | None,
    now: datetime,
    detail: str = "",
    owner: User | None = None,
    due_date: date | None = None,
) -> Finding:
    """Say what was found wrong, and with what. Raises NotAllowed, Invalid, Conflict for a retired project."""
    project = locked_open(project.pk)
    require(rules.why_not(by, Permission.EDIT_RISKS, project.pk))
    given = {"title": title, "detail": detail, "severity": severity, "owner": owner, "due_date": due_date}
    values = _checked(project, given)
    subjects.find(project, about_type, about_id)
    finding = create_finding(project=project, about_type=about_type, about_id=about_id, by=by, now=now, **values)
    events.record(FINDING_OPENED, finding, by=by, **_facts(finding))
    return finding


@transaction.atomic
def revise_finding(
    *, finding: Finding, values: Mapping[str, Any], by: User | None, expected_version: int | None = None
) -> Finding:
    """Change the given fields of an open finding. Raises NotAllowed, Invalid, IllegalStep, PreconditionFailed."""
    finding = _locked(finding)
    require(rules.why_not(by, Permission.EDIT_RISKS, finding.project_id))
    require_version(f"Finding {finding.number}", finding.version, expected_version)
    FINDING_FLOW.target(finding.state, "close")  # a closed one stays as it was closed
    after = _checked(finding.project, values)
    changed = {name: value for name, value in after.items() if getattr(finding, name) != value}
    if not changed:
        return finding
    for name, value in changed.items():
        setattr(finding, name, value)
    if finding.owner_id and finding.owner_id not in finding.owned_by_ids:
        finding.owned_by_ids = [*finding.owned_by_ids, finding.owner_id]
    _save(finding, *changed, "owned_by_ids")
    events.record(FINDING_REVISED, finding, by=by, changed=sorted(changed), **_facts(finding))
    return finding


@transaction.atomic
def close_finding(
    *, finding: Finding, resolution: str, by: User, now: datetime, expected_version: int | None = None
) -> Finding:
    """It is put right. Raises NotAllowed, Invalid, IllegalStep, PreconditionFailed."""
    finding = _locked(finding)
    require(rules.why_not_close_finding(by, finding))
    require_version(f"Finding {finding.number}", finding.version, expected_version)
    finding.state = FINDING_FLOW.target(finding.state, "close")
    values = Values()
    finding.resolution = values.text("resolution", resolution, least=1, most=MOST_TEXT)
    values.refuse_if_wrong()
    finding.closed_by, finding.closed_at = by, now
    _save(finding, "state", "resolution", "closed_by", "closed_at")
    events.record(FINDING_CLOSED, finding, by=by, resolution=finding.resolution, **_facts(finding))
    return finding


@transaction.atomic
def reopen_finding(*, finding: Finding, by: User | None, expected_version: int | None = None) -> Finding:
    """It was not put right after all. Raises NotAllowed, IllegalStep, PreconditionFailed, Conflict (`open_already`)."""
    finding = _locked(finding)
    require(rules.why_not(by, Permission.EDIT_RISKS, finding.project_id))
    require_version(f"Finding {finding.number}", finding.version, expected_version)
    finding.state = FINDING_FLOW.target(finding.state, "reopen")
    _require_no_other(finding)
    finding.closed_by = finding.closed_at = None
    _save(finding, "state", "closed_by", "closed_at")
    events.record(FINDING_REOPENED, finding, by=by, **_facts(finding))
    return finding


def _require_no_other(finding: Finding) -> None:
    """A check has one open finding."""
    of_check = Finding.objects.filter(project=finding.project_id, gate=finding.gate, check_id=finding.check_id)
    other = of_check.filter(state=FindingState.OPEN).first() if finding.check_id else None
    if other is not None:
        raise Conflict(f"The same check opened F{other.number} since then.", code="open_already")


def raise_finding(
    *,
    project: Project,
    by: User | None,
    now: datetime,
    owner: User | None = None,
    barred: Iterable[User | None] = (),
    **values: Any,
) -> Finding:
    """A finding of the house's own that blocks: no gate is passed while it is open, and neither its owner nor whoever
    is barred closes it. The project is locked."""
    finding = create_finding(project=project, owner=owner, by=by, now=now, is_blocking=True, **values)
    concerned = [*finding.owned_by_ids, *(one.pk for one in barred if one is not None)]
    finding.owned_by_ids = list(dict.fromkeys(concerned))
    finding.save(update_fields=["owned_by_ids"])
    events.record(FINDING_OPENED, finding, by=by, **_facts(finding))
    return finding


def create_finding(*, project: Project, owner: User | None, by: User | None, now: datetime, **values: Any) -> Finding:
    """The row; the project is locked, and the caller records the event."""
    last = Finding.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    return Finding.objects.create(
        project=project,
        number=last + 1,
        owner=owner,
        owned_by_ids=[owner.pk] if owner else [],
        opened_by=by,
        opened_at=now,
        **values,
    )


def _locked(finding: Finding) -> Finding:
    project = locked(finding.project_id)
    found = Finding.objects.select_for_update(no_key=True, of=("self",)).select_related("owner").get(pk=finding.pk)
    found.project = project
    return found


def _save(finding: Finding, *fields: str) -> None:
    finding.version += 1
    finding.save(update_fields=[*fields, "version"])


def _checked(project: Project, given: Mapping[str, Any]) -> dict[str, Any]:
    refuse_unknown(given, FIELDS)
    values, after = Values(), dict(given)
    if "title" in given:
        after["title"] = values.text("title", given["title"], least=1, most=200)
    if "detail" in given:
        after["detail"] = values.text("detail", given["detail"], most=MOST_TEXT)
    if "severity" in given:
        after["severity"] = values.choice("severity", given["severity"], Severity.values)
    if given.get("due_date") is not None:
        values.day("due_date", given["due_date"])
    check_owner(values, project, given.get("owner"))
    values.refuse_if_wrong()
    return after


def _facts(finding: Finding) -> dict[str, Any]:
    return {
        "severity": str(finding.severity),
        "about": [finding.about_type, finding.about_id],
        "owner": finding.owner.username if finding.owner else None,
        "due": finding.due_date.isoformat() if finding.due_date else None,
        "blocks": finding.is_blocking,
    }
