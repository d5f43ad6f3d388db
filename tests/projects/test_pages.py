"""The pages of a project: who may open them, what they show, what they cost."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import Event
from experiments.enums import RunSource
from experiments.models import Experiment, Run
from projects import operations
from projects.enums import ItemState, Stage
from projects.models import Membership, Project, Risk, Scope, Sprint, WorkItem
from projects.roles import Role
from projects.views import board
from projects.views.board import lanes_of
from tests.experiments.factories import make_experiment
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import (
    GOOD_SCOPE,
    make_item,
    make_ready_for_scope_gate,
    make_risk,
    make_scope,
    make_sprint,
)

pytestmark = pytest.mark.django_db

PAGES = [
    "overview",
    "gate",
    "tier",
    "scope",
    "risks",
    "board",
    "items",
    "backlog",
    "requests",
    "team",
    "activity",
    "rename",
]
PARTS = {
    "gate": ["requirements"],
    "overview": ["tier", "line", "gate", "gate-pill", "sprint", "latest", "risks", "feed"],
    "scope": ["form", "verdict"],
    "risks": ["register"],
    "board": ["board", "backlog", "planned"],
    "items": ["items"],
    "backlog": ["ranks"],
    "requests": ["waiting"],
    "team": ["members"],
    "activity": ["ledger", "checks"],
}
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def project():
    return make_project(name="Card fraud scoring")


@pytest.fixture
def owner(client, project):
    client.force_login(project.created_by)
    return client


def url(name, project, *more):
    return reverse(f"projects:{name}", args=[project.key, *more])


def fill(project, count):
    """A lived-in project: `count` of everything that pages list."""
    make_scope(project)
    sprint = make_sprint(project)
    for number in range(count):
        make_item(project, sprint=sprint, title=f"Card {number}", assignee=project.created_by)
        make_item(project, title=f"Later {number}")
        make_risk(project, title=f"Risk {number}", likelihood=1 + number % 5)
        make_member(project, Role.VIEWER)
    return sprint


# --- who ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_page_opens_for_members_and_no_stranger(client, project, page):
    statuses = []
    for user in (project.created_by, make_member(project, Role.VIEWER), make_user()):
        client.force_login(user)
        statuses.append(client.get(url(page, project)).status_code)

    assert statuses == [200, 200, 404]


@pytest.mark.parametrize("page", PAGES)
def test_page_sends_whoever_is_not_signed_in_to_the_door(client, project, page):
    assert client.get(url(page, project)).url.startswith("/sign-in/")


@pytest.mark.parametrize(("page", "part"), [(page, part) for page, parts in PARTS.items() for part in parts])
def test_part_is_a_bare_fragment(owner, project, page, part):
    fill(project, 1)

    body = owner.get(url(page, project) + f"?part={part}", **HTMX).content.decode()

    assert body.strip().startswith("<")
    assert "<html" not in body
    assert '<nav class="rail"' not in body


@pytest.mark.parametrize("key", ["NOPE", "%00", "a%20b", "..%2f"])
def test_page_of_a_key_that_cannot_be_is_not_found(owner, key):
    assert owner.get(f"/p/{key}/scope/").status_code == 404


# --- portfolio ------------------------------------------------------------------------------------------------------


def test_portfolio_newcomer_is_told_how_to_begin(client):
    client.force_login(make_user())

    body = client.get("/").content.decode()

    assert "You are in no project yet" in body
    assert reverse("projects:create") in body


def test_portfolio_shows_what_could_sink_it_and_only_own_projects(owner, project):
    make_scope(project)
    make_risk(project, title="Small", likelihood=1, impact=1)
    make_risk(project, title="Labels arrive late", likelihood=4, impact=4)
    make_project(name="Somebody else's")

    body = owner.get("/").content.decode()

    assert "Labels arrive late" in body
    assert "550 k to 1.2 M" in body
    assert "Small" not in body
    assert "Somebody else" not in body


def test_portfolio_costs_the_same_for_three_projects(owner, project, django_assert_num_queries):
    make_risk(project)
    with CaptureQueriesContext(connection) as one:
        owner.get("/")
    for _ in range(2):
        make_risk(make_project(owner=project.created_by))

    with django_assert_num_queries(len(one)):
        owner.get("/")


def test_create_goes_to_the_new_project(client):
    client.force_login(make_user())

    answer = client.post(reverse("projects:create"), {"key": "frd", "name": "Card fraud", "purpose": ""})

    assert answer.url == "/p/FRD/"


def test_create_with_a_taken_key_says_so_beside_the_field(owner, project):
    answer = owner.post(reverse("projects:create"), {"key": project.key, "name": "Other"})

    assert answer.status_code == 409
    assert f"The key {project.key} is taken." in answer.content.decode()
    assert Project.objects.count() == 1


# --- overview -------------------------------------------------------------------------------------------------------


def test_overview_says_what_blocks_the_gate_and_where_to_mend_it(owner, project):
    body = owner.get(url("overview", project)).content.decode()

    assert "1 of 8 met" in body
    assert "7 of 8 checks are not met." in body
    assert f'href="{url("scope", project)}"' in body
    assert f'data-seq="{Event.objects.filter(stream_id=project.pk).count()}"' in body


def test_overview_costs_the_same_with_500_items_and_200_runs(owner, project, django_assert_max_num_queries):
    sprint = fill(project, 5)
    make_runs(project, 5)
    owner.get(url("overview", project))
    with CaptureQueriesContext(connection) as few:
        owner.get(url("overview", project))
    add_items(project, sprint, 495)
    make_runs(project, 195)

    with CaptureQueriesContext(connection) as many:
        owner.get(url("overview", project))

    assert len(many) == len(few)
    assert len(many) <= 34


def make_runs(project, count):
    experiment = Experiment.objects.filter(project=project).first() or make_experiment(project)
    Run.objects.bulk_create(
        Run(
            project=project,
            experiment=experiment,
            run_id=uuid.uuid4().hex,
            name=f"run {n}",
            source=RunSource.values[0],
            created_by=project.created_by,
            started_at=now(),
        )
        for n in range(count)
    )


def add_items(project, sprint, count):
    """Straight into the table: a fixture of mass, where the operation is not what is tested."""
    first = WorkItem.objects.filter(project=project).count() + 1
    WorkItem.objects.bulk_create(
        WorkItem(
            project=project,
            sprint=sprint,
            number=first + n,
            title=f"Card {n}",
            state=ItemState.DONE if n % 2 else ItemState.READY,
            points=3,
            rank=float(n),
            assignee=project.created_by,
            created_by=project.created_by,
            created_at=now(),
        )
        for n in range(count)
    )


def test_gate_pass_steps_and_says_so(owner, project):
    make_ready_for_scope_gate(project)

    answer = owner.post(url("gate-pass", project), {"comment": "Go"}, follow=True)

    project.refresh_from_db()
    assert project.stage == Stage.FEASIBILITY
    assert "Scope gate passed." in answer.content.decode()


def test_gate_pass_that_is_not_met_is_refused_with_what_is_missing(owner, project):
    answer = owner.post(url("gate-pass", project))

    assert answer.status_code == 409
    assert "The decision is stated" in answer.content.decode()


# --- scope ----------------------------------------------------------------------------------------------------------


def test_scope_saves_a_revision(owner, project):
    answer = owner.post(
        url("scope", project), {"version": 1, "direction": "higher", "metric": "recall", "baseline": "0.4"}
    )

    assert answer.status_code == 302
    scope = Scope.objects.get(project=project)
    assert (scope.version, scope.metric, scope.baseline) == (2, "recall", 0.4)


def test_scope_overtaken_shows_both_values_and_then_may_be_saved(owner, project):
    make_scope(project, metric="precision")
    mine = {"version": 1, "direction": "higher", "metric": "recall"}

    refused = owner.post(url("scope", project), mine)

    body = refused.content.decode()
    assert refused.status_code == 412
    assert "precision" in body
    assert 'value="recall"' in body
    assert Scope.objects.get(project=project).metric == "precision"
    assert owner.post(url("scope", project), mine | {"version": 2}).status_code == 302
    assert Scope.objects.get(project=project).metric == "recall"


def test_scope_overtaken_in_another_field_keeps_both(owner, project):
    make_scope(project, metric="precision", direction="higher")
    form = owner.get(url("scope", project)).context["form"]
    mine = {name: "" if value is None else value for name, value in form.initial.items()} | {"metric": "recall"}
    make_scope(project, precedent="Another one", cost_low="250000")

    refused = owner.post(url("scope", project), mine)

    assert "the form below has theirs and yours" not in refused.content.decode()
    again = refused.context["form"].data
    assert (again["metric"], again["precedent"], again["cost_low"]) == ("recall", "Another one", "250000.00")
    assert [field["label"] for field in refused.context["conflict"]["differing"]] == ["Metric"]


def test_scope_bad_range_stands_beside_the_field(owner, project):
    answer = owner.post(url("scope", project), {"version": 1, "direction": "higher", "cost_low": "5", "cost_high": "4"})

    assert answer.status_code == 422
    assert "The lowest cost (5.00) is above the highest (4.00)." in answer.content.decode()


@pytest.mark.parametrize("value", ["nan", "inf", "1e999", "0,4", "x"])
def test_scope_value_that_is_no_number_refused(owner, project, value):
    answer = owner.post(url("scope", project), {"version": 1, "direction": "higher", "baseline": value})

    assert answer.status_code == 422
    assert Scope.objects.get(project=project).version == 1


def test_scope_viewer_sees_why_it_cannot_be_saved(client, project):
    client.force_login(make_member(project, Role.VIEWER))

    shown = client.get(url("scope", project)).content.decode()
    refused = client.post(url("scope", project), {"version": 1, "direction": "higher", "metric": "recall"})

    assert "This needs the role owner, product owner, data scientist" in shown
    assert "This needs the role" in refused.content.decode()
    assert Scope.objects.get(project=project).version == 1


# --- risks ----------------------------------------------------------------------------------------------------------


def test_risk_added_and_shown_in_its_square(owner, project):
    owner.post(
        url("risks", project),
        {"title": "Late labels", "phase": "data", "likelihood": "5", "impact": "5", "owner": "", "knowledge": "medium"},
    )

    body = owner.get(url("risks", project)).content.decode()
    assert "Late labels" in body
    assert 'title="Critical"' in body


def test_risk_bad_value_opens_the_form_again(owner, project):
    answer = owner.post(url("risks", project), {"title": "", "phase": "data", "likelihood": "9", "impact": "1"})

    assert answer.status_code == 422
    assert "data-show" in answer.content.decode()


def test_risk_pages_treat_accept_reopen(owner, project):
    risk = make_risk(project)  # a medium one, which its owner's business may accept

    assert owner.get(url("risk", project, 1)).status_code == 200
    owner.post(url("risk-accept", project, 1), {"text": "We can live with it."})
    assert Risk.objects.get().state == "accepted"
    assert owner.get(url("risk", project, 1)).status_code == 200
    owner.post(url("risk-reopen", project, 1))
    owner.post(url("risk-treat", project, 1), {"text": "Bought fresh labels."})
    risk.refresh_from_db()
    assert (risk.state, risk.treatment) == ("treated", "Bought fresh labels.")
    assert owner.post(url("risk-treat", project, 1), {"text": "Again"}).status_code == 409


def test_risk_saved_on_its_page(owner, project):
    make_risk(project)
    form = {"version": 1, "title": "Other", "phase": "data", "likelihood": "2", "impact": "2", "owner": ""}
    form |= {"knowledge": "medium", "inherent_likelihood": "2", "inherent_impact": "2"}

    assert owner.post(url("risk", project, 1), form).status_code == 302
    assert owner.post(url("risk", project, 1), form | {"title": "Stale"}).status_code == 412
    assert Risk.objects.get().title == "Other"


# --- board ----------------------------------------------------------------------------------------------------------


def test_board_move_answers_with_the_new_version(owner, project):
    sprint = make_sprint(project)
    a, b = make_item(project, sprint=sprint), make_item(project, sprint=sprint)
    operations.move_item(item=a, state=ItemState.REVIEW, by=project.created_by, now=now())

    answer = owner.post(url("item-move", project), {"item": b.number, "lane": "review", "position": 0, "version": 1})

    assert (answer.status_code, answer["X-Version"]) == (204, "2")
    assert list(WorkItem.objects.filter(state="review").order_by("rank")) == [b, a]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"lane": "limbo"}, 422),
        ({"item": "99"}, 404),
        ({"item": "x"}, 422),
        ({"version": "7"}, 412),
        ({"position": "-1"}, 422),
        ({"position": "99999"}, 204),
    ],
)
def test_board_move_that_cannot_be_says_why(owner, project, fields, status):
    make_item(project, sprint=make_sprint(project))
    sent = {"item": "1", "lane": "done", "position": "0", "version": "1"} | fields

    assert owner.post(url("item-move", project), sent, **HTMX).status_code == status


def test_board_move_by_a_viewer_refused_and_not_offered(client, project):
    make_item(project, sprint=make_sprint(project))
    client.force_login(make_member(project, Role.VIEWER))

    assert "data-move-url" not in client.get(url("board", project)).content.decode()
    answer = client.post(url("item-move", project), {"item": 1, "lane": "done", "position": 0}, **HTMX)
    assert answer.status_code == 403


def test_board_shows_the_cards_of_one_person(owner, project):
    sprint, member = make_sprint(project), make_member(project, Role.ENGINEER)
    make_item(project, sprint=sprint, title="Mine", assignee=project.created_by)
    make_item(project, sprint=sprint, title="Theirs", assignee=member)

    body = owner.get(url("board", project), {"who": member.username}).content.decode()

    assert "Theirs" in body
    assert "Mine" not in body


def test_board_costs_the_same_with_many_cards(owner, project):
    sprint = fill(project, 1)
    with CaptureQueriesContext(connection) as few:
        owner.get(url("board", project))
    add_items(project, sprint, 100)

    with CaptureQueriesContext(connection) as many:
        owner.get(url("board", project))

    assert len(many) == len(few)


def test_board_sprint_planned_started_closed(owner, project):
    today = now().date()
    form = {"goal": "Scores", "start_date": today.isoformat(), "end_date": (today + timedelta(days=13)).isoformat()}

    owner.post(url("sprint-plan", project), form)
    owner.post(url("sprint-start", project, 1))
    owner.post(url("item-add", project), {"title": "A card", "kind": "task", "sprint": Sprint.objects.get().pk})
    assert "A card" in owner.get(url("board", project)).content.decode()
    owner.post(url("sprint-close", project, 1), {"carry_to": ""})

    assert Sprint.objects.get().state == "closed"
    assert WorkItem.objects.get().sprint is None


def test_board_sprint_with_bad_dates_opens_the_form_again(owner, project):
    answer = owner.post(
        url("sprint-plan", project), {"goal": "X", "start_date": "2026-05-02", "end_date": "2026-05-01"}
    )

    assert answer.status_code == 422
    assert "before it starts" in answer.content.decode()


def test_item_as_a_page_and_as_a_dialog(owner, project):
    make_item(project, title="A card")

    page = owner.get(url("item", project, 1)).content.decode()
    dialog = owner.get(url("item", project, 1), **HTMX).content.decode()

    assert "<html" in page
    assert "<html" not in dialog
    assert "data-show" in dialog


def test_item_saved_and_stale(owner, project):
    make_item(project)
    form = {"version": 1, "title": "Other", "kind": "data", "points": "5", "assignee": "", "sprint": ""}

    assert owner.post(url("item", project, 1), form).status_code == 302
    stale = owner.post(url("item", project, 1), form | {"title": "Stale"})
    said = stale.content.decode()
    assert stale.status_code == 412
    assert "was changed meanwhile: you have version 1, it is version 2 now." in said
    assert 'value="Stale"' in said
    assert WorkItem.objects.get().title == "Other"


# --- team -----------------------------------------------------------------------------------------------------------


def test_team_adds_changes_removes(owner, project):
    user = make_user(name="Data scientist")

    owner.post(url("team", project), {"username": user.username, "role": "viewer"})
    owner.post(url("member-role", project, user.username), {"role": "data_scientist"})
    assert Membership.objects.get(user=user).role == "data_scientist"
    assert owner.get(url("team", project)).status_code == 200
    owner.post(url("member-remove", project, user.username))

    assert not Membership.objects.filter(user=user).exists()


def test_team_unknown_user_says_so(owner, project):
    answer = owner.post(url("team", project), {"username": "nobody", "role": "viewer"})

    assert answer.status_code == 422
    assert "There is no user &#x27;nobody&#x27;." in answer.content.decode()


def test_team_shows_empty_seats(owner, project):
    body = owner.get(url("team", project)).content.decode()

    assert "Empty seats" in body
    assert "?role=validator" in body


def test_team_leaving_goes_to_the_portfolio(client, project):
    viewer = make_member(project, Role.VIEWER)
    client.force_login(viewer)

    assert client.post(url("member-remove", project, viewer.username)).url == "/"


# --- activity -------------------------------------------------------------------------------------------------------


def test_activity_newest_first_filtered_and_paged(owner, project):
    for _ in range(60):
        make_item(project)
    make_risk(project)

    first = owner.get(url("activity", project)).content.decode()
    second = owner.get(url("activity", project), {"before": 13}).content.decode()
    risks = owner.get(url("activity", project), {"type": "risk."}).content.decode()

    assert "event-62" in first
    assert 'event-12"' not in first
    assert 'event-12"' in second
    assert "risk.added" in risks
    assert "item.added" not in risks


@pytest.mark.parametrize("query", ["?before=x", "?before=²", "?type=" + "x" * 300, "?before=" + "9" * 30])
def test_activity_says_what_is_wrong_with_an_odd_query(owner, project, query):
    answer = owner.get(url("activity", project) + query)

    name = query[1:].partition("=")[0]
    assert answer.status_code == 422
    assert f"{name} " in answer.context["error"].message
    assert "got " in answer.context["error"].message


def test_every_event_of_a_busy_project_reads_as_a_sentence(owner, project):
    make_ready_for_scope_gate(project)
    sprint = fill(project, 1)
    item = make_item(project, sprint=sprint)
    operations.move_item(item=item, state=ItemState.DONE, by=project.created_by, now=now())
    operations.close_sprint(sprint=sprint, by=project.created_by, now=now())
    member = Membership.objects.filter(project=project).last()
    operations.change_role(membership=member, role=Role.ENGINEER, by=project.created_by)
    operations.remove_member(membership=member, by=project.created_by)

    body = owner.get(url("activity", project)).content.decode()

    assert f"{project.created_by} moved" in body
    assert " to Done" in body
    assert "as viewer" in body
    assert GOOD_SCOPE["metric"] in body


def test_board_fragment_is_made_once_for_all_who_may_do_the_same(client, monkeypatch):
    """It is asked for by everybody who looks at the board, after each move."""
    project = make_project()
    item = make_item(project, sprint=make_sprint(project), title="Tune the threshold")
    made = []
    monkeypatch.setattr(board, "lanes_of", lambda *args: made.append(1) or lanes_of(*args))

    def asked_by(user):
        client.force_login(user)
        return client.get(f"/p/{project.key}/board/?part=board", **HTMX).content

    engineers = [make_member(project, Role.ENGINEER) for _ in range(3)]
    viewer = make_member(project, Role.VIEWER)
    assert len({asked_by(user) for user in engineers}) == 1
    assert len(made) == 1
    assert b"data-move-url" in asked_by(engineers[0])
    assert b"data-move-url" not in asked_by(viewer)
    operations.move_item(item=item, state="done", before=None, by=engineers[0], now=now())
    assert asked_by(engineers[1]).index(b"Tune the threshold") > asked_by(engineers[1]).index(b"lane-done")
    assert len(made) == 3
    assert client.get(f"/p/{make_project().key}/board/?part=board", **HTMX).status_code == 404
