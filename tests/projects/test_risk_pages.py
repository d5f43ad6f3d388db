"""The pages of the register and of findings."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from projects import indicators, operations
from projects.models import Control, Finding, Indicator, Project, Risk
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import make_risk

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return make_project()


@pytest.fixture
def owner(client, project):
    client.force_login(project.created_by)
    return client


@pytest.fixture
def measured():
    indicators.live_metric("test.figure", "Figure", subjects=lambda project: ["scorer"])(lambda *args: 1.0)
    yield
    del indicators._metrics["test.figure"]


def url(name, project, *more):
    return reverse(f"projects:{name}", args=[project.key, *more])


INDICATOR = {
    "metric": "test.figure",
    "subject": "scorer",
    "operator": "gt",
    "threshold": "0.5",
    "window_seconds": "60",
    "breach_likelihood": "5",
}


@pytest.mark.usefixtures("measured")
def test_controls_and_indicators_on_the_risk(owner, project):
    make_risk(project, likelihood=2, impact=4, target_likelihood=1, target_impact=2)

    owner.post(url("control-add", project, 1), {"title": "Weekly sample", "kind": "detective", "state": "planned"})
    owner.post(url("control-state", project, 1, 1), {"state": "in_place"})
    owner.post(url("indicator-bind", project, 1), INDICATOR)
    assert (Control.objects.get().state, Indicator.objects.get().threshold) == ("in_place", 0.5)
    operations.observe_indicator(indicator=Indicator.objects.get(), value=0.9, at=now())

    risk, register = owner.get(url("risk", project, 1)), owner.get(url("risks", project))
    for page in (risk, register):
        assert "breached" in page.content.decode()
    assert "2×4 → 5×4 → 1×2" in register.content.decode()
    assert Finding.objects.get().title in risk.content.decode()
    part = owner.get(url("risk", project, 1) + "?part=watch", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "Weekly sample" in part
    owner.post(url("indicator-remove", project, 1, 1))
    assert Indicator.objects.get().removed_at is not None


@pytest.mark.usefixtures("measured")
def test_bad_forms_are_refused_and_name_the_field(owner, project):
    make_risk(project)

    wrong = [
        owner.post(url("control-add", project, 1), {"title": "", "kind": "detective", "state": "planned"}),
        owner.post(url("indicator-bind", project, 1), INDICATOR | {"threshold": "much"}),
        owner.post(url("risk-accept", project, 1), {"text": "Small", "until": "soon"}),
    ]
    too_long = owner.post(url("risk-accept", project, 1), {"text": "Small", "until": "9999-12-31"})
    unsaid = owner.post(url("risk-treat", project, 1), {"text": " "})

    assert [answer.status_code for answer in wrong] == [422, 422, 422]
    names = ("control_form", "indicator_form", "accept_form")
    said = [dict(answer.context[name].errors) for answer, name in zip(wrong, names, strict=True)]
    assert said == [
        {"title": ["This field is required."]},
        {"threshold": ["Enter a number."]},
        {"until": ["Enter a valid date."]},
    ]
    assert 'value="much"' in wrong[1].content.decode()
    assert "Small</textarea>" in wrong[2].content.decode()
    assert too_long.context["accept_form"].errors["until"][0].endswith("got 9999-12-31.")
    assert unsaid.context["treat_form"].errors == {"text": ["This field is required."]}
    assert not Control.objects.exists()
    assert Risk.objects.get().state == "open"


def test_high_risk_is_signed_by_two_on_its_page(client, project):
    make_risk(project, likelihood=4, impact=4)
    second_line, sponsor = make_member(project, Role.RISK), make_member(project, Role.SPONSOR)

    client.force_login(second_line)
    client.post(url("risk-accept", project, 1), {"text": "Known, and watched."})
    assert "You signed already" in client.get(url("risk", project, 1)).content.decode()
    assert "second signature" in client.get(url("risks", project)).content.decode()
    client.force_login(sponsor)
    client.post(url("risk-sign", project, 1))

    assert Risk.objects.get().state == "accepted"
    assert "for the second line" in client.get(url("risk", project, 1)).content.decode()


@pytest.mark.parametrize(("days", "is_shown"), [(14, True), (15, False)])
def test_acceptance_is_shown_as_expiring_before_its_end(owner, project, days, is_shown):
    risk = make_risk(project, likelihood=1, impact=1)
    until = now().date() + timedelta(days=days)
    operations.accept_risk(risk=risk, reason="Small", until=until, by=project.created_by, now=now())

    assert ("expiring" in owner.get(url("risks", project)).content.decode()) is is_shown


def test_register_page_costs_the_same_for_three_risks(owner, project):
    make_risk(project)
    owner.get(url("risks", project))
    with CaptureQueriesContext(connection) as one:
        owner.get(url("risks", project))
    make_risk(project)
    make_risk(project)
    with CaptureQueriesContext(connection) as three:
        owner.get(url("risks", project))

    assert len(three) == len(one)


def test_findings_are_opened_saved_closed_and_reopened(owner, project):
    make_risk(project)
    form = {"title": "Late", "about": "risk:1", "severity": "high", "due_date": "2020-01-01"}

    assert owner.post(url("findings", project), form).status_code == 302
    assert owner.post(url("findings", project), form | {"about": "risk:9"}).status_code == 422
    assert "R1 Labels arrive late" in owner.get(url("finding", project, 1)).content.decode()
    saved = {"title": "Later", "severity": "low", "version": "1"}
    assert owner.post(url("finding", project, 1), saved).status_code == 302
    assert owner.post(url("finding", project, 1), saved | {"title": "Stale"}).status_code == 412
    owner.post(url("finding-close", project, 1), {"text": "Done"})
    assert (Finding.objects.get().state, Finding.objects.get().title) == ("closed", "Later")
    assert "Later" in owner.get(url("findings", project)).content.decode()
    owner.post(url("finding-reopen", project, 1))
    assert Finding.objects.get().state == "open"


def test_findings_pages_by_viewer_and_stranger(client, project):
    make_risk(project)
    finding = operations.open_finding(
        project=project,
        title="Late",
        severity="high",
        about_type="risk",
        about_id="1",
        by=project.created_by,
        now=now(),
    )
    for user, read, wrote in ((make_member(project, Role.VIEWER), 200, 403), (make_user(), 404, 404)):
        client.force_login(user)
        assert client.get(url("findings", project)).status_code == read
        assert client.get(url("finding", project, 1)).status_code == read
        for name, more in (("finding-close", [1]), ("risk-accept", [1]), ("risk-treat", [1]), ("what-sank", [])):
            answer = client.post(url(name, project, *more), {"text": "X", "risks": "1"})
            assert answer.status_code == wrote, name

    finding.refresh_from_db()
    assert (finding.state, Risk.objects.get().state) == ("open", "open")


def test_retired_project_is_asked_what_sank_it(owner, project):
    make_risk(project)
    assert "What did sink it?" not in owner.get(url("risks", project)).content.decode()
    Project.objects.update(stage="retired")

    assert "What did sink it?" in owner.get(url("risks", project)).content.decode()
    owner.post(url("what-sank", project), {"risks": ["1"]})

    assert Risk.objects.get().has_sunk
    assert "ended the project" in owner.get(url("risks", project)).content.decode()
