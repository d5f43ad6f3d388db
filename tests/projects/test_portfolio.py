"""The portfolio: value against risk, health said and found, as of a day, filtered, taken along; and what it costs."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import Conflict, Invalid, NotAllowed
from core.models import Event
from projects import health, operations, portfolio, queries
from projects.enums import Health, Stage
from projects.models import GateDecision, HealthNote, Outcome, Project, Scope
from projects.portfolio import Asked
from projects.roles import Role
from tests.core.test_ledger import tamper
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import make_risk, make_scope, make_sprint, make_token

pytestmark = pytest.mark.django_db

AGO = timedelta(days=40)


@pytest.fixture
def project():
    return make_project(name="Card fraud scoring")


@pytest.fixture
def owner(client, project):
    client.force_login(project.created_by)
    return client


def the_row(project, asked=None, **given):
    return next(row for row in portfolio.rows(project.created_by, asked or Asked(**given), now=now()))


def set_health(project, light="red", note="The labels are late", by=None):
    return operations.set_health(project=project, light=light, note=note, by=by or project.created_by, now=now())


# --- health -----------------------------------------------------------------------------------------------------------


def test_set_health_by_whoever_answers_for_it(project):
    found = set_health(project)

    event = Event.objects.filter(stream_id=project.pk).latest("seq")
    assert (found.light, event.type, event.data) == (
        "red",
        "health.set",
        {"light": "red", "note": "The labels are late"},
    )


@pytest.mark.parametrize("role", [Role.DATA_SCIENTIST, Role.VALIDATOR, Role.VIEWER])
def test_set_health_by_others_is_refused(project, role):
    with pytest.raises(NotAllowed):
        set_health(project, by=make_member(project, role))

    assert not HealthNote.objects.exists()


@pytest.mark.parametrize(("light", "note"), [("amber", " "), ("blue", "x"), ("red", "x" * 501)])
def test_set_health_refuses_what_says_nothing(project, light, note):
    with pytest.raises(Invalid):
        set_health(project, light, note)

    assert not HealthNote.objects.exists()


def test_set_health_of_a_retired_project_is_refused(project):
    Project.objects.filter(pk=project.pk).update(stage=Stage.RETIRED)

    with pytest.raises(Conflict):
        set_health(project)


def test_the_database_wants_a_reason_too(project):
    with pytest.raises(IntegrityError):
        HealthNote.objects.create(project=project, light="red", note="", set_by=project.created_by, set_at=now())


def test_nothing_found_is_green(project):
    assert health.computed([project.pk], now=now())[project.pk] == health.Computed(Health.GREEN)


def test_what_is_found_says_why_the_worst_first(project):
    make_risk(project, title="Late", likelihood=4, impact=4)
    make_risk(project, title="Fatal", likelihood=5, impact=5)
    sprint = make_sprint(project)
    type(sprint).objects.filter(pk=sprint.pk).update(start_date="2020-01-01", end_date="2020-01-14")

    found = health.computed([project.pk], now=now())[project.pk]

    assert found.light == Health.RED
    assert [one.light for one in found.findings] == ["red", "amber", "amber"]
    assert found.findings[0].reason == "R2 is critical: Fatal"
    assert any("should have ended" in one.reason for one in found.findings)


def test_silence_is_found_after_a_month(project):
    def reasons(after):
        found = health.computed([project.pk], now=now() + timedelta(days=after))[project.pk]
        return [one.reason for one in found.findings]

    assert reasons(29) == []
    assert reasons(31) == ["Nothing happened for 31 days"]


# --- the portfolio ----------------------------------------------------------------------------------------------------


def test_the_worse_of_what_is_said_and_found_counts(project):
    set_health(project, "green", "")
    assert the_row(project).light == "green"

    make_risk(project, likelihood=5, impact=5)
    found = the_row(project)

    assert (found.said, found.computed, found.light) == ("green", "red", "red")


def test_as_of_a_day_shows_what_was_then(project):
    """A project of forty days ago: its scope, gate and health changed since."""
    before = now() - AGO
    make_scope(project)
    Project.objects.filter(pk=project.pk).update(created_at=before)
    first = set_health(project, "amber", "Then")
    HealthNote.objects.filter(pk=first.pk).update(set_at=before)
    set_health(project, "red", "Now")
    scope = Scope.objects.get(project_id=project.pk)
    operations.revise_scope(project=project, values={"benefit_high": "9000000"}, by=project.created_by, now=now())
    GateDecision.objects.create(
        project=project, gate="scope", evidence=[], decided_by=project.created_by, decided_at=now()
    )
    stamp = (before - timedelta(hours=1)).isoformat(timespec="microseconds")
    tamper(("UPDATE core_event SET at = %s WHERE stream_id = %s AND seq <= 3", [stamp, project.pk]))
    day = (now() - timedelta(days=10)).date()

    then, today = the_row(project, day=day), the_row(project)

    assert (then.stage, then.said, then.light) == ("scoping", "amber", "amber")
    assert (today.stage, today.said) == ("feasibility", "red")
    assert then.value.high == scope.benefit_high - scope.cost_low
    assert today.value.high == 9_000_000 - scope.cost_low
    assert (then.computed, then.reasons, then.risk) == ("", (), "")


def test_as_of_a_day_before_it_began_shows_nothing(project):
    asked = Asked(day=(now() - AGO).date())

    assert portfolio.rows(project.created_by, asked, now=now()) == []


def test_filters_stand_in_the_address_and_a_bubble_chooses_one(owner, project):
    make_scope(project)
    other = make_project(owner=project.created_by, name="Churn")
    set_health(other)

    page = owner.get("/").content.decode()
    red = owner.get("/", {"light": "red"}).content.decode()
    one = owner.get("/", {"project": project.key, "light": "green"}).content.decode()

    assert f'href="?project={project.key}"' in page
    assert f'id="project-{other.key}"' in red
    assert f'id="project-{project.key}"' not in red
    assert f'id="project-{project.key}"' in one
    assert 'href="?light=green"' in one


def test_the_part_that_is_live_asks_for_what_was_asked_for_and_the_past_asks_for_nothing(owner, project):
    page = owner.get("/", {"light": "green", "q": "a&b"}).content.decode()
    part = owner.get("/?part=body", headers={"HX-Request": "true"}).content.decode()
    past = owner.get("/", {"as_of": "2026-01-02"}).content.decode()

    assert 'hx-get="?q=a%26b&amp;light=green&amp;from=0&amp;part=body"' in page
    assert part.strip().startswith('<div class="stack" id="portfolio"')
    assert f'data-gate-of="{project.key}"' in part
    assert "<form" not in part
    assert 'data-live="portfolio."' not in past


@pytest.mark.parametrize(
    "query",
    [
        "stage=x",
        "light=blue",
        "as_of=yesterday",
        "as_of=2026-02-30",
        "format=xml",
        "q=" + "x" * 101,
        "from=x",
        "from=-1",
        "from=99999999999",
        "from=" + "9" * 5000,
    ],
)
def test_what_cannot_be_read_is_named(owner, project, query):
    answer = owner.get(f"/?{query}")

    assert answer.status_code == 422
    assert f"{query.partition('=')[0]} " in answer.context["wrong"]
    assert "got " in answer.context["wrong"]


def test_a_day_that_nobody_has_seen_is_refused_and_today_is_not(owner, project):
    today = now().date()
    tomorrow = today + timedelta(days=1)
    said = f"as_of is a day up to today, {today} in UTC: got {tomorrow}."

    page = owner.get(f"/?as_of={tomorrow}")
    rest = owner.get(f"/api/v1/portfolio?as_of={tomorrow}")

    assert (page.status_code, rest.status_code) == (400, 400)
    assert said in page.content.decode()
    assert rest.json()["errors"] == [{"field": "as_of", "code": "in_the_future", "message": said}]
    assert owner.get("/api/v1/portfolio?as_of=9999-12-31").status_code == 400
    assert owner.get(f"/api/v1/portfolio?as_of={today}").status_code == 200
    assert owner.get(f"/?as_of={today}").status_code == 200


def test_a_text_that_cannot_be_finds_no_page(owner, project):
    assert owner.get("/?q=%00").status_code == 404


def test_exports_hold_exactly_what_is_shown(owner, project):
    make_scope(project)
    set_health(project, "amber", "=HYPERLINK(1)")
    make_project(owner=project.created_by, name="Churn")
    make_project(name="Somebody else's")

    rows = list(csv.DictReader(io.StringIO(owner.get("/?format=csv").content.decode())))
    said = json.loads(owner.get("/?format=json&light=amber").content)

    assert [row["name"] for row in rows] == ["Card fraud scoring", "Churn"]
    assert rows[0]["said_note"] == "'=HYPERLINK(1)"
    assert rows[0]["value_low"] == said[0]["value_low"] == "550000.00"
    assert [row["name"] for row in said] == ["Card fraud scoring"]


def test_what_was_promised_stands_beside_what_came_of_it_and_what_sank_it(owner, project):
    make_scope(project)
    make_risk(project, title="Nobody could host it")
    Outcome.objects.create(project=project, title="Fraud", value_realised=412_000.0)
    assert (the_row(project).value_realised, the_row(project).sank) == (412_000.0, ())
    Project.objects.filter(pk=project.pk).update(stage=Stage.RETIRED)
    operations.name_what_sank(project=project, numbers=[1], by=project.created_by)

    assert the_row(project).sank == ("Nobody could host it",)
    page = owner.get("/").content.decode()
    assert "realised 412 k" in page
    assert "sunk by Nobody could host it" in page


def test_rest_tells_the_same_and_a_token_of_one_project_sees_that_one(client, project):
    other = make_project(owner=project.created_by, name="Churn")
    whole, single = make_token(project.created_by), make_token(project.created_by, project=other)

    def names(token, query=""):
        answer = client.get(f"/api/v1/portfolio{query}", headers={"Authorization": f"Bearer {token}"})
        return [row["name"] for row in answer.json()["results"]]

    assert names(whole) == ["Card fraud scoring", "Churn"]
    assert names(whole, "?q=churn") == ["Churn"]
    assert names(single) == ["Churn"]
    answer = client.get("/api/v1/portfolio?owner=x", headers={"Authorization": f"Bearer {whole}"})
    assert answer.json()["code"] == "unknown_filter"


def test_rest_health(client, project):
    headers = {"Authorization": f"Bearer {make_token(project.created_by)}"}
    address = f"/api/v1/projects/{project.key}/health"

    answer = client.post(address, {"light": "amber", "note": "Late"}, content_type="application/json", headers=headers)

    assert answer.json() == client.get(address, headers=headers).json()
    assert (answer.json()["said"], answer.json()["computed"], answer.json()["findings"]) == ("amber", "green", [])
    wrong = client.post(address, {"light": "amber"}, content_type="application/json", headers=headers)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "note")


def test_health_page_sets_it_and_a_stranger_finds_nothing(owner, project, client):
    address = reverse("projects:health", args=[project.key])

    assert owner.post(address, {"light": "red", "note": ""}).status_code == 422
    assert owner.post(address, {"light": "red", "note": "The labels are late"}).status_code == 302
    assert "The labels are late" in owner.get(address).content.decode()
    client.force_login(make_user())
    assert client.get(address).status_code == 404


def test_as_of_costs_the_same_for_three_projects(owner, project, django_assert_num_queries):
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    with CaptureQueriesContext(connection) as one:
        owner.get(f"/?as_of={yesterday}")
    for _ in range(2):
        make_scope(make_project(owner=project.created_by))

    with django_assert_num_queries(len(one)):
        owner.get(f"/?as_of={yesterday}")


def test_projects_are_paged_and_the_picture_shows_all(owner, project, monkeypatch):
    monkeypatch.setattr("projects.views.portfolio.PAGE", 1)
    for one in (project, make_project(owner=project.created_by, name="Churn")):
        make_scope(one)

    first, second = owner.get("/").content.decode(), owner.get("/?from=1").content.decode()

    assert [page.count("<tr id=") for page in (first, second)] == [1, 1]
    assert first.count('<circle class="spot') == second.count('<circle class="spot') == 2
    assert len(queries.portfolio(project.created_by, until=now())) == 2
