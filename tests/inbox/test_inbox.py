"""An inbox holds what waits for one person, computed from the records, at the same cost for one project and many."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inbox import operations as inbox
from inbox import queries, tables
from inbox.enums import Group, Show
from models_registry import approvals
from models_registry import operations as registry
from projects import gates, operations
from projects.enums import Gate
from projects.models import Dossier
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.models_registry.factories import make_review, make_scoped_project, make_version
from tests.projects.factories import (
    make_item,
    make_policy,
    make_ready_for_scope_gate,
    make_risk,
    make_scope,
    policy_text,
)

pytestmark = pytest.mark.django_db


def whats(user, group=Group.DECIDE, **kwargs):
    return [(row.what, row.project_key) for row in queries.inbox(user, now=now(), **kwargs).rows if row.group == group]


def make_asked(approvals="[{role: validator}]", project=None):
    """A project whose next gate waits for a verdict, asked for by its engineer."""
    project = project or make_project()
    make_ready_for_scope_gate(project)
    policy = make_policy(approvals=approvals)
    operations.move_to_policy(project=project, policy=policy, by=project.created_by, now=now())
    operations.request_gate(project=project, by=make_member(project, Role.ENGINEER), now=now(), comment="Please look.")
    return project


def gates_of(user):
    return [one for one in whats(user) if one[0] in ("Decide on a gate", "Pass the gate")]


def test_gate_waits_for_whom_the_policy_wants_until_they_decided():
    project = make_asked()
    validator, scientist = make_member(project, Role.VALIDATOR), make_member(project, Role.DATA_SCIENTIST)

    assert gates_of(validator) == [("Decide on a gate", project.key)]
    assert gates_of(scientist) == []
    assert gates_of(make_user()) == []
    assert [one.who for one in queries.inbox(scientist, now=now()).elsewhere] == ["a validator"]

    operations.decide_gate(project=project, verdict="approve", by=validator, now=now())
    assert gates_of(validator) == []
    assert gates_of(project.created_by) == [("Pass the gate", project.key)]

    make_scope(project, decision="Another decision.")
    assert gates_of(validator) == [("Decide on a gate", project.key)]
    row = next(one for one in queries.inbox(validator, now=now()).rows if one.key.startswith("gate:"))
    assert row.changes == 1
    assert gates_of(project.created_by) == []


def test_gate_does_not_wait_for_who_asked_or_contributed():
    project = make_project()
    make_ready_for_scope_gate(project)
    given = {
        "approvals": "[{role: [validator, engineer, data_scientist]}]",
        "rest": "    separation: [contributors_cannot_decide]\n",
    }
    policy = make_policy(**given)
    operations.move_to_policy(project=project, policy=policy, by=project.created_by, now=now())
    engineer, scientist = make_member(project, Role.ENGINEER), make_member(project, Role.DATA_SCIENTIST)
    make_scope(project, by=scientist, decision="Mine.")
    operations.request_gate(project=project, by=engineer, now=now())

    assert gates_of(engineer) == []
    assert gates_of(scientist) == []
    assert gates_of(make_member(project, Role.VALIDATOR)) == [("Decide on a gate", project.key)]


def test_reviews_are_those_that_one_may_decide():
    review = make_review(make_version(make_scoped_project()))
    validator = make_member(review.project, Role.VALIDATOR)
    make_review(make_version(make_scoped_project()))

    assert ("Review a version", review.project.key) in whats(validator)
    assert ("Review a version", review.project.key) not in whats(review.author)
    assert [one.title for one in queries.inbox(review.author, now=now()).elsewhere] == [str(review.model_version)]


def test_a_review_comes_back_once_its_approval_is_stale_and_says_whom_it_waits_for():
    review = make_review(make_version(make_scoped_project()))
    project = review.project
    text = (
        policy_text(gates="  scope: {}\n").rstrip() + "\nvalidation: {approvals: [{role: validator}, {role: risk}]}\n"
    )
    policy = operations.draft_policy(text=text, by=make_user(), now=now())
    policy = operations.publish_policy(policy=policy, by=make_user(is_admin=True), now=now())
    operations.move_to_policy(project=project, policy=policy, by=project.created_by, now=now())
    validator = make_member(project, Role.VALIDATOR)
    waiting = ("Review a version", project.key)
    assert waiting in whats(validator)

    seen = approvals.tally(review, now=now()).matter.digest
    registry.approve_version(review=review, comment="Good.", by=validator, now=now(), expected_evidence=seen)
    assert waiting not in whats(validator)
    assert [one.who for one in queries.inbox(validator, now=now()).elsewhere] == ["a validator, a risk and compliance"]

    registry.update_version(version=review.model_version, description="Other.", by=review.author, now=now())
    assert waiting in whats(validator)


def test_high_risk_waits_for_the_other_side():
    project = make_project()
    second, sponsor = make_member(project, Role.RISK), make_member(project, Role.SPONSOR)
    risk = make_risk(project, likelihood=3, impact=4)
    operations.accept_risk(risk=risk, reason="It pays.", by=sponsor, now=now())

    assert whats(second) == [("Sign the acceptance of a risk", project.key)]
    assert whats(sponsor) == []
    operations.sign_acceptance(risk=risk, by=second, now=now())
    assert whats(second) == []


def test_kill_criterion_waits_for_its_decider_from_a_fortnight_before():
    project = make_project()
    owner, today = project.created_by, now().date()
    for days in (5, 40):
        values = {"text": f"Recall by day {days}", "due_date": today + timedelta(days=days)}
        operations.add_kill_criterion(project=project, values=values, decider=owner, by=owner, now=now())

    assert [row.title for row in queries.inbox(owner, now=now()).rows if row.what == "Go on or stop"] == [
        "Recall by day 5"
    ]


def test_blind_rating_and_objections_wait_once_the_dossier_is_begun():
    project = make_project()
    validator, viewer = make_member(project, Role.VALIDATOR), make_member(project, Role.VIEWER)
    assert whats(validator) == []
    values = {"title": "A finished one", "actual_effort": 12.0, "source": "its report"}
    operations.add_precedent(project=project, values=values, by=project.created_by, now=now())

    expected = {("Rate a precedent, blind", project.key), ("Object, or say that you do not", project.key)}
    assert set(whats(validator)) == expected
    assert whats(viewer) == []
    assert Dossier.objects.get().version > 0


def test_draft_of_a_policy_waits_for_administrators_but_not_its_author():
    author, admin = make_user(is_admin=True), make_user(is_admin=True)
    published = make_policy()
    operations.draft_policy(text=published.text + "\n# newer\n", by=author, now=now())

    assert [what for what, _ in whats(admin)] == ["Publish a policy"]
    assert whats(author) == []
    assert whats(make_user()) == []


def test_what_is_mine_and_what_soon_ends():
    project = make_project()
    engineer = make_member(project, Role.ENGINEER)
    make_item(project, title="Mine", assignee=engineer)
    make_item(project, title="Nobody's")
    from core.operations import create_token  # noqa: PLC0415 (one use)

    create_token(user=engineer, label="notebook", by=engineer, now=now(), days=3)
    create_token(user=engineer, label="later", by=engineer, now=now(), days=60)

    found = queries.inbox(engineer, now=now())
    assert [row.title for row in found.of(Group.ASSIGNED)] == ["Mine"]
    assert [row.title for row in found.of(Group.EXPIRING)] == ["notebook"]
    assert not queries.inbox(make_member(project, Role.ENGINEER), now=now()).of(Group.ASSIGNED)


def test_done_comes_back_when_it_is_another_matter():
    project = make_project()
    engineer = make_member(project, Role.ENGINEER)
    item = make_item(project, title="Mine", assignee=engineer)
    row = queries.row_with_key(engineer, f"item:{item.pk}", now=now())

    inbox.mark_done(row=row, by=engineer)
    assert whats(engineer, Group.ASSIGNED) == []
    assert len(whats(engineer, Group.ASSIGNED, show=Show.DONE)) == 1

    operations.revise_item(item=item, values={"title": "Mine, and more"}, by=project.created_by)
    assert len(whats(engineer, Group.ASSIGNED)) == 1


def test_done_gate_comes_back_with_new_evidence():
    project = make_asked()
    validator = make_member(project, Role.VALIDATOR)
    key = next(row.key for row in queries.inbox(validator, now=now()).rows if row.what == "Decide on a gate")
    inbox.mark_done(row=queries.row_with_key(validator, key, now=now()), by=validator)
    assert gates_of(validator) == []

    make_scope(project, decision="Another decision.")
    assert gates_of(validator) == [("Decide on a gate", project.key)]

    inbox.mark_done(row=queries.row_with_key(validator, key, now=now()), by=validator)
    answer = {"is_met": True, "reason": "The table is there."}
    operations.answer_readiness(project=project, check="exists", by=project.created_by, now=now(), **answer)
    assert gates_of(validator) == [("Decide on a gate", project.key)]


def test_snoozed_until_its_time_and_brought_back():
    project = make_project()
    engineer = make_member(project, Role.ENGINEER)
    key = f"item:{make_item(project, assignee=engineer).pk}"

    def row():
        return queries.row_with_key(engineer, key, now=now())

    inbox.snooze(row=row(), until=now() + timedelta(days=1), by=engineer, now=now())
    assert whats(engineer, Group.ASSIGNED) == []
    tomorrow = queries.inbox(engineer, now=now() + timedelta(days=1, minutes=1))
    assert len(tomorrow.of(Group.ASSIGNED)) == 1
    inbox.bring_back(row=row(), by=engineer)
    assert len(whats(engineer, Group.ASSIGNED)) == 1


def test_marks_are_ones_own():
    project = make_asked()
    one, other = make_member(project, Role.VALIDATOR), make_member(project, Role.VALIDATOR)
    key = next(row.key for row in queries.inbox(one, now=now()).rows if row.what == "Decide on a gate")
    inbox.mark_done(row=queries.row_with_key(one, key, now=now()), by=one)

    assert gates_of(other) == [("Decide on a gate", project.key)]


def test_number_of_queries_is_the_same_for_one_project_and_for_three():
    person = make_user()
    counted = []
    for _ in range(3):
        for _ in range(1 if not counted else 2):
            project = make_asked()
            operations.add_member(project=project, user=person, role=Role.VALIDATOR, by=project.created_by, now=now())
            make_item(project, assignee=person)
            values = {"title": "A finished one", "actual_effort": 12.0, "source": "its report"}
            operations.add_precedent(project=project, values=values, by=project.created_by, now=now())
        for row in queries.inbox(person, now=now()).rows:
            inbox.mark_read(row=row, by=person)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            found = queries.inbox(person, now=now())
        counted.append(len(captured))
    assert len(found.rows) == 5 * 4
    assert counted[0] == counted[1] == counted[2]
    assert counted[0] <= 40


def test_counts_are_those_of_the_whole_inbox_in_every_state():
    """After each step, for each person: rows by group, in all, and unread."""

    def check():
        at = now()
        for person in people:
            found = queries.inbox(person, now=at)
            by_group = {str(group): len(found.of(group)) for group in Group}
            assert queries.counts(person, now=at) == by_group | {"total": len(found.rows), "unread": found.unread}
            told[person] = len(found.rows)
        return [told[person] for person in people]

    project, told = make_asked(), {}
    validator, owner = make_member(project, Role.VALIDATOR), project.created_by
    people = [owner, validator, make_member(project, Role.RISK), make_user(), make_user(is_admin=True)]
    before = check()
    item = make_item(project, assignee=validator)
    review = make_review(make_version(make_scoped_project()))
    joins = {"project": review.project, "by": review.project.created_by}
    operations.add_member(user=validator, role=Role.VALIDATOR, now=now(), **joins)
    assert check()[1] == before[1] + 2
    for row in queries.inbox(validator, now=now()).rows:
        inbox.mark_read(row=row, by=validator)
    check()
    operations.revise_item(item=item, values={"title": "Another"}, by=owner)
    check()
    inbox.mark_done(row=queries.row_with_key(validator, f"item:{item.pk}", now=now()), by=validator)
    check()
    operations.decide_gate(project=project, verdict="approve", by=validator, now=now())
    check()
    make_scope(project, decision="Another decision.")
    check()
    registry.approve_version(review=review, comment="Good.", by=validator, now=now())
    assert check()[1] == before[1]


def test_page_follows_acts_and_the_old_address_leads_there(client):
    project = make_project()
    engineer = make_member(project, Role.ENGINEER)
    item = make_item(project, title="Tune the threshold", assignee=engineer)
    client.force_login(engineer)
    key = f"item:{item.pk}"

    assert b"Tune the threshold" in client.get("/inbox/").content
    assert client.get("/reviews/").headers["Location"] == "/inbox/"
    assert client.get("/inbox/open/", {"key": key}).headers["Location"] == f"/p/{project.key}/board/items/1/"
    assert not queries.row_with_key(engineer, key, now=now()).is_unread
    assert b">1<" in client.get("/inbox/count/").content
    assert client.post("/inbox/act/", {"key": key, "step": "nothing"}).status_code == 422
    assert client.post("/inbox/act/", {"key": "item:0", "step": "done"}).status_code == 404
    assert client.post("/inbox/act/", {"key": key, "step": "done", "show": "moon"}).status_code == 422
    assert "Group is one of decide," in client.get("/inbox/?group=moon").context["error"].message
    assert "Show is one of open," in client.get("/inbox/?show=moon").context["error"].message
    assert b"Tune the threshold" in client.get("/inbox/").content
    assert client.post("/inbox/act/", {"key": key, "until": "yesterday"}).status_code == 422
    client.post("/inbox/act/", {"key": key, "until": "week"})
    assert b"Nothing waits for you" in client.get("/inbox/").content
    assert b"Tune the threshold" in client.get("/inbox/?show=snoozed").content
    client.post("/inbox/act/", {"key": key, "step": "back"})
    client.post("/inbox/act/", {"key": key, "step": "done"})
    assert b"Tune the threshold" in client.get("/inbox/?show=done").content


def test_a_long_group_is_folded_and_shown_whole_where_it_stands_alone(client):
    project = make_project()
    engineer = make_member(project, Role.ENGINEER)
    items = [make_item(project, title=f"Tune {number:02}", assignee=engineer) for number in range(tables.MOST + 2)]
    client.force_login(engineer)

    page, alone = client.get("/inbox/"), client.get("/inbox/?group=assigned")

    folded = f'data-folded="item:{items[-2].pk} item:{items[-1].pk}"'
    assert page.content.decode().count("<article") == tables.MOST
    assert folded in page.content.decode()
    assert f'href="/inbox/?group=assigned">Show all {len(items)}<' in page.content.decode()
    assert alone.content.decode().count("<article") == len(items)
    assert 'href="/inbox/">All groups<' in alone.content.decode()


def test_a_step_in_a_group_that_stands_alone_stays_there_until_nothing_is_left_of_it(client):
    project = make_project()
    engineer = make_member(project, Role.ENGINEER)
    items = [make_item(project, title=f"Tune {number}", assignee=engineer) for number in range(2)]
    asked = {"step": "done", "group": "assigned"}
    client.force_login(engineer)

    first = client.post("/inbox/act/", asked | {"key": f"item:{items[0].pk}"}, headers={"hx-request": "true"})
    last = client.post("/inbox/act/", asked | {"key": f"item:{items[1].pk}"}, headers={"hx-request": "true"})

    assert (b"Tune 0" in first.content, b"Tune 1" in first.content, b"All groups" in first.content) == (
        False,
        True,
        True,
    )
    assert b"Nothing waits for you" in last.content
    assert (
        client.post("/inbox/act/", asked | {"key": f"item:{items[0].pk}", "step": "back"}).url
        == "/inbox/?group=assigned"
    )


def test_rest(client):
    project = make_project()
    engineer = make_member(project, Role.ENGINEER)
    items = [make_item(project, title=f"Item {number}", assignee=engineer) for number in range(3)]
    make_item(make_project(owner=engineer), title="Elsewhere", assignee=engineer)
    from tests.projects.factories import make_token  # noqa: PLC0415 (one use)

    header = {"Authorization": f"Bearer {make_token(engineer)}"}
    of_one = {"Authorization": f"Bearer {make_token(engineer, project=project)}"}

    def call(method, path, header=header, **body):
        if method == "get":
            return client.get(f"/api/v1/inbox{path}", body, headers=header)
        return client.post(f"/api/v1/inbox{path}", body, "application/json", headers=header)

    page = call("get", "", group="assigned", limit=2).json()
    rest = call("get", "", group="assigned", limit=2, cursor=page["next_cursor"]).json()
    assert len({row["key"] for row in [*page["results"], *rest["results"]]}) == 4
    assert rest["next_cursor"] is None
    assert call("get", "/counts", header=of_one).json()["assigned"] == 3
    key = f"item:{items[0].pk}"
    assert call("post", "/read", key=key).json()["is_unread"] is False
    assert call("post", "/unread", key=key).json()["is_unread"] is True
    until = (now() + timedelta(days=2)).isoformat()
    assert call("post", "/snooze", key=key, until=until).json()["snoozed_until"] is not None
    assert call("post", "/back", key=key).json()["snoozed_until"] is None
    assert call("post", "/done", key=key).status_code == 200
    assert call("get", "/counts").json()["assigned"] == 3
    assert [row["key"] for row in call("get", "", show="done").json()["results"]] == [key]

    for path, body, status in [
        ("/done", {"key": "item:999999"}, 404),
        ("/done", {}, 400),
        ("/snooze", {"key": key, "until": "2001-01-01T00:00:00Z"}, 422),
        ("/snooze", {"key": key, "until": "9999-01-01T00:00:00Z"}, 422),
    ]:
        assert call("post", path, **body).status_code == status
    for query in ({"group": "x"}, {"show": "x"}, {"limit": 0}, {"cursor": "item:0"}, {"colour": "red"}):
        assert call("get", "", **query).status_code == 400
    assert client.get("/api/v1/inbox").status_code == 401


def test_deciding_anew_forgives_no_work_on_the_next_gate_and_bars_who_worked_on_this_one():
    project = make_project()
    make_ready_for_scope_gate(project)
    asked = "{approvals: [{role: [validator, data_scientist]}], separation: [contributors_cannot_decide]"
    fresh = ", standing_checks: listed, freshness: {valid_days: 60}}"
    policy = make_policy(gates=f"  scope: {asked}{fresh}\n  feasibility: {asked}}}\n")
    operations.move_to_policy(project=project, policy=policy, by=project.created_by, now=now())
    engineer, validator = make_member(project, Role.ENGINEER), make_member(project, Role.VALIDATOR)
    first, later = make_member(project, Role.DATA_SCIENTIST), make_member(project, Role.DATA_SCIENTIST)
    make_scope(project, by=first, decision="Mine.")

    def decided(at, **given):
        operations.request_gate(project=project, by=engineer, now=at, **given)
        barred = [one for one in (first, later) if gates_of(one) == []]
        assert barred == [one for one in (first, later) if one.pk in gates.contributors(project, Gate.SCOPE)]
        operations.decide_gate(project=project, verdict="approve", by=validator, now=at)
        operations.pass_gate(project=project, by=project.created_by, now=at)
        project.refresh_from_db()
        return barred

    assert decided(now() - timedelta(days=61)) == [first]
    make_scope(project, by=later, decision="Ours.")
    assert decided(now(), gate="scope") == [first, later]

    operations.request_gate(project=project, by=engineer, now=now())
    assert [one.pk in gates.contributors(project, Gate.FEASIBILITY) for one in (first, later)] == [False, True]
    assert gates_of(later) == []
    assert gates_of(first) == [("Decide on a gate", project.key)]
