"""Whether the persons whom a policy asks for approved of a gate as it stands now.

Nothing here is kept: what an approval is worth is computed from what is in the database at this moment, under the
project's lock when a gate is passed. So it is stale in the very transaction in which the evidence changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.errors import Conflict
from core.models import User
from projects import gates, queries
from projects.enums import Gate, GateStatus, GateVerdict, RequestState
from projects.gates import Assessment
from projects.models import GateApproval, GateDecision, GateRequest, Membership, Project
from projects.policy import CONTRIBUTORS, LAST_CHANGE, ApprovalRule, Vote, counts_for, missing
from projects.roles import Role

APPROVING = (GateVerdict.APPROVE, GateVerdict.APPROVE_ON_CONDITIONS)
TEAM = frozenset({Role.OWNER, Role.PRODUCT_OWNER, Role.DATA_SCIENTIST, Role.ENGINEER})
"""Who works on a project; a validator or a viewer does, once they contributed."""


@dataclass(frozen=True)
class Standing:
    """An approval and why it does not count; empty: it does."""

    approval: GateApproval
    why_not: str
    is_stale: bool = False


@dataclass(frozen=True)
class Tally:
    assessment: Assessment
    request: GateRequest | None
    standings: list[Standing]
    lacking: list[str]
    """The persons who are missing, each in words."""

    @property
    def against(self) -> list[GateApproval]:
        """Verdicts on what stands now that are no approval."""
        return [one.approval for one in self.standings if not one.why_not and one.approval.verdict not in APPROVING]

    @property
    def approvals(self) -> list[GateApproval]:
        return [one.approval for one in self.standings if not one.why_not and one.approval.verdict in APPROVING]

    @property
    def status(self) -> GateStatus:
        if self.assessment.locked_by:
            return GateStatus.LOCKED
        verdicts = {approval.verdict for approval in self.against}
        if GateVerdict.REJECT in verdicts:
            return GateStatus.REJECTED
        if GateVerdict.REQUEST_CHANGES in verdicts:
            return GateStatus.CHANGES_REQUESTED
        if not self.assessment.is_met:
            return GateStatus.COLLECTING
        if self.lacking or not self.assessment.outcome.approvals:
            return GateStatus.EXPIRED if self._has_expired() else GateStatus.READY
        return _approved(self.approvals)

    def _has_expired(self) -> bool:
        return any(one.why_not == EXPIRED for one in self.standings)


STALE = "It was about something else: what it rests on changed since."
EXPIRED = "It is too old."


def tally(assessment: Assessment, request: GateRequest | None, *, now: datetime) -> Tally:
    """Everything that was decided on this request, and what is still missing."""
    approvals = list(queries.gate_approvals(request)) if request and request.gate == assessment.gate else []
    roles = dict(Membership.objects.filter(project=assessment.project).values_list("user_id", "role"))
    worked = gates.contributors(assessment.project, assessment.gate)
    standings = [_stand(one, assessment, roles, worked, now) for one in approvals]
    votes = [
        vote_of(one.approval.approver_id, roles, worked)
        for one in standings
        if not one.why_not and one.approval.verdict in APPROVING
    ]
    wanted = assessment.outcome.approvals
    lacking = [words(rule, count) for rule, count in zip(wanted, missing(wanted, votes), strict=True) if count]
    return Tally(assessment, request, standings, lacking)


def vote_of(person: int, roles: dict[int, str], worked: Sequence[int]) -> Vote:
    role = roles.get(person, "")
    return Vote(person, role, is_outside=role not in TEAM and person not in worked)


def require_quorum(found: Tally) -> None:
    """Raise Conflict: `gate_locked`, `gate_refused` or `gate_not_approved`."""
    assessment = found.assessment
    if assessment.locked_by:
        gate = assessment.locked_by[0]
        raise Conflict(
            f"{assessment.gate.label} is locked: {gate.label.lower()} was not passed, or a condition of it was missed.",
            code="gate_locked",
        )
    if found.against:
        first = found.against[0]
        raise Conflict(f"{first.approver} decided: {first.get_verdict_display().lower()}.", code="gate_refused")
    if found.lacking:
        raise Conflict(
            f"{assessment.gate.label} is not approved as it stands now: it lacks {', '.join(found.lacking)}.",
            code="gate_not_approved",
        )


def why_not_decide_gate(user: User | None, found: Tally) -> str | None:
    """Why this person may not decide on the gate that is asked for, as it stands now."""
    request, assessment = found.request, found.assessment
    if user is None or user.is_robot:
        return "Only a person may decide on a gate."
    if not user.is_active:
        return "This account is not active."
    if request is None:
        return "Nobody has asked for the decision yet."
    roles = dict(Membership.objects.filter(project=assessment.project).values_list("user_id", "role"))
    worked = gates.contributors(assessment.project, assessment.gate)
    if user.pk == request.requested_by_id:
        return "You asked for this decision, and nobody decides on their own request."
    return _why_separate(user.pk, assessment, worked) or _why_no_seat(user.pk, found, roles, worked)


def status_of(project: Project, gate: Gate, decision: GateDecision | None) -> GateStatus:
    """Of a gate other than the next one."""
    if decision is None:
        return GateStatus.LOCKED
    if gate not in queries.standing_gates(project):
        return GateStatus.EXPIRED
    if any(check["state"] == "waived" for check in decision.evidence):
        return GateStatus.WAIVED
    passed = GateApproval.objects.filter(
        project=project, request__gate=gate, request__state=RequestState.PASSED, digest=_digest(decision)
    )
    return _approved(list(passed))


def _digest(decision: GateDecision) -> str:
    return decision.evaluation.digest if decision.evaluation else ""


def _approved(approvals: Sequence[GateApproval]) -> GateStatus:
    on_conditions = any(one.verdict == GateVerdict.APPROVE_ON_CONDITIONS for one in approvals)
    return GateStatus.ON_CONDITIONS if on_conditions else GateStatus.APPROVED


def _stand(
    approval: GateApproval, assessment: Assessment, roles: dict[int, str], worked: Sequence[int], now: datetime
) -> Standing:
    if approval.withdrawn_at:
        return Standing(approval, "It was withdrawn.")
    if approval.digest != assessment.digest:
        return Standing(approval, STALE, is_stale=True)
    days = assessment.rules.valid_days
    if days and approval.at + timedelta(days=days) <= now:
        return Standing(approval, EXPIRED)
    if not approval.approver.is_active or roles.get(approval.approver_id) != approval.role:
        return Standing(approval, f"{approval.approver} no longer has the role in which they decided.")
    return Standing(approval, _why_separate(approval.approver_id, assessment, worked) or "")


def _why_separate(person: int, assessment: Assessment, worked: Sequence[int]) -> str | None:
    asked = assessment.rules.separation
    if LAST_CHANGE in asked and worked and worked[-1] == person:
        return "You made the last change to what this gate is about, and nobody approves their own work."
    if CONTRIBUTORS in asked and person in worked:
        return "You contributed to what this gate is about, and nobody approves their own work."
    return None


def _why_no_seat(person: int, found: Tally, roles: dict[int, str], worked: Sequence[int]) -> str | None:
    rules, vote = found.assessment.outcome.approvals, vote_of(person, roles, worked)
    if not rules:
        return "The policy asks for no approvals of this gate: whoever may pass it passes it."
    if not any(counts_for(rule, vote) for rule in rules):
        inside = any(vote.role in rule.roles for rule in rules)
        wanted = ", ".join(dict.fromkeys(words(rule, 1) for rule in rules))
        mine = f"you are {Role(vote.role).label.lower()}" if vote.role else "you are not in this project"
        return f"This gate is decided by {wanted}; {'you work on this project' if inside else mine}."
    mine_now = [one.approval for one in found.standings if not one.why_not and one.approval.approver_id == person]
    return "You decided on this already, as it stands now: one person counts once." if mine_now else None


def words(rule: ApprovalRule, count: int) -> str:
    roles = " or ".join(Role(role).label.lower() for role in rule.roles)
    outside = " from outside the team" if rule.outside_team else ""
    return f"{'a' if count == 1 else count} {roles}{outside}"
