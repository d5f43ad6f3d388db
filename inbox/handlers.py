"""Who is told of what, when it happens."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db.models import Q, QuerySet
from django.urls import reverse

from core.events import on
from core.models import Event, User
from core.prose import mentioned
from experiments.events import RUN_COMMENTED
from experiments.models import RunComment
from inbox import operations
from inbox.enums import Kind
from inbox.operations import News
from models_registry import approvals as version_approvals
from models_registry.events import REVIEW_REQUESTED, VERSION_COMMENTED
from models_registry.models import Review, VersionComment
from monitoring.events import ALERT_OPENED
from monitoring.models import Alert
from projects import approvals, gates, queries, rules
from projects.enums import Visibility
from projects.events import (
    FINDING_OPENED,
    FINDING_REVISED,
    GATE_DECIDED,
    GATE_REQUESTED,
    ITEM_ADDED,
    ITEM_COMMENTED,
    ITEM_REVISED,
    KILL_CRITERION_ADDED,
    RISK_ADDED,
    RISK_REVISED,
)
from projects.models import Comment, GateApproval, GateCondition, ItemComment, KillCriterion, Project, WorkItem
from projects.roles import Permission, roles_with


def _is_said(event: Event) -> bool:
    return event.data.get("step") != "deleted"


@on(RUN_COMMENTED, when=_is_said)
def tell_whom_a_comment_on_a_run_mentions(event: Event) -> None:
    for comment in RunComment.objects.select_related("run").filter(pk=event.data["comment"]):
        url = reverse("experiments:run", args=[_project(event).key, comment.run.run_id])
        _tell_of_comment(event, comment, "run", f"the run {comment.run.name}", url)


@on(VERSION_COMMENTED, when=_is_said)
def tell_whom_a_comment_on_a_version_mentions(event: Event) -> None:
    for comment in VersionComment.objects.select_related("model_version__model").filter(pk=event.data["comment"]):
        version = comment.model_version
        url = reverse("models_registry:version", args=[_project(event).key, version.model.name, version.number])
        _tell_of_comment(event, comment, "version", str(version), url)


@on(ITEM_COMMENTED, when=_is_said)
def tell_whom_a_comment_on_an_item_mentions(event: Event) -> None:
    for comment in ItemComment.objects.select_related("item").filter(pk=event.data["comment"]):
        url = reverse("projects:item", args=[_project(event).key, comment.item.number])
        is_for_team = comment.visibility == Visibility.TEAM
        _tell_of_comment(event, comment, "item", f"the item {comment.item.title}", url, is_for_team=is_for_team)


@on(ITEM_ADDED, ITEM_REVISED)
def tell_whom_an_item_mentions(event: Event) -> None:
    item = WorkItem.objects.filter(project=event.stream_id, number=event.subject_id).first()
    if item is not None and "@" in item.description:
        project = _project(event)
        url = reverse("projects:item", args=[project.key, item.number])
        _tell_mentioned(event, project, item.description, f"item:{item.pk}", f"the item {item.title}", url)


@on(ITEM_ADDED, ITEM_REVISED, when=lambda event: _has_new(event, "assignee"))
def tell_the_assignee(event: Event) -> None:
    _tell_owner(event, "assignee", "assigned an item to you", "projects:item")


@on(FINDING_OPENED, FINDING_REVISED, when=lambda event: _has_new(event, "owner"))
def tell_the_owner_of_a_finding(event: Event) -> None:
    _tell_owner(event, "owner", "gave a finding to you", "projects:finding")


@on(RISK_ADDED, RISK_REVISED, when=lambda event: _has_new(event, "owner"))
def tell_the_owner_of_a_risk(event: Event) -> None:
    _tell_owner(event, "owner", "gave a risk to you", "projects:risk")


@on(KILL_CRITERION_ADDED)
def tell_who_decides_a_kill_criterion(event: Event) -> None:
    project = _project(event)
    criterion = KillCriterion.objects.select_related("decider").get(project=project, number=event.subject_id)
    text = f"named you to decide by {criterion.due_date}: {criterion}"
    url = reverse("projects:studio", args=[project.key])
    _notify(event, project, Kind.ASSIGNMENT, f"kill:{criterion.pk}", text, url, [criterion.decider])


@on(REVIEW_REQUESTED)
def tell_who_may_decide_a_review(event: Event) -> None:
    project = _project(event)
    rows = Review.objects.select_related(
        "project", "model_version__model", "model_version__run", "model_version__logged_model", "deployment"
    )
    review = rows.get(project=project, number=event.subject_id)
    found = version_approvals.tally(review, now=_now())
    people = [one for one in _members(project) if version_approvals.why_not_decide(one, found) is None]
    url = reverse("models_registry:review", args=[project.key, review.number])
    _notify(
        event, project, Kind.REVIEW, f"review:{review.pk}", f"asks for a review of {review.model_version}", url, people
    )


@on(GATE_REQUESTED)
def tell_who_decides_on_a_gate(event: Event) -> None:
    project = _project(event)
    request, assessment = queries.open_request(project), gates.assess(project)
    if request is None or assessment is None or request.public_id != event.subject_id:
        return
    found = approvals.tally(assessment, request, now=_now())
    people = [one for one in _members(project) if approvals.why_not_decide_gate(one, found) is None]
    text = f"asks for the decision on {assessment.gate.label.lower()}"
    _notify(event, project, Kind.GATE, f"gate:{request.pk}", text, _gate(project), people)


@on(GATE_DECIDED)
def tell_who_may_pass_a_gate_that_is_ready(event: Event) -> None:
    project = _project(event)
    request, assessment = queries.open_request(project), gates.assess(project)
    if request is None or assessment is None or not assessment.is_met:
        return
    found = approvals.tally(assessment, request, now=_now())
    if found.lacking or found.against or not found.approvals:
        return
    gate = assessment.gate
    people = [one for one in _members(project) if rules.why_not_pass_gate(one, project, gate) is None]
    source = f"gate-ready:{request.pk}:{assessment.digest[:32]}"
    text = f"approved {gate.label.lower()}: it can be passed"
    _notify(event, project, Kind.GATE, source, text, _gate(project), people)


@on(GATE_DECIDED)
def tell_who_owns_a_condition(event: Event) -> None:
    project = _project(event)
    approval = GateApproval.objects.filter(pk=event.subject_id).first()
    for one in GateCondition.objects.filter(approval=approval).select_related("owner"):
        text = f"set a condition for you, due {one.due_date}: {one.text}"
        _notify(event, project, Kind.ASSIGNMENT, f"condition:{one.pk}", text, _gate(project), [one.owner])


@on(ALERT_OPENED)
def tell_who_answers_to_alerts(event: Event) -> None:
    project = _project(event)
    alert = Alert.objects.select_related("monitor__deployment").get(pk=event.subject_id)
    people = _members(project, Permission.MONITOR)
    name = alert.monitor.deployment.name
    url = reverse("monitoring:monitor", args=[project.key, name])
    _notify(event, project, Kind.ALERT, f"alert:{alert.pk}", f"{name}: {alert.summary}", url, people)


def _has_new(event: Event, field: str) -> bool:
    """Whether the event gives the thing to somebody: a new one, or one whose owner was changed."""
    changed = event.data.get("changed", event.data.get("changes"))
    return bool(event.data.get(field)) and (changed is None or field in changed)


def _tell_owner(event: Event, field: str, text: str, view: str) -> None:
    project = _project(event)
    owner = _members(project).filter(username=event.data[field])
    url = reverse(view, args=[project.key, event.subject_id])
    _notify(event, project, Kind.ASSIGNMENT, f"event:{event.pk}", f"{text}: {event.subject_label}", url, owner)


def _tell_of_comment(
    event: Event, comment: Comment, kind: str, where: str, url: str, *, is_for_team: bool = False
) -> None:
    source, url = f"{kind}-comment:{comment.pk}", f"{url}#comment-{comment.pk}"
    _tell_mentioned(event, _project(event), comment.text, source, where, url, is_for_team=is_for_team)


def _tell_mentioned(
    event: Event, project: Project, text: str, source: str, where: str, url: str, *, is_for_team: bool = False
) -> None:
    """Only people of the project are told, or of its team: nobody else may see it."""
    names = mentioned(text)
    if not names:
        return
    wanted = Q()
    for name in names:
        wanted |= Q(username__iexact=name)
    people: Iterable[User] = _members(project).filter(wanted)
    if is_for_team:
        people = [one for one in people if queries.is_of_the_team(one, project.pk)]
    _notify(event, project, Kind.MENTION, source, f"mentioned you on {where}", url, people)


def _notify(
    event: Event, project: Project, kind: Kind, source: str, text: str, url: str, people: Iterable[User]
) -> None:
    news = News(kind=kind, source=source, text=text, url=url, project=project, actor=event.actor)
    operations.notify(news=news, people=people, now=_now())


def _members(project: Project, permission: Permission | None = None) -> QuerySet[User]:
    found = queries.people(project)
    if permission is None:
        return found
    roles = [str(role) for role in roles_with(permission)]
    return found.filter(memberships__project=project, memberships__role__in=roles)


def _project(event: Event) -> Project:
    return Project.objects.get(pk=event.stream_id)


def _gate(project: Project) -> str:
    return reverse("projects:gate", args=[project.key])


def _now() -> datetime:
    return datetime.now(UTC)
