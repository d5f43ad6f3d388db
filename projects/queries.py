"""What may this user see: projects and what is in them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import DateField, Func, Max, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Now

from core.errors import NotFound
from core.models import Event, Job, User
from projects import risk_matrix
from projects.burnup import Card, Fact
from projects.enums import (
    Effect,
    ItemState,
    Knowledge,
    RequestState,
    RiskLevel,
    RiskPhase,
    RiskState,
    SprintState,
    Stage,
)
from projects.events import GATE_PASSED, SCOPE_REVISED
from projects.models import (
    Ceiling,
    Classification,
    Control,
    Dossier,
    DossierRevision,
    Finding,
    GateApproval,
    GateCondition,
    GateDecision,
    GateRequest,
    GateWaiver,
    HealthNote,
    Indicator,
    IndicatorReading,
    KillCriterion,
    Membership,
    Objection,
    PolicyVersion,
    Precedent,
    Project,
    Risk,
    RiskAcceptance,
    Scope,
    ScopeOption,
    Spike,
    Sprint,
    WorkItem,
)
from projects.roles import Role

WorstRisk = tuple[int, str, str, int, int]

# Facts too frequent to be told one by one; the ledger shows them all.
QUIET = ("job.queued", "job.started", "job.succeeded", "predictions.labelled", "drift_window.checked")

# How many readings the small line of an indicator shows.
SPARK_READINGS = 30


# Of the past, as much as a policy is tried on.
MOST_DECISIONS = 1_000


class _Today(Func):
    template = "CURRENT_DATE"
    output_field = DateField()


def visible_projects(user: User) -> QuerySet[Project]:
    """The projects that this user is in; an administrator sees all."""
    if user.is_superuser:
        return Project.objects.all()
    return Project.objects.filter(memberships__user=user)


def visible_project(user: User, key: str) -> Project:
    """The project with this key, and its stream as it stood before anything else of it was read.

    Raises NotFound, with the same words whether it is missing or foreign.
    """
    could_be = key.isascii() and key.isalnum()
    project = visible_projects(user).select_related("stream").filter(key=key).first() if could_be else None
    if project is None:
        raise NotFound(f"There is no project {key!r}, or you are not in it.")
    return project


def role_of(user: User, project_id: int) -> Role | None:
    """The user's role in the project, or None."""
    membership = Membership.objects.filter(user=user, project_id=project_id).first()
    return Role(membership.role) if membership else None


def portfolio(user: User, *, until: datetime, only: int | None = None) -> list[dict[str, Any]]:
    """The visible projects that there were by then, by name, with the figures of their scope as they are now."""
    found = visible_projects(user).filter(created_at__lte=until)
    if only is not None:
        found = found.filter(pk=only)
    figures = [f"scope__{name}" for name in ("benefit_low", "benefit_high", "cost_low", "cost_high")]
    return list(found.order_by("name", "pk").values("pk", "key", "name", "created_at", *figures))


def last_health_notes(ids: Sequence[int], *, until: datetime) -> dict[int, tuple[str, str]]:
    """Light and note that counted then, by project."""
    found = HealthNote.objects.filter(project_id__in=ids, set_at__lte=until)
    rows = found.order_by("project_id", "-pk").distinct("project_id").values_list("project_id", "light", "note")
    return {pk: (light, note) for pk, light, note in rows}


def last_tiers(ids: Sequence[int], *, until: datetime) -> dict[int, int | None]:
    found = Classification.objects.filter(project_id__in=ids, decided_at__lte=until)
    return dict(found.order_by("project_id", "-number").distinct("project_id").values_list("project_id", "tier"))


def last_gates(ids: Sequence[int], *, until: datetime) -> dict[int, tuple[str, datetime]]:
    """The last gate that each had passed by then, and when."""
    found = GateDecision.objects.filter(project_id__in=ids, decided_at__lte=until)
    rows = found.order_by("project_id", "-pk").distinct("project_id").values_list("project_id", "gate", "decided_at")
    return {pk: (gate, at) for pk, gate, at in rows}


def figures_before(ids: Sequence[int], *, after: datetime) -> dict[int, dict[str, Any]]:
    """What the scopes' fields that were revised since then said then, replayed from the log."""
    later = Event.objects.filter(stream_id__in=ids, type=SCOPE_REVISED, at__gt=after.isoformat(timespec="microseconds"))
    before: dict[int, dict[str, Any]] = {}
    for pk, data in later.order_by("stream_id", "seq").values_list("stream_id", "data"):
        for name, (old, _) in data["changes"].items():
            before.setdefault(pk, {}).setdefault(name, old)
    return before


def worst_risks(ids: Sequence[int]) -> dict[int, WorstRisk]:
    """Number, title, phase, level and likelihood times impact of the worst open risk, by project."""
    found = Risk.objects.filter(project_id__in=ids, state=RiskState.OPEN)
    worst: dict[int, tuple[tuple[int, ...], WorstRisk]] = {}
    rows = found.values_list("project_id", "number", "title", "phase", "likelihood", "impact", "knowledge")
    for pk, number, title, phase, likelihood, impact, knowledge in rows:
        level = risk_matrix.shown_level(likelihood, impact, is_weak=knowledge == Knowledge.WEAK)
        weight = (level, likelihood * impact, impact, -number)
        if pk not in worst or weight > worst[pk][0]:
            worst[pk] = (weight, (number, title, phase, level, likelihood * impact))
    return {pk: row for pk, (_, row) in worst.items()}


def last_health_note(project: Project) -> HealthNote | None:
    return HealthNote.objects.filter(project=project).select_related("set_by").order_by("-pk").first()


def last_seq(project_id: int) -> int:
    """The number of the project's last event, to be read before anything else on a page."""
    return Project.objects.values_list("stream__last_seq", flat=True).get(pk=project_id)


def members(project: Project) -> QuerySet[Membership]:
    return Membership.objects.filter(project=project).select_related("user")


def people(project: Project) -> QuerySet[User]:
    """The members as users: who may own a risk or take an item."""
    return User.objects.filter(memberships__project=project, is_active=True).order_by("name", "pk")


def member(project: Project, username: str) -> Membership:
    """Raises NotFound."""
    found = members(project).filter(user__username=username).first() if username.isprintable() else None
    if found is None:
        raise NotFound(f"{username!r} is not in this project.")
    return found


def user_named(username: str) -> User | None:
    """Whoever has this user name, in any case of letters, and an open account; or None."""
    if not username.isprintable():
        return None
    return User.objects.filter(username__iexact=username.strip(), is_active=True).first()


def scope_of(project: Project) -> Scope:
    return Scope.objects.select_related("revised_by").get(project_id=project.pk)


def scope_before(project: Project, version: int) -> dict[str, Any]:
    """What the fields that were revised after this revision said in it."""
    later = events(project).filter(type=SCOPE_REVISED, subject_version__gt=version).order_by("seq")
    before: dict[str, Any] = {}
    for event in later:
        for name, (old, _) in event.data["changes"].items():
            before.setdefault(name, old)
    return before


def dossier_of(project: Project) -> Dossier:
    """The dossier; an empty one, not kept yet, while nobody has begun it."""
    found = Dossier.objects.select_related("revised_by").filter(project=project).first()
    return found or Dossier(project=project)


def options(project: Project) -> QuerySet[ScopeOption]:
    """The options that stand, in the order they were added."""
    standing = ScopeOption.objects.filter(project=project, removed_at=None)
    return standing.select_related("precedent").order_by("number")


def option(project: Project, number: int) -> ScopeOption:
    """Raises NotFound."""
    found = options(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no option {number} in this project.")
    return found


def precedents(project: Project) -> QuerySet[Precedent]:
    """With the sheets of both raters, in the order they were added."""
    return Precedent.objects.filter(project=project).prefetch_related("sheets__rater").order_by("number")


def precedent(project: Project, number: int) -> Precedent:
    """Raises NotFound."""
    found = precedents(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no precedent {number} in this project.")
    return found


def ceiling(project: Project) -> Ceiling | None:
    return Ceiling.objects.select_related("sealed_by").filter(project=project).first()


def spikes(project: Project) -> QuerySet[Spike]:
    """In the order they were planned, with their option and card."""
    return Spike.objects.filter(project=project).select_related("option", "item", "locked_by").order_by("number")


def spike(project: Project, number: int) -> Spike:
    """Raises NotFound."""
    found = spikes(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no spike {number} in this project.")
    return found


def kill_criteria(project: Project) -> QuerySet[KillCriterion]:
    return KillCriterion.objects.filter(project=project).select_related("decider").order_by("due_date", "pk")


def kill_criterion(project: Project, number: int) -> KillCriterion:
    """Raises NotFound."""
    found = kill_criteria(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no kill criterion {number} in this project.")
    return found


def objections(project: Project) -> QuerySet[Objection]:
    return Objection.objects.filter(project=project).select_related("author").order_by("pk")


def dossier_revisions(project: Project) -> QuerySet[DossierRevision]:
    return DossierRevision.objects.filter(project=project).select_related("revised_by")


def dossier_revision(project: Project, number: int) -> DossierRevision:
    """Raises NotFound."""
    found = dossier_revisions(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no revision {number} of this dossier.")
    return found


def risks(project: Project) -> QuerySet[Risk]:
    return Risk.objects.filter(project=project).select_related("owner")


def risks_in_full(project: Project) -> QuerySet[Risk]:
    """With their controls, their indicators and last readings (`watched`), and the acceptance that stands (`standing`).
    Four queries however many there are."""
    return risks(project).prefetch_related(
        Prefetch("controls", queryset=Control.objects.select_related("owner").order_by("number")),
        Prefetch("indicators", queryset=_standing_indicators(), to_attr="watched"),
        Prefetch("acceptances", queryset=_standing_acceptances(), to_attr="standing"),
    )


def register(project: Project) -> list[Risk]:
    """The whole register, the open ones first, the worst first."""
    return sorted(risks_in_full(project), key=lambda one: (one.state != RiskState.OPEN, one.by_weight()))


def risk_in_full(project: Project, number: int) -> Risk:
    """Raises NotFound."""
    found = risks_in_full(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no risk {number} in this project.")
    return found


def control(risk: Risk, number: int) -> Control:
    """Raises NotFound."""
    found = Control.objects.filter(risk=risk, number=number).select_related("owner", "risk").first()
    if found is None:
        raise NotFound(f"There is no control {number} of this risk.")
    return found


def indicator(risk: Risk, number: int) -> Indicator:
    """Raises NotFound."""
    found = Indicator.objects.filter(risk=risk, number=number).select_related("risk").first()
    if found is None:
        raise NotFound(f"There is no indicator {number} of this risk.")
    return found


def acceptance(risk: Risk) -> RiskAcceptance | None:
    """The one that stands, or waits for its second signature."""
    return _standing_acceptances().filter(risk=risk).select_related("risk").first()


def findings(project: Project) -> QuerySet[Finding]:
    return Finding.objects.filter(project=project).select_related("owner", "opened_by", "closed_by", "project")


def finding(project: Project, number: int) -> Finding:
    """Raises NotFound."""
    found = findings(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no finding {number} in this project.")
    return found


def could_sink(projects: QuerySet[Project]) -> dict[str, list[Risk]]:
    """What could sink these projects: their open high and critical risks by phase, the worst first, retired projects
    left out. One query."""
    standing = Risk.objects.filter(project__in=projects, state=RiskState.OPEN).exclude(project__stage=Stage.RETIRED)
    high = [one for one in standing.select_related("project", "owner") if one.level >= RiskLevel.HIGH]
    return _by_phase(sorted(high, key=lambda one: (one.by_weight(), one.project_id)))


def did_sink(projects: QuerySet[Project]) -> dict[str, list[Risk]]:
    """What did sink the retired ones of these projects: the risks that were named when they retired. One query."""
    named = Risk.objects.filter(project__in=projects, project__stage=Stage.RETIRED, has_sunk=True)
    return _by_phase(sorted(named.select_related("project", "owner"), key=lambda one: (one.project_id, one.number)))


def _by_phase(found: list[Risk]) -> dict[str, list[Risk]]:
    """Every phase, those without a risk too."""
    phases: dict[str, list[Risk]] = {phase: [] for phase in RiskPhase.values}
    for one in found:
        phases[one.phase].append(one)
    return phases


def _standing_indicators() -> QuerySet[Indicator]:
    last = IndicatorReading.objects.filter(indicator=OuterRef("pk")).order_by("-at")[:SPARK_READINGS]
    return (
        Indicator.objects.filter(removed_at=None)
        .annotate(spark=ArraySubquery(last.values("value")))
        .order_by("number", "pk")
    )


def _standing_acceptances() -> QuerySet[RiskAcceptance]:
    return RiskAcceptance.objects.filter(ended_because="").select_related("signed_by", "countersigned_by")


def open_risks(project: Project) -> list[Risk]:
    """The worst first."""
    return sorted(risks(project).filter(state=RiskState.OPEN), key=Risk.by_weight)


def risk(project: Project, number: int) -> Risk:
    """Raises NotFound."""
    found = risks(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no risk {number} in this project.")
    return found


def sprints(project: Project) -> QuerySet[Sprint]:
    return Sprint.objects.filter(project=project)


def sprint(project: Project, number: int) -> Sprint:
    """Raises NotFound."""
    found = sprints(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no sprint {number} in this project.")
    return found


def active_sprint(project: Project) -> Sprint | None:
    return sprints(project).filter(state=SprintState.ACTIVE).first()


def planned_sprints(project: Project) -> QuerySet[Sprint]:
    return sprints(project).filter(state=SprintState.PLANNED).order_by("number")


def open_sprints(project: Project) -> QuerySet[Sprint]:
    """The sprints that still take items."""
    return sprints(project).exclude(state=SprintState.CLOSED).order_by("number")


def items(project: Project) -> QuerySet[WorkItem]:
    return WorkItem.objects.filter(project=project).select_related("assignee", "sprint")


def item(project: Project, number: int) -> WorkItem:
    """Raises NotFound."""
    found = items(project).filter(number=number).first()
    if found is None:
        raise NotFound(f"There is no item {number} in this project.")
    return found


def cards(sprint: Sprint) -> QuerySet[WorkItem]:
    """The sprint's items, lane by lane, from the top down."""
    return WorkItem.objects.filter(sprint=sprint).select_related("assignee").order_by("state", "rank", "pk")


def backlog(project: Project) -> QuerySet[WorkItem]:
    """What is in no sprint and still to be done."""
    left = items(project).filter(sprint=None).exclude(state__in=[ItemState.DONE, ItemState.DROPPED])
    return left.order_by("rank", "pk")


def sprint_cards(sprint: Sprint) -> list[Card]:
    """The sprint's items, as much of them as its burn-up needs."""
    return [Card(*row) for row in WorkItem.objects.filter(sprint=sprint).values_list("number", "state", "points")]


def sprint_facts(sprint: Sprint) -> list[Fact]:
    """What happened to items while they were in the sprint, in order: what its burn-up is read from."""
    touches = Q(data__sprint=sprint.number) | Q(data__was_sprint=sprint.number)
    found = Event.objects.filter(touches, stream_id=sprint.project_id, subject_type="workitem").order_by("seq")
    return [_fact(*row) for row in found.values_list("at", "subject_id", "data")]


def _fact(at: str, item: str, data: dict[str, Any]) -> Fact:
    return Fact(
        day=datetime.fromisoformat(at).date(),
        item=int(item),
        sprint=data.get("sprint"),
        was_sprint=data.get("was_sprint"),
        state=data["state"],
        was_state=data.get("was", data["state"]),
        points=data.get("points"),
    )


def standing_gates(project: Project) -> set[str]:
    """The gates that were passed and have not been taken back by a condition that was missed."""
    passed = set(GateDecision.objects.filter(project=project).values_list("gate", flat=True))
    return passed - set(missed_conditions(project).filter(effect=Effect.REVOKE).values_list("gate", flat=True))


def missed_conditions(project: Project) -> QuerySet[GateCondition]:
    """Conditions that are overdue, of approvals with which a gate was passed. Days end by the database's clock."""
    passed = Q(approval__request__state=RequestState.PASSED, approval__withdrawn_at=None)
    return GateCondition.objects.filter(passed, project=project, met_at=None, due_date__lt=_Today())


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


def gate_approvals(request: GateRequest) -> QuerySet[GateApproval]:
    """Every verdict on this request, withdrawn ones too, in the order they were given."""
    found = GateApproval.objects.filter(request=request).select_related("approver", "evaluation")
    return found.prefetch_related("conditions__owner").order_by("pk")


def gate_approval(project: Project, number: int) -> GateApproval:
    """Raises NotFound."""
    found = GateApproval.objects.select_related("approver", "evaluation").filter(project=project, pk=number).first()
    if found is None:
        raise NotFound(f"There is no verdict {number} in this project.")
    return found


def contributors(project: Project, types: Iterable[str]) -> list[int]:
    """Who did what the next gate is about, since the last one was passed: users' ids, the last to act last."""
    last = Event.objects.filter(stream_id=project.pk, type=GATE_PASSED).aggregate(last=Max("seq"))["last"] or 0
    found = Event.objects.filter(stream_id=project.pk, seq__gt=last, type__in=list(types), actor__isnull=False)
    latest = found.values("actor_id").annotate(last=Max("seq")).order_by("last")
    return [row["actor_id"] for row in latest]


def decided(project_ids: Iterable[int]) -> QuerySet[GateDecision]:
    """Gates that were passed, the last first, with the facts of that moment and who had approved. Two queries."""
    stood = GateApproval.objects.filter(withdrawn_at=None).order_by("pk")
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
    name, _, number = public_id.partition("/")
    if not name.isprintable() or not (number.isascii() and number.isdigit() and len(number) < 9):
        raise NotFound(f"A policy is named NAME/NUMBER, such as light/1: got {public_id[:80]!r}.")
    return policy_version(name, int(number))


def gate_decisions(project: Project) -> QuerySet[GateDecision]:
    return GateDecision.objects.filter(project=project).select_related("decided_by").order_by("pk")


def events(project: Project, *, prefix: str = "") -> QuerySet[Event]:
    """The project's events, those with a type that begins with `prefix`."""
    found = Event.objects.filter(stream_id=project.pk)
    return found.filter(type__startswith=prefix) if prefix else found


def latest_job(project: Project, kind: str) -> Job | None:
    return Job.objects.filter(stream_id=project.pk, kind=kind).select_related("created_by").order_by("-pk").first()


def news(project: Project, *, limit: int = 12) -> list[Event]:
    """The latest events worth telling."""
    return list(events(project).exclude(type__in=QUIET).select_related("actor").order_by("-seq")[:limit])


def event_kinds(project: Project) -> list[str]:
    """The first words of the event types that the project has, for the filter."""
    types = Event.objects.filter(stream_id=project.pk).order_by().values_list("type", flat=True).distinct()
    return sorted({name.split(".")[0] for name in types})
