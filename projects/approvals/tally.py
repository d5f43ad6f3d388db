"""Whether the persons whom a policy asks for approved of a gate as it stands now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import Conflict
from core.models import User
from projects import gates, policies, queries
from projects.approvals.matter import EXPIRED, STALE, Matter, delegations_in, eased, roles_in
from projects.enums import FindingState, Gate, GateStatus, GateVerdict, RequestState
from projects.facts import Check
from projects.gates import Assessment
from projects.models import Delegation, GateApproval, GateDecision, GateRequest, Project
from projects.policy import NOT_ALONE, ApprovalRule
from projects.roles import Role

APPROVING = (GateVerdict.APPROVE, GateVerdict.APPROVE_ON_CONDITIONS)


@dataclass(frozen=True)
class Standing:
    """A verdict and why it does not count; empty: it does."""

    approval: GateApproval
    why_not: str
    is_veto: bool = False
    """It stands until it is withdrawn, whatever changes."""

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
    warnings: list[str]

    @property
    def against(self) -> list[GateApproval]:
        """Verdicts on what stands now that are no approval."""
        return [one.approval for one in self.standings if not one.why_not and one.approval.verdict not in APPROVING]

    @property
    def approvals(self) -> list[GateApproval]:
        return [one.approval for one in self.standings if not one.why_not and one.approval.verdict in APPROVING]

    @property
    def never_left_out(self) -> list[Check]:
        """The checks that the policy never waives, and those that are the house's own."""
        never = self.matter.rules.waivers.never_for
        return [one for one in self.assessment.checks if not one.rule or one.rule in never]

    def seat_for(self, person: int, verdict: str) -> tuple[str, Delegation | None]:
        """The role in which this person decides so: a rejection in one that has a veto, if there is one."""
        seats = [seat for seat in self.matter.seats_of(person) if seat[0] in self.matter.rules.veto]
        if verdict == GateVerdict.REJECT and seats:
            return seats[0]
        return self.matter.seat_for(person, self.approvals)

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
    roles = roles_in(assessment.project.pk)
    is_lowest = policies.tier_word(assessment.project) == "T1"
    wanted, warnings = eased(assessment.outcome.approvals, roles, is_lowest=is_lowest)
    matter = _matter_of(assessment, roles, wanted, request)
    vetoes = {one.pk: one for one in _vetoes(assessment, matter)}
    before = [one for pk, one in vetoes.items() if pk not in {approval.pk for approval in approvals}]
    standings = [_stand(one, matter, vetoes, now) for one in [*before, *approvals]]
    given = [one.approval for one in standings if not one.why_not and one.approval.verdict in APPROVING]
    return Tally(assessment, request, matter, standings, matter.lacking(given), warnings)


def _stand(approval: GateApproval, matter: Matter, vetoes: Collection[int], now: datetime) -> Standing:
    if approval.pk in vetoes:
        return Standing(approval, "", is_veto=True)
    return Standing(approval, matter.why_not_counts(approval, approval.digest, now))


def _vetoes(assessment: Assessment, matter: Matter) -> list[GateApproval]:
    """Of this request or an earlier one: to ask anew takes no veto away."""
    if not matter.rules.veto:
        return []
    found = queries.gate_rejections(assessment.project, assessment.gate, roles=matter.rules.veto)
    return [one for one in found if not matter.why_not_holds(one)]


def _matter_of(
    assessment: Assessment, roles: dict[int, str], wanted: tuple[ApprovalRule, ...], request: GateRequest | None
) -> Matter:
    project, gate = assessment.project, assessment.gate
    return Matter(
        name="this gate",
        rules=assessment.rules,
        wanted=wanted,
        digest=assessment.digest,
        roles=roles,
        delegations=delegations_in(project.pk),
        worked=gates.contributors(project, gate),
        barred={request.requested_by_id} if request else frozenset(),
        authors=gates.authors(project, gate) if NOT_ALONE in assessment.rules.separation else frozenset(),
    )


def require_quorum(found: Tally) -> None:
    """Raise Conflict: `gate_locked`, `gate_vetoed`, `gate_refused` or `gate_not_approved`."""
    require_not_refused(found)
    if found.lacking:
        raise Conflict(
            f"{found.assessment.gate.label} is not approved as it stands now: it lacks {', '.join(found.lacking)}.",
            code="gate_not_approved",
        )


def require_not_refused(found: Tally) -> None:
    """Raise Conflict: `gate_locked`, `gate_vetoed` or `gate_refused`."""
    assessment = found.assessment
    if assessment.locked_by:
        gate = assessment.locked_by[0]
        raise Conflict(
            f"{assessment.gate.label} is locked: {gate.label.lower()} was not passed, or a condition of it was missed.",
            code="gate_locked",
        )
    veto = next((one.approval for one in found.standings if one.is_veto), None)
    if veto is not None:
        raise Conflict(
            f"{veto.approver} vetoed this gate as {veto.get_role_display().lower()}: it stays shut until they withdraw "
            "that.",
            code="gate_vetoed",
        )
    if found.against:
        first = found.against[0]
        raise Conflict(f"{first.approver} decided: {first.get_verdict_display().lower()}.", code="gate_refused")


def why_not_decide_gate(user: User | None, found: Tally, verdict: str = "") -> str | None:
    """Why this person may not decide on the gate that is asked for, as it stands now. Whoever has a veto may always
    reject; with no verdict given, that is reason enough to let them in."""
    request, matter = found.request, found.matter
    if user is None or user.is_robot:
        return "Only a person may decide on a gate."
    if not user.is_active:
        return "This account is not active."
    if request is None:
        return "Nobody has asked for the decision yet."
    if user.pk == request.requested_by_id:
        return "You asked for this decision, and nobody decides on their own request."
    mine = [one for one in found.standings if not one.why_not and one.approval.approver_id == user.pk]
    if any(one.is_veto for one in mine):
        return "Your veto stands: withdraw it first."
    decided = "You decided on this already, as it stands now: one person counts once." if mine else None
    if matter.may_veto(user.pk) and verdict in ("", GateVerdict.REJECT):
        return decided
    return matter.why_separate(user.pk) or _why_no_seat(user.pk, matter) or decided


def _why_no_seat(person: int, matter: Matter) -> str | None:
    if not matter.wanted:
        return "The policy asks for no approvals of this gate: whoever may pass it passes it."
    return matter.why_no_seat(person)


def why_not_pass_in_emergency(user: User | None, found: Tally) -> str | None:
    """Why this person may not pass the gate without the persons whom the policy asks for."""
    allowed = found.matter.rules.emergency
    if allowed is None:
        return "The policy of this project lets nobody pass this gate in an emergency."
    if user is None or user.is_robot:
        return "Only a person may pass a gate."
    if not user.is_active:
        return "This account is not active."
    if any(role == allowed.by for role, _ in found.matter.seats_of(user.pk)):
        return None
    role = found.matter.roles.get(user.pk)
    mine = f"you are {Role(role).label.lower()}" if role else "you are not in this project"
    return f"In an emergency this gate is passed by the role {Role(allowed.by).label.lower()}; {mine}."


def status_of(project: Project, gate: Gate, decision: GateDecision | None, *, has_fallen: bool = False) -> GateStatus:
    """Of a gate other than the one in question. `has_fallen`: it no longer holds."""
    if decision is None:
        return GateStatus.LOCKED
    if has_fallen or gate not in queries.standing_gates(project):
        return GateStatus.EXPIRED
    if decision.emergency is not None and decision.emergency.state == FindingState.OPEN:
        return GateStatus.EMERGENCY
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
