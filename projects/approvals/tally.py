"""Whether the persons whom a policy asks for approved of a gate as it stands now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import Conflict
from core.models import User
from projects import gates, queries
from projects.approvals.matter import EXPIRED, STALE, Matter, roles_in
from projects.enums import Gate, GateStatus, GateVerdict, RequestState
from projects.gates import Assessment
from projects.models import GateApproval, GateDecision, GateRequest, Project
from projects.policy import NOT_ALONE

APPROVING = (GateVerdict.APPROVE, GateVerdict.APPROVE_ON_CONDITIONS)


@dataclass(frozen=True)
class Standing:
    """A verdict and why it does not count; empty: it does."""

    approval: GateApproval
    why_not: str

    @property
    def is_stale(self) -> bool:
        return self.why_not == STALE


@dataclass(frozen=True)
class Tally:
    assessment: Assessment
    request: GateRequest | None
    matter: Matter
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


def tally(assessment: Assessment, request: GateRequest | None, *, now: datetime) -> Tally:
    """Everything that was decided on this request, and what is still missing."""
    approvals = list(queries.gate_approvals(request)) if request and request.gate == assessment.gate else []
    matter = matter_of(assessment)
    standings = [Standing(one, matter.why_not_counts(one, one.digest, now)) for one in approvals]
    persons = [one.approval.approver_id for one in standings if not one.why_not and one.approval.verdict in APPROVING]
    return Tally(assessment, request, matter, standings, matter.lacking(persons))


def matter_of(assessment: Assessment) -> Matter:
    project, gate = assessment.project, assessment.gate
    return Matter(
        name="this gate",
        rules=assessment.rules,
        wanted=assessment.outcome.approvals,
        digest=assessment.digest,
        roles=roles_in(project.pk),
        worked=gates.contributors(project, gate),
        authors=gates.authors(project, gate) if NOT_ALONE in assessment.rules.separation else frozenset(),
    )


def require_quorum(found: Tally) -> None:
    """Raise Conflict: `gate_locked`, `gate_refused` or `gate_not_approved`."""
    require_not_refused(found)
    if found.lacking:
        raise Conflict(
            f"{found.assessment.gate.label} is not approved as it stands now: it lacks {', '.join(found.lacking)}.",
            code="gate_not_approved",
        )


def require_not_refused(found: Tally) -> None:
    """Raise Conflict: `gate_locked` or `gate_refused`."""
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


def why_not_decide_gate(user: User | None, found: Tally) -> str | None:
    """Why this person may not decide on the gate that is asked for, as it stands now."""
    request, matter = found.request, found.matter
    if user is None or user.is_robot:
        return "Only a person may decide on a gate."
    if not user.is_active:
        return "This account is not active."
    if request is None:
        return "Nobody has asked for the decision yet."
    if user.pk == request.requested_by_id:
        return "You asked for this decision, and nobody decides on their own request."
    return matter.why_separate(user.pk) or _why_no_seat(user.pk, found)


def _why_no_seat(person: int, found: Tally) -> str | None:
    if not found.matter.wanted:
        return "The policy asks for no approvals of this gate: whoever may pass it passes it."
    mine_now = [one for one in found.standings if not one.why_not and one.approval.approver_id == person]
    decided = "You decided on this already, as it stands now: one person counts once." if mine_now else None
    return found.matter.why_no_seat(person) or decided


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
