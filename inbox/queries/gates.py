"""Gates that wait: whose verdict the policy still wants, and which are approved and only have to be passed.

Whether every check is met is the gate page's business: here nothing is evaluated, so that a hundred gates cost what
one costs. An approval counts as standing until something happened that a gate may rest on.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.urls import reverse

from core.models import Event
from inbox.enums import Group
from inbox.queries import later
from inbox.queries.person import Person
from inbox.rows import Elsewhere, Row
from projects import approvals, holding, queries, shares
from projects.enums import EARLIER_GATE, Gate, RequestState
from projects.events import GATE_DECIDED
from projects.models import GateApproval, GateRequest
from projects.policy import CONTRIBUTORS, LAST_CHANGE, NOT_ALONE, ApprovalRule, GatePolicy, counts_for, missing
from projects.roles import PERMISSIONS, Permission


@dataclass
class Asked:
    """One open request with all that was said on it."""

    request: GateRequest
    rules: GatePolicy
    verdicts: list[tuple[GateApproval, int]] = field(default_factory=list)
    """Those not withdrawn, each with its event's number."""
    evidence: list[int] = field(default_factory=list)
    """Numbers of the events since the first verdict that changed something."""
    worked: list[int] = field(default_factory=list)
    """Who contributed, the last to act last."""
    authors: set[int] = field(default_factory=set)
    """Who contributed, or wrote something that it rests on."""

    @property
    def standing(self) -> list[GateApproval]:
        last = max(self.evidence, default=0)
        return [approval for approval, seq in self.verdicts if seq > last]


def asked_of(person: Person) -> list[Asked]:
    """The open requests of the person's projects. Six queries."""
    found = GateRequest.objects.filter(project__in=person.ids, state=RequestState.OPEN)
    found = found.select_related("requested_by").order_by("requested_at", "pk")
    asked = {one.pk: Asked(one, rules) for one in found if (rules := _rules(person, one)) is not None}
    _add_verdicts(asked)
    _add_evidence(asked.values())
    _add_contributors(asked.values())
    return list(asked.values())


def rows(person: Person, asked: Iterable[Asked]) -> list[Row]:
    said = [(one, _why_mine(person, one)) for one in asked]
    return [_row(person, one, what) for one, what in said if what]


def fallen(person: Person, asked: Iterable[Asked]) -> list[Row]:
    """Gates that no longer hold, for whoever may pass them, until somebody asks for a new decision."""
    asked_for = {(one.request.project_id, one.request.gate) for one in asked}
    return [
        _fallen(person, one, because)
        for one in person.passed
        if (because := one.fallen_because(person.now)) and (one.project_id, one.gate) not in asked_for
    ]


def _fallen(person: Person, one: holding.Passed, because: Sequence[str]) -> Row:
    since = min(one.holds_until, person.now)
    return person.row(
        Group.DECIDE,
        one.project_id,
        key=f"fallen:{one.project_id}:{one.gate}:{one.round}",
        what="Ask for a new decision",
        title=one.gate.label,
        detail="; ".join(because),
        url=reverse("projects:gate", args=[person.projects[one.project_id].key]),
        since=since,
        print=str(len(because)),
    )


def elsewhere(person: Person, asked: Iterable[Asked]) -> list[Elsewhere]:
    """What waits for others, and for whom."""
    found = []
    for one in asked:
        lacking = _lacking(one)
        if lacking and not _why_mine(person, one):
            who = ", ".join(approvals.words(rule, count) for rule, count in lacking)
            project, gate = person.projects[one.request.project_id], Gate(one.request.gate)
            url = reverse("projects:gate", args=[project.key])
            found.append(Elsewhere(gate.label, url, who, one.request.requested_at, project.name))
    return found


def _rules(person: Person, request: GateRequest) -> GatePolicy | None:
    """What the policy asks for; None where its text can no longer be read: the gate's page says so."""
    pack = person.pack_of(request.project_id)
    return pack.gates.get(request.gate, GatePolicy(request.gate)) if pack else None


def _add_verdicts(asked: dict[int, Asked]) -> None:
    given = list(GateApproval.objects.filter(request__in=asked, withdrawn_at=None).order_by("pk"))
    told = Event.objects.filter(
        stream__in={one.project_id for one in given},
        subject_type="gateapproval",
        subject_id__in=[str(one.pk) for one in given],
        type=GATE_DECIDED,
    )
    seqs = dict(told.values_list("subject_id", "seq"))
    for one in given:
        asked[one.request_id].verdicts.append((one, seqs.get(str(one.pk), 0)))


def _add_evidence(asked: Collection[Asked]) -> None:
    firsts = {one.request.project_id: min(seq for _, seq in one.verdicts) for one in asked if one.verdicts}
    found = later.evidence(firsts)
    for one in asked:
        one.evidence = [found[one.request.project_id].last] if one.request.project_id in found else []


def _add_contributors(asked: Collection[Asked]) -> None:
    gates = {one.request.project_id: one.request.gate for one in asked}  # a project asks for one at a time
    begun = queries.stages_begun(gates)
    since = {pk: begun.get((pk, EARLIER_GATE.get(gate, "")), 0) for pk, gate in gates.items()}
    written = {gate: shares.authorship_types(gate) for gate in {Gate(one.request.gate) for one in asked}}
    acted = later.acted(since, types=frozenset().union(*written.values()))
    people = [each for each in acted if not shares.is_duty(each.type, each.role)]
    for one in asked:
        gate = Gate(one.request.gate)
        mine = [each for each in people if each.stream == one.request.project_id and each.type in written[gate]]
        one.authors = {each.actor for each in mine}
        one.worked = [each.actor for each in mine if each.type in shares.contribution_types(gate)]


def _lacking(asked: Asked) -> list[tuple[ApprovalRule, int]]:
    """Seats that nobody took yet. A rule that holds only under a condition is taken as holding."""
    wanted = asked.rules.approvals
    votes = [approvals.vote_of(one.approver_id, {one.approver_id: one.role}, asked.worked) for one in asked.standing]
    return [(rule, count) for rule, count in zip(wanted, missing(wanted, votes), strict=True) if count]


def _is_among_authors(asked: Asked) -> bool:
    """Whether the policy wants somebody besides those who decided so far, all of them authors."""
    return NOT_ALONE in asked.rules.separation and {one.approver_id for one in asked.standing} <= asked.authors


def _why_mine(person: Person, asked: Asked) -> str:
    """What the person can do for it; empty if nothing."""
    if any(one.verdict not in approvals.APPROVING for one in asked.standing):
        return ""
    lacking = [rule for rule, _ in _lacking(asked)]
    if not lacking and not (asked.rules.approvals and _is_among_authors(asked)):
        role = person.roles[asked.request.project_id]
        return "Pass the gate" if Permission.PASS_GATE in PERMISSIONS[role] else ""
    if not lacking and person.user.pk in asked.authors:
        return ""
    return "Decide on a gate" if _may_decide(person, asked, lacking or list(asked.rules.approvals)) else ""


def _may_decide(person: Person, asked: Asked, wanted: Sequence[ApprovalRule]) -> bool:
    user = person.user.pk
    if asked.request.requested_by_id == user or _is_separate(user, asked):
        return False
    if any(one.approver_id == user for one in asked.standing):
        return False
    vote = approvals.vote_of(user, {user: person.roles[asked.request.project_id]}, asked.worked)
    return any(counts_for(rule, vote) for rule in wanted)


def _is_separate(user: int, asked: Asked) -> bool:
    """Whether the policy keeps this person out: they made what is decided on."""
    separation, worked = asked.rules.separation, asked.worked
    if LAST_CHANGE in separation and worked and worked[-1] == user:
        return True
    return CONTRIBUTORS in separation and user in worked


def _row(person: Person, asked: Asked, what: str) -> Row:
    request, gate = asked.request, Gate(asked.request.gate)
    verdicts = [seq for one, seq in asked.verdicts if one.approver_id == person.user.pk]
    return person.row(
        Group.DECIDE,
        request.project_id,
        key=f"gate:{request.pk}",
        what=what,
        title=gate.label,
        detail=request.comment,
        by=request.requested_by.name,
        url=reverse("projects:gate", args=[person.projects[request.project_id].key]),
        since=request.requested_at,
        print=f"{request.pk}.{len(asked.standing)}",
        about=("gate", str(request.pk)),
        seen_seq=max(verdicts, default=None),
    )
