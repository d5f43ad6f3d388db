"""Gates: requests, verdicts, conditions, waivers, decisions, and the policies they go by."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import DateField, F, Func, Max, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Now

from core.errors import NotFound
from core.models import Event, User
from core.numbers import whole_of
from projects.enums import EARLIER_GATE, Effect, FindingState, GateVerdict, RequestState
from projects.events import GATE_PASSED
from projects.models import (
    Delegation,
    Finding,
    GateApproval,
    GateCondition,
    GateDecision,
    GateRequest,
    GateWaiver,
    PolicyVersion,
    Project,
)
from projects.queries.team import visible_projects

# Of the past, as much as a policy is tried on.
MOST_DECISIONS = 1_000


class _Today(Func):
    template = "CURRENT_DATE"
    output_field = DateField()


def _stood(approval: str = "") -> Q:
    """An approval, at the end of that path, that nobody had withdrawn when its request was closed."""
    withdrawn, closed = f"{approval}withdrawn_at", F(f"{approval}request__closed_at")
    return Q(**{withdrawn: None}) | Q(**{f"{withdrawn}__gte": closed})


_of_passed = Q(approval__request__state=RequestState.PASSED) & _stood("approval__")


def standing_gates(project: Project) -> set[str]:
    """The gates that were passed and have not been taken back by a condition that was missed, of the last decision."""
    passed = set(GateDecision.objects.filter(project=project).values_list("gate", flat=True))
    last = GateDecision.objects.filter(project=project, gate=OuterRef("gate")).order_by("-round").values("decided_at")
    missed = missed_conditions(project).filter(effect=Effect.REVOKE, approval__request__closed_at__gte=last[:1])
    return passed - set(missed.values_list("gate", flat=True))


def missed_conditions(project: Project) -> QuerySet[GateCondition]:
    """Conditions that are overdue, of approvals with which a gate was passed; one that is withdrawn afterwards takes
    none of them away. Days end by the database's clock."""
    return GateCondition.objects.filter(_of_passed, project=project, met_at=None, due_date__lt=_Today())


def unmet_conditions(project: Project) -> QuerySet[GateCondition]:
    """Of approvals that stand, or with which a gate was passed, whatever became of them then."""
    stands = Q(approval__withdrawn_at=None) & ~Q(approval__request__state=RequestState.WITHDRAWN)
    return GateCondition.objects.filter(stands | _of_passed, project=project, met_at=None)


def owned_conditions(user: User, project_ids: Iterable[int]) -> QuerySet[GateCondition]:
    """Conditions that this user is to meet: of approvals that stand, or with which a gate was passed."""
    found = GateCondition.objects.filter(_of_passed | Q(approval__withdrawn_at=None), owner=user, met_at=None)
    return found.filter(project__in=list(project_ids)).select_related("approval__approver")


def gate_conditions(project: Project) -> QuerySet[GateCondition]:
    found = GateCondition.objects.filter(project=project).select_related("owner", "met_by", "approval__approver")
    return found.order_by("number")


def gate_condition(project: Project, number: int) -> GateCondition:
    """Raises NotFound."""
    found = gate_conditions(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no condition {number} in this project.")
    return found


def open_waivers(project: Project, gate: str) -> QuerySet[GateWaiver]:
    """Neither ended nor expired."""
    found = GateWaiver.objects.filter(project=project, gate=gate, ended_at=None, expires_at__gt=Now())
    return found.select_related("granted_by").order_by("number")


def expired_waivers(*, now: datetime) -> QuerySet[GateWaiver]:
    """Those that ran out, of any project, and that nobody has looked at since."""
    return GateWaiver.objects.filter(ended_at=None, expires_at__lte=now).order_by("expires_at", "pk")


def last_decision(project: Project, gate: str) -> GateDecision | None:
    return GateDecision.objects.filter(project=project, gate=gate).order_by("-round").first()


def gate_waivers(project: Project) -> QuerySet[GateWaiver]:
    return GateWaiver.objects.filter(project=project).select_related("granted_by").order_by("-number")


def gate_waiver(project: Project, number: int) -> GateWaiver:
    """Raises NotFound."""
    found = gate_waivers(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no waiver {number} in this project.")
    return found


def open_request(project: Project) -> GateRequest | None:
    """Who asks for the decision on the next gate, if anybody does."""
    return GateRequest.objects.select_related("requested_by").filter(project=project, state=RequestState.OPEN).first()


def is_asked(project: Project, gate: str) -> bool:
    """Whether the decision on this very gate is asked for."""
    return GateRequest.objects.filter(project=project, gate=gate, state=RequestState.OPEN).exists()


def rounds(project: Project, gate: str) -> int:
    """How often this gate was passed."""
    return GateDecision.objects.filter(project=project, gate=gate).count()


def has_gate_in_question(project: Project) -> bool:
    """Whether a decision is asked for, or a finding is open that a check opened. One query."""
    asked = GateRequest.objects.filter(project=project, state=RequestState.OPEN).values("pk")
    opened = Finding.objects.filter(project=project, state=FindingState.OPEN).exclude(check_id="").values("pk")
    return asked.union(opened).exists()


def gate_approvals(request: GateRequest) -> QuerySet[GateApproval]:
    """Every verdict on this request, withdrawn ones too, in the order they were given."""
    found = GateApproval.objects.filter(request=request)
    found = found.select_related("approver", "evaluation", "delegation__given_by")
    return found.prefetch_related("conditions__owner").order_by("pk")


def gate_rejections(project: Project, gate: str, *, roles: Iterable[str]) -> QuerySet[GateApproval]:
    """Of any request, given in one of these roles, and not withdrawn."""
    found = GateApproval.objects.select_related("approver", "evaluation", "delegation").prefetch_related("conditions")
    return found.filter(
        project=project, request__gate=gate, verdict=GateVerdict.REJECT, role__in=list(roles), withdrawn_at=None
    ).order_by("pk")


def running_delegations(project_id: int) -> QuerySet[Delegation]:
    """Those that count today, by the database's clock."""
    found = Delegation.objects.filter(project=project_id, ended_at=None, starts_on__lte=_Today(), ends_on__gte=_Today())
    return found.select_related("given_by", "given_to").order_by("number")


def delegated_roles(user: User) -> list[tuple[int, str]]:
    """Project and role of every right that was handed to this user and counts today."""
    found = Delegation.objects.filter(given_to=user, ended_at=None, starts_on__lte=_Today(), ends_on__gte=_Today())
    return list(found.values_list("project", "role"))


def delegations(project: Project) -> QuerySet[Delegation]:
    """The last first."""
    return Delegation.objects.filter(project=project).select_related("given_by", "given_to").order_by("-number")


def delegation(project: Project, number: int) -> Delegation:
    """Raises NotFound."""
    found = delegations(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no delegation {number} in this project.")
    return found


def gate_approval(project: Project, number: int) -> GateApproval:
    """Raises NotFound."""
    rows = GateApproval.objects.select_related("approver", "evaluation", "request")
    found = rows.filter(project=project, pk=number).first()
    if found is None:
        raise NotFound(f"There is no verdict {number} in this project.")
    return found


def stages_begun(project_ids: Collection[int]) -> dict[tuple[int, str], int]:
    """By project and gate, the number of the event by which it was first passed: deciding it anew begins no stage."""
    passed = Event.objects.filter(stream__in=project_ids, type=GATE_PASSED).exclude(data__has_key="round")
    return {(stream, gate): seq for stream, gate, seq in passed.values_list("stream", "data__gate", "seq")}


def contributors(project: Project, gate: str, types: Iterable[str], duties: Mapping[str, Collection[str]]) -> list[int]:
    """Who did what this gate is about, since the one before it was first passed, whichever was decided anew since:
    users' ids, the last to act last. What somebody did in a role whose duty it is, by `duties`, is left out, and what
    was done before roles were told."""
    since = stages_begun([project.pk]).get((project.pk, EARLIER_GATE.get(gate, "")), 0)
    found = Event.objects.filter(stream_id=project.pk, seq__gt=since, type__in=list(types), actor__isnull=False)
    for event_type, roles in duties.items():
        in_duty = Q(data__role__in=list(roles)) | ~Q(data__has_key="role")
        found = found.exclude(in_duty, type=event_type)
    latest = found.values("actor_id").annotate(last=Max("seq")).order_by("last")
    return [row["actor_id"] for row in latest]


def decided(project_ids: Iterable[int]) -> QuerySet[GateDecision]:
    """Gates that were passed, the last first, with the facts of that moment and who had approved by then, whoever
    withdrew it afterwards. Two queries."""
    stood = GateApproval.objects.filter(_stood()).order_by("pk")
    found = GateDecision.objects.filter(project_id__in=list(project_ids), evaluation__isnull=False)
    kept = Prefetch("evaluation__approvals", queryset=stood, to_attr="approvals_then")
    return (
        found.select_related("project", "evaluation", "decided_by")
        .prefetch_related(kept)
        .order_by("-decided_at", "-pk")
    )


def visible_decisions(user: User) -> QuerySet[GateDecision]:
    """The last gates passed in projects that this user sees, a thousand at most."""
    return decided(visible_projects(user).values_list("pk", flat=True))[:MOST_DECISIONS]


def policy_versions() -> QuerySet[PolicyVersion]:
    return PolicyVersion.objects.select_related("written_by", "published_by").order_by("name", "-number")


def policy_version(name: str, number: int) -> PolicyVersion:
    """Raises NotFound."""
    found = policy_versions().filter(name=name, number=number).first()
    if found is None:
        raise NotFound(f"There is no version {number} of a policy {name!r}.")
    return found


def policy_named(public_id: str) -> PolicyVersion:
    """By NAME/NUMBER. Raises NotFound."""
    name, _, digits = public_id.partition("/")
    number = whole_of(digits)
    if number is None or not name.isprintable():
        raise NotFound(f"A policy is named NAME/NUMBER, such as light/1: got {public_id[:80]!r}.")
    return policy_version(name, number)


def gate_decisions(project: Project) -> QuerySet[GateDecision]:
    return GateDecision.objects.filter(project=project).select_related("decided_by", "emergency").order_by("pk")
