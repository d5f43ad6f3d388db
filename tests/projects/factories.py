"""Builders of what the tests of projects start from."""

from datetime import timedelta
from decimal import Decimal

from core.models import Token, User
from core.operations import create_token
from core.roles import DEFAULT_SCOPES, Scope
from projects import operations, tiers
from projects.enums import RiskPhase
from projects.forms.policies import GateForm
from projects.models import Classification, Membership, PolicyVersion, Project, Risk, Sprint, WorkItem
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now

GOOD_SCOPE = {
    "decision": "Decline or let through each payment, within 60 ms.",
    "metric": "average_precision",
    "baseline": 0.42,
    "baseline_source": "Rules of today on the transactions of March.",
    "minimal_useful": 0.6,
    "benefit_low": Decimal("900000"),
    "benefit_high": Decimal("1400000"),
    "cost_low": Decimal("200000"),
    "cost_high": Decimal("350000"),
    "precedent": "Churn early warning: took 14 months.",
    "precedent_difference": "Labels come 45 days late here.",
}


def make_scope(project: Project, *, by: User | None = None, **values: object):
    return operations.revise_scope(
        project=project, values=GOOD_SCOPE | values, by=by or make_member(project, Role.DATA_SCIENTIST), now=now()
    )


def make_risk(
    project: Project, *, likelihood: int = 3, impact: int = 3, by: User | None = None, **values: object
) -> Risk:
    given = {
        "title": "Labels arrive late",
        "cause": "A chargeback takes weeks.",
        "event": "The newest fraud is taken for good.",
        "consequence": "New patterns pass unseen.",
        "phase": RiskPhase.DATA,
        "owner": project.created_by,
    } | values
    return operations.add_risk(
        project=project, likelihood=likelihood, impact=impact, by=by or project.created_by, now=now(), **given
    )


def eu_answers(**answers: str) -> dict[str, str]:
    """No to every question of the regime, but for those given."""
    return {question.key: "no" for question in tiers.classifying_regime().questions} | answers


def classify(project: Project, *, by: User | None = None, **values: object) -> Classification:
    given = {"answers": eu_answers(), "exposure": 2, "automation": 2, "note": "Small and advisory."} | values
    return operations.classify_project(project=project, by=by or project.created_by, now=now(), **given)


def make_sprint(project: Project, *, goal: str = "Scores to act on", started: bool = True) -> Sprint:
    today = now().date()
    sprint = operations.plan_sprint(
        project=project,
        goal=goal,
        start_date=today - timedelta(days=2),
        end_date=today + timedelta(days=8),
        by=project.created_by,
        now=now(),
    )
    return operations.start_sprint(sprint=sprint, by=project.created_by, now=now()) if started else sprint


def make_item(project: Project, *, sprint: Sprint | None = None, title: str = "A task", **values: object) -> WorkItem:
    return operations.add_item(project=project, title=title, sprint=sprint, by=project.created_by, now=now(), **values)


def make_ready_for_scope_gate(project: Project) -> None:
    """Everything the scope gate asks for, told by somebody who is not its owner, and classified by somebody who has
    left since."""
    author = make_member(project, Role.DATA_SCIENTIST)
    make_scope(project, by=author)
    make_risk(project, by=author)
    gone = make_member(project, Role.PRODUCT_OWNER)
    classify(project, by=gone, exposure=1, automation=1)
    operations.remove_member(membership=Membership.objects.get(project=project, user=gone), by=project.created_by)


def make_token(user: User, *scopes: Scope, project: Project | None = None) -> str:
    made = create_token(
        user=user,
        label="tests",
        scopes=scopes or DEFAULT_SCOPES,
        days=1,
        stream_id=project.pk if project else None,
        by=user,
        now=now(),
    )
    assert isinstance(made.token, Token)
    return made.text


def policy_text(
    *,
    name: str = "trial",
    tiers: str = "[T1, T2, T3, T4]",
    checks: str = "[]",
    approvals: str = "[]",
    rest: str = "",
    gates: str = "",
) -> str:
    """A policy whose scope gate asks for what the house does, for these checks and these approvals."""
    scope = f"  scope:\n    checks: {checks}\n    approvals: {approvals}\n{rest}"
    head = f"apiVersion: throughline/v1\nkind: PolicyPack\nmetadata: {{name: {name}}}\ntiers: {tiers}\n\ngates:\n"
    return head + (gates or scope)


def make_policy(*, author: User | None = None, **given: str) -> PolicyVersion:
    """Published, by somebody else than its author."""
    policy = operations.draft_policy(text=policy_text(**given), by=author or make_user(), now=now())
    return operations.publish_policy(policy=policy, by=make_user(is_admin=True), now=now())


def make_decided_project(approvals: str = "[{role: validator}]", **given: str) -> Project:
    """Ready for the scope gate by the checks, under a policy with these approvals, and asked for by an engineer."""
    project = make_project()
    make_ready_for_scope_gate(project)
    policy = make_policy(approvals=approvals, **given)
    operations.move_to_policy(project=project, policy=policy, by=project.created_by, now=now())
    operations.request_gate(project=project, by=make_member(project, Role.ENGINEER), now=now())
    return project


def as_sent(form: GateForm) -> dict[str, object]:
    """What a browser sends of a gate's form that nobody touched."""
    parts = [form.checks, form.approvals]
    fields = [bound for part in parts for row in part for bound in row] + list(form.rules)
    sent = {
        bound.html_name: bound.value()
        for bound in fields
        if bound.value() not in (None, "") and bound.value() is not False
    }
    counts = {f"{part.prefix}-{name}": value for part in parts for name, value in part.management_form.initial.items()}
    return sent | counts
