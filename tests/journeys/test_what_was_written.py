"""What somebody wrote into a form is not lost when the house refuses it: the form stands there with it and with why
not; where it has no place any more, since the thing moved on, the page tells what was written.
"""

import re

import pytest
from django.test import Client
from django.urls import reverse

from experiments import operations as experiments
from models_registry import approvals
from models_registry import operations as registry
from projects import operations, queries
from projects.enums import Stage
from projects.models import Project
from projects.roles import Role
from tests.experiments.factories import make_run
from tests.factories import make_member, make_project, make_user, now
from tests.models_registry.factories import make_approved, make_review
from tests.projects.factories import make_decided_project, make_risk, make_sprint

pytestmark = pytest.mark.django_db

WRITTEN = "It took me an hour to put this into words."
KEPT = re.compile(r'<dialog[^>]*id="kept".*?</dialog>', re.DOTALL)


def as_(user):
    client = Client()
    client.force_login(user)
    return client


def url(name, project, *more):
    return reverse(name, args=[project.key, *more])


def kept_in(answer):
    """What the page tells of a form that has no place on it any more."""
    return "".join(KEPT.findall(answer.content.decode()))


def make_closed_finding(project):
    by = project.created_by
    about = {"about_type": "project", "about_id": project.key}
    finding = operations.open_finding(project=project, title="Late", severity="low", by=by, now=now(), **about)
    return operations.close_finding(finding=finding, resolution="Done.", by=by, now=now())


# --- the form has its place ------------------------------------------------------------------------------------------


def test_form_whose_thing_moved_on_stands_there_as_it_was_sent():
    project = make_project()
    finding = make_closed_finding(project)
    operations.reopen_finding(finding=finding, by=project.created_by)
    by_other = {"version": "1", "title": WRITTEN, "severity": "low"}

    answer = as_(project.created_by).post(url("projects:finding", project, 1), by_other)

    assert (answer.status_code, answer.context["form"]["title"].value()) == (412, WRITTEN)
    assert WRITTEN in answer.content.decode()
    assert 'role="alert"' in answer.content.decode()
    assert kept_in(answer) == ""


def overtaken_finding(project):
    by, about = project.created_by, {"about_type": "project", "about_id": project.key}
    finding = operations.open_finding(project=project, title="Late", severity="low", by=by, now=now(), **about)
    member = make_member(project, Role.ENGINEER)
    theirs = {"severity": "high", "owner": member, "detail": "Since May."}
    operations.revise_finding(finding=finding, values=theirs, by=by)
    told = {"severity": "“High”", "owner": f"“{member}”", "detail": "“Since May.”", "title": "“Late”"}
    return url("projects:finding", project, 1), {"title": WRITTEN, "severity": "low", "detail": ""}, told


def overtaken_name(project):
    operations.rename_project(project=project, name="Theirs", purpose="p" * 300, by=project.created_by)
    told = {"name": "“Theirs”", "purpose": f"“{'p' * 200}…”"}
    return url("projects:rename", project), {"name": WRITTEN, "purpose": ""}, told


@pytest.mark.parametrize("overtaken", [overtaken_finding, overtaken_name])
def test_form_that_was_overtaken_says_what_stands_now_and_is_saved_over_it_when_sent_again(overtaken):
    project = make_project()
    address, sent, told = overtaken(project)
    client = as_(project.created_by)

    refused = client.post(address, sent | {"version": "1"})
    shown = refused.context["form"]

    assert refused.status_code == 412
    for name, said in told.items():
        assert shown.errors[name] == [f"It is {said} by now: save again to keep yours."]
        assert shown[name].value() == sent.get(name), "what was written stands"
    assert client.post(address, sent | {"version": shown["version"].value()}).status_code == 302
    again = client.post(address, sent | {"version": shown["version"].value()})
    assert again.status_code == 412, "that was seen once, and is another now"


def test_verdict_on_what_changed_meanwhile_is_sent_again_on_what_is_shown_now():
    project = make_decided_project()
    client = as_(make_member(project, Role.VALIDATOR))
    form = {"verdict": "reject", "comment": WRITTEN, "effect": "warn", "digest": "0" * 64}

    refused = client.post(url("projects:gate", project), form)
    shown = refused.context["form"]
    again = client.post(url("projects:gate", project), form | {"digest": shown["digest"].value()})

    assert (refused.status_code, shown["comment"].value(), again.status_code) == (412, WRITTEN, 302)


def test_decision_on_a_version_that_changed_meanwhile_is_sent_again_on_what_is_shown_now():
    review = make_review()
    client = as_(make_member(review.project, Role.VALIDATOR))
    address, sent = url("models_registry:review-approve", review.project, 1), {"comment": WRITTEN, "version": "9"}

    refused = client.post(address, sent)
    shown = refused.context["form"]
    again = client.post(address, sent | {name: shown[name].value() for name in ("version", "evidence")})

    assert (refused.status_code, shown["comment"].value(), again.status_code) == (412, WRITTEN, 302)
    assert shown["evidence"].value() == approvals.tally(review, now=now()).matter.digest


def test_form_of_which_a_field_is_refused_by_the_house_stands_there_alone():
    project = make_project()
    item = operations.add_item(project=project, title="Try", by=project.created_by, now=now())
    sent = {"item": item.number, "add_labels": "probe, late"}

    answer = as_(project.created_by).post(url("projects:items-change", project), sent)

    assert (answer.status_code, answer.context["many_form"]["add_labels"].value()) == (422, "probe, late")
    assert kept_in(answer) == ""


def test_reason_by_whom_may_not_is_kept_and_said():
    project = make_project()
    make_risk(project)

    answer = as_(make_member(project, Role.VIEWER)).post(url("projects:risk-treat", project, 1), {"text": WRITTEN})

    assert (answer.status_code, answer.context["treat_form"]["text"].value()) == (403, WRITTEN)
    assert "viewer" in answer.content.decode()


# --- its place is gone -----------------------------------------------------------------------------------------------


def closed_finding():
    project = make_project()
    make_closed_finding(project)
    return project.created_by, url("projects:finding-close", project, 1), {"text": WRITTEN}


def treated_risk():
    project = make_project()
    operations.treat_risk(risk=make_risk(project), treatment="Measured.", by=project.created_by, now=now())
    return project.created_by, url("projects:risk-treat", project, 1), {"text": WRITTEN}


def accepted_risk():
    user, _, sent = treated_risk()
    return user, url("projects:risk-accept", Project.objects.get(), 1), sent


def closed_sprint():
    project = make_project()
    sprint = make_sprint(project)
    operations.close_sprint(sprint=sprint, carry_to=None, by=project.created_by, now=now())
    sent = {"kind": "decision", "text": WRITTEN}
    return project.created_by, url("projects:review-card-add", project, sprint.number), sent


def retired_project():
    project = make_decided_project()
    Project.objects.filter(pk=project.pk).update(stage=Stage.RETIRED)
    sent = {"verdict": "reject", "comment": WRITTEN, "effect": "warn", "digest": "0" * 64}
    return make_member(project, Role.VALIDATOR), url("projects:gate", project), sent


def question_that_was_taken_back():
    project = make_decided_project()
    request = queries.open_request(project)
    operations.withdraw_gate_request(request=request, by=request.requested_by, now=now())
    sent = {"verdict": "reject", "comment": WRITTEN, "effect": "warn", "digest": "0" * 64}
    return make_member(project, Role.VALIDATOR), url("projects:gate", project), sent


def declined_request():
    project = make_project()
    item = operations.request_item(project=project, title="A report", by=project.created_by, now=now())
    operations.decline_request(item=item, reason="Not now.", by=project.created_by, now=now())
    return project.created_by, url("projects:request-decline", project, item.number), {"reason": WRITTEN}


def withdrawn_review():
    review = make_review()
    registry.withdraw_review(review=review, by=review.model_version.created_by, now=now())
    sent = {"comment": WRITTEN, "version": "1"}
    return make_member(review.project, Role.VALIDATOR), url("models_registry:review-approve", review.project, 1), sent


def retired_deployment():
    version = make_approved()
    owner = version.project.created_by
    serving = registry.deploy_version(project=version.project, name="fraud", version=version, by=owner, now=now())
    registry.retire_deployment(deployment=serving, reason="Replaced.", by=owner, now=now())
    return owner, url("models_registry:deployment-retire", version.project, "fraud"), {"reason": WRITTEN}


@pytest.mark.parametrize(
    "moved_on",
    [
        closed_finding,
        treated_risk,
        accepted_risk,
        closed_sprint,
        retired_project,
        question_that_was_taken_back,
        declined_request,
        withdrawn_review,
        retired_deployment,
    ],
)
def test_page_tells_what_was_written_where_its_form_has_no_place_any_more(moved_on):
    user, address, sent = moved_on()

    answer = as_(user).post(address, sent)

    assert answer.status_code in (403, 409, 412)
    assert WRITTEN in kept_in(answer)
    assert 'class="note' in kept_in(answer)


# --- there is no form ------------------------------------------------------------------------------------------------


def test_text_that_is_sent_by_no_form_of_ours_stands_on_the_page_of_the_refusal():
    run = make_run()
    experiments.delete_run(run=run, by=run.created_by, now=now())

    answer = as_(run.created_by).post(
        url("experiments:run-describe", run.project, run.run_id), {"text": WRITTEN, "password": "a b c d e f"}
    )

    assert answer.status_code == 409
    assert f">{WRITTEN}</textarea>" in answer.content.decode()
    assert "a b c d" not in answer.content.decode()


def test_a_stranger_is_told_nothing_of_the_project_but_keeps_the_text():
    project = make_project()
    make_risk(project)

    answer = as_(make_user()).post(url("projects:risk-treat", project, 1), {"text": WRITTEN})

    assert answer.status_code == 404
    assert WRITTEN in answer.content.decode()
    assert "Labels arrive late" not in answer.content.decode()
