"""Fifty projects of one person, each with a log, and something of everything that an inbox tells of."""

from datetime import timedelta
from typing import Any

from benchmarks.within.visits import settle, signed_in, visit
from core.models import User
from projects import operations
from projects.roles import Role
from tests.factories import make_member, make_project, now
from tests.models_registry.factories import make_review, make_version
from tests.projects.factories import make_item, make_policy, make_ready_for_scope_gate, make_scope, make_sprint

PROJECTS, ITEMS = 50, 60
AHEAD = timedelta(days=20)
ROLES = (Role.OWNER, Role.VALIDATOR, Role.DATA_SCIENTIST, Role.RISK, Role.ENGINEER)


def measure() -> dict[str, Any]:
    person = User.objects.get(username="member")
    policy = make_policy(approvals="[{role: validator}, {role: risk}]")
    for number in range(PROJECTS):
        _fill(person, Role(ROLES[number % len(ROLES)]), policy, has_review=number % 5 == 0)
    settle()
    client = signed_in("member")
    return {
        "inbox": visit(client, "/inbox/"),
        "inbox, its list": visit(client, "/inbox/?part=rows", is_part=True),
        "inbox, its figure": visit(client, "/inbox/count/", is_part=True),
    }


def _fill(person: User, role: Role, policy: Any, *, has_review: bool) -> None:
    project = make_project()
    owner, at = project.created_by, now()
    operations.add_member(project=project, user=person, role=role, by=owner, now=at)
    sprint = make_sprint(project)
    for one in range(ITEMS):
        make_item(project, sprint=sprint if one % 3 else None, assignee=person if one % 6 == 0 else None)
    make_ready_for_scope_gate(project)
    operations.move_to_policy(project=project, policy=policy, by=owner, now=now())
    operations.request_gate(project=project, by=make_member(project, Role.ENGINEER), now=now(), comment="Please look.")
    operations.decide_gate(project=project, verdict="approve", by=make_member(project, Role.VALIDATOR), now=now())
    found = {"title": "Labels leak", "severity": "high", "about_type": "risk", "about_id": "1"}
    operations.open_finding(project=project, owner=person, due_date=at.date() + AHEAD, by=owner, now=now(), **found)
    if has_review:
        make_scope(project, baseline=0.2, minimal_useful=0.3)
        make_review(make_version(project))
