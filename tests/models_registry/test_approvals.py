"""Reviews by a policy that names roles: who has to approve, of what exactly, and what a change does to it."""

from datetime import timedelta

import pytest
from django.db import Error, transaction
from django.test import Client
from django.urls import reverse

from core.errors import Conflict, Invalid, NotAllowed, PreconditionFailed
from core.models import Event
from core.roles import Scope
from models_registry import approvals, operations, queries
from models_registry.models import Approval, ModelVersion, Review
from projects import operations as projects
from projects.models import Finding, Membership, ProjectPolicy
from projects.roles import Role
from tests.factories import make_member, make_user, now
from tests.models_registry.factories import finish_comparisons, make_deployment, make_review, make_version
from tests.projects.factories import make_scope, make_token, policy_text

pytestmark = pytest.mark.django_db

VALIDATION = """
validation:
  approvals:
    - {role: validator, not_in: project_team}
    - {role: risk}
  separation: [contributors_cannot_decide, last_change_cannot_decide]
  freshness: {valid_days: 60}
"""


def strict_review(text=VALIDATION, **given) -> Review:
    """Open and compared, in a project whose policy names a validator and the risk function."""
    review = make_review(**given)
    move_to(review.project, text)
    return review


def move_to(project, text):
    whole = policy_text(gates="  scope: {}\n").rstrip() + "\n" + text
    policy = projects.publish_policy(
        policy=projects.draft_policy(text=whole, by=make_user(), now=now()), by=make_user(is_admin=True), now=now()
    )
    projects.move_to_policy(project=project, policy=policy, by=project.created_by, now=now())


def approve(review, by, **given):
    review = queries.review_numbered(project=review.project, number=review.number)
    seen = {"now": now(), "expected_evidence": tally(review).matter.digest}
    return operations.approve_version(review=review, comment="Good.", by=by, **seen | given)


def send_back(review, by):
    return operations.request_changes(
        review=review, comment="Slices.", by=by, now=now(), expected_evidence=tally(review).matter.digest
    )


def tally(review, at=None):
    return approvals.tally(queries.review_numbered(project=review.project, number=review.number), now=at or now())


def state(review):
    return Review.objects.get(pk=review.pk).state


def test_version_is_approved_once_every_role_approved():
    review = strict_review()
    validator, risk = make_member(review.project, Role.VALIDATOR), make_member(review.project, Role.RISK)

    approve(review, validator)

    assert (state(review), tally(review).lacking) == ("open", ["a risk and compliance"])
    assert ModelVersion.objects.get().state == "in_review"
    decided = Event.objects.get(type="review.decided")
    assert decided.data == {"comment": "Good.", "role": "validator", "lacking": ["a risk and compliance"]}

    approve(review, risk)

    done = Review.objects.get()
    assert (done.state, done.decided_by, ModelVersion.objects.get().state) == ("approved", risk, "approved")
    assert list(Approval.objects.order_by("pk").values_list("role", flat=True)) == ["validator", "risk"]
    assert Approval.objects.values("evidence").distinct().count() == 1


@pytest.mark.parametrize(
    ("role", "sentence"),
    [
        (
            Role.OWNER,
            "This version is decided by a validator from outside the team, a risk and compliance; you are owner",
        ),
        (Role.ENGINEER, "you are engineer"),
        (None, "you are not in this project"),
    ],
)
def test_a_role_that_is_not_asked_for_is_refused(role, sentence):
    review = strict_review()
    person = make_member(review.project, role) if role else make_user()

    with pytest.raises(NotAllowed, match=sentence):
        approve(review, person)
    with pytest.raises(NotAllowed, match=sentence):
        operations.request_changes(review=review, comment="No.", by=person, now=now())

    assert (state(review), Approval.objects.count()) == ("open", 0)


def test_one_person_counts_once():
    review = strict_review()
    validator = make_member(review.project, Role.VALIDATOR)
    approve(review, validator)

    with pytest.raises(NotAllowed, match="one person counts once"):
        approve(review, validator)

    assert Approval.objects.count() == 1


def test_whoever_contributed_does_not_decide_and_no_longer_counts():
    review = strict_review()
    owner, validator = review.project.created_by, make_member(review.project, Role.VALIDATOR)
    approve(review, validator)
    Membership.objects.filter(user=validator).update(role=Role.ENGINEER)
    operations.set_version_tags(version=review.model_version, tags={"a": "b"}, by=validator, now=now())
    Membership.objects.filter(user=validator).update(role=Role.VALIDATOR)

    assert tally(review).lacking == ["a validator from outside the team", "a risk and compliance"]
    with pytest.raises(NotAllowed, match="You changed this version"):
        approve(review, validator)
    assert owner not in [one.approver for one in tally(review).approvals]


def change_description(review):
    operations.update_version(
        version=review.model_version, description="Other.", by=review.model_version.created_by, now=now()
    )


def change_scope(review):
    make_scope(review.project, minimal_useful=0.55)


def change_policy(review):
    move_to(review.project, VALIDATION + "\n# another text\n")


def change_comparison(review):
    comparison = review.model_version.comparisons.get()
    review.model_version.comparisons.update(result=comparison.result | {"n": 151})


@pytest.mark.parametrize("change", [change_description, change_scope, change_policy, change_comparison])
def test_any_change_makes_a_decision_stale_and_says_what(change):
    review = strict_review()
    validator, risk = make_member(review.project, Role.VALIDATOR), make_member(review.project, Role.RISK)
    approve(review, validator)

    change(review)

    found = tally(review)
    assert [one.is_stale for one in found.standings] == [True]
    assert approvals.since(found.standings[0].approval, found)
    approve(review, risk)
    assert state(review) == "open"
    approve(review, validator)
    assert (state(review), Approval.objects.count()) == ("approved", 3)


def test_a_decision_is_too_old_one_day():
    review = strict_review()
    validator, risk = make_member(review.project, Role.VALIDATOR), make_member(review.project, Role.RISK)
    approve(review, validator, now=now() - timedelta(days=61))

    approve(review, risk)

    assert (state(review), tally(review).lacking) == ("open", ["a validator from outside the team"])


@pytest.mark.parametrize("loses", ["role", "account"])
def test_who_lost_their_role_no_longer_counts(loses):
    review = strict_review()
    validator, risk = make_member(review.project, Role.VALIDATOR), make_member(review.project, Role.RISK)
    approve(review, validator)
    if loses == "role":
        Membership.objects.filter(user=validator).update(role=Role.VIEWER)
    else:
        validator.is_active = False
        validator.save(update_fields=["is_active"])

    approve(review, risk)

    assert state(review) == "open"


def test_who_saw_something_else_is_told():
    review = strict_review()
    validator, seen = make_member(review.project, Role.VALIDATOR), tally(review).matter.digest
    change_description(review)

    with pytest.raises(PreconditionFailed, match="look at it again"):
        approve(review, validator, expected_evidence=seen)

    assert not Approval.objects.exists()


def test_who_does_not_say_what_they_saw_is_refused():
    review = strict_review()
    validator = make_member(review.project, Role.VALIDATOR)

    with pytest.raises(Invalid, match="which evidence you saw") as refused:
        approve(review, validator, expected_evidence=None)
    with pytest.raises(Invalid, match="which evidence you saw"):
        operations.request_changes(review=review, comment="No.", by=validator, now=now())

    assert (refused.value.field, Approval.objects.count(), state(review)) == ("evidence", 0, "open")


def test_whoever_may_approve_may_send_it_back_alone():
    review = strict_review()
    risk = make_member(review.project, Role.RISK)

    send_back(review, risk)

    assert (state(review), ModelVersion.objects.get().state) == ("changes_requested", "changes_requested")


def test_a_policy_for_other_tiers_lets_nothing_through():
    review = make_review()
    text = policy_text(tiers="[T4]", gates="  scope: {}\n")
    policy = projects.publish_policy(
        policy=projects.draft_policy(text=text, by=make_user(), now=now()), by=make_user(is_admin=True), now=now()
    )
    # Past the rule that only fitting ones are moved to.
    ProjectPolicy.objects.create(project=review.project, policy=policy, since=now())

    with pytest.raises(Conflict, match="The policy is one for T1") as refused:
        approve(review, make_member(review.project, Role.VALIDATOR))

    assert refused.value.code == "checks_not_met"


# Taking it back


def test_withdraw_while_it_is_open_and_decide_again():
    review = strict_review()
    validator, risk = make_member(review.project, Role.VALIDATOR), make_member(review.project, Role.RISK)
    approve(review, validator)

    operations.withdraw_decision(approval=Approval.objects.get(), reason="Misread.", by=validator, now=now())
    approve(review, risk)

    assert (state(review), tally(review).lacking) == ("open", ["a validator from outside the team"])
    approve(review, validator)
    assert state(review) == "approved"
    assert not Finding.objects.exists()


def test_withdraw_of_an_approval_of_what_serves_opens_a_finding_and_undoes_nothing():
    review = strict_review()
    validator, risk = make_member(review.project, Role.VALIDATOR), make_member(review.project, Role.RISK)
    approve(review, validator)
    approve(review, risk)
    version = ModelVersion.objects.get()
    operations.deploy_version(
        project=review.project, name="card-fraud", version=version, by=review.project.created_by, now=now()
    )

    first = Approval.objects.order_by("pk").first()
    operations.withdraw_decision(approval=first, reason="The slices were wrong.", by=validator, now=now())

    finding = Finding.objects.get()
    assert (finding.is_blocking, finding.severity, finding.detail) == (True, "high", "The slices were wrong.")
    assert (finding.about_type, finding.about_id) == ("version", "fraud-scorer@1")
    assert ModelVersion.objects.get().state == "approved"
    owner = make_member(review.project, Role.OWNER)
    projects.change_role(
        membership=Membership.objects.get(user=review.requested_by), role=Role.OWNER, by=review.project.created_by
    )
    with pytest.raises(NotAllowed, match="another person looks at it"):
        projects.close_finding(finding=finding, resolution="Fine.", by=review.requested_by, now=now())
    projects.close_finding(finding=finding, resolution="Looked at it.", by=owner, now=now())


def test_withdraw_before_the_version_serves_makes_it_a_candidate_again():
    review = strict_review()
    validator, risk = make_member(review.project, Role.VALIDATOR), make_member(review.project, Role.RISK)
    approve(review, validator)
    approve(review, risk)
    owner, version = review.project.created_by, ModelVersion.objects.get()
    operations.set_alias(model=version.model, alias="champion", version=version, by=owner, now=now())

    first = Approval.objects.order_by("pk").first()
    operations.withdraw_decision(approval=first, reason="The slices were wrong.", by=validator, now=now())

    assert (state(review), ModelVersion.objects.get().state) == ("stale", "candidate")
    assert not version.aliases.exists()
    assert not Finding.objects.exists()
    with pytest.raises(Conflict, match="not approved"):
        operations.deploy_version(project=review.project, name="card-fraud", version=version, by=owner, now=now())


def test_withdraw_of_an_approval_that_did_not_count_changes_nothing():
    review = strict_review()
    validator, risk = make_member(review.project, Role.VALIDATOR), make_member(review.project, Role.RISK)
    approve(review, validator)
    change_description(review)
    approve(review, validator)
    approve(review, risk)

    first = Approval.objects.order_by("pk").first()
    operations.withdraw_decision(approval=first, reason="It was about something else.", by=validator, now=now())

    assert (state(review), ModelVersion.objects.get().state) == ("approved", "approved")
    assert not Finding.objects.exists()


@pytest.mark.parametrize(("who", "reason", "error"), [("risk", "Not mine.", NotAllowed), ("validator", "  ", Invalid)])
def test_withdraw_refused(who, reason, error):
    review = strict_review()
    people = {"validator": make_member(review.project, Role.VALIDATOR), "risk": make_member(review.project, Role.RISK)}
    approve(review, people["validator"])

    with pytest.raises(error):
        operations.withdraw_decision(approval=Approval.objects.get(), reason=reason, by=people[who], now=now())

    assert Approval.objects.get().withdrawn_at is None


def test_withdraw_of_a_closed_review_or_twice_refused():
    review = strict_review()
    risk = make_member(review.project, Role.RISK)
    send_back(review, risk)

    with pytest.raises(Conflict, match="closed"):
        operations.withdraw_decision(approval=Approval.objects.get(), reason="Hm.", by=risk, now=now())


@pytest.mark.parametrize(
    "change", [{"comment": "Other."}, {"role": "owner"}, {"evidence": "0" * 64}, {"decision": "request_changes"}]
)
def test_the_database_refuses_to_change_a_decision(change):
    review = strict_review()
    approve(review, make_member(review.project, Role.VALIDATOR))

    with pytest.raises(Error, match="never changes"), transaction.atomic():
        Approval.objects.update(**change)
    with pytest.raises(Error, match="never changes"), transaction.atomic():
        Approval.objects.all().delete()


# Doors


def test_rest_says_who_is_missing_and_why_not():
    review = strict_review()
    project = review.project
    validator = make_member(project, Role.VALIDATOR)
    path = f"/api/v1/projects/{project.key}/reviews/{review.number}"
    headers = {"Authorization": f"Bearer {make_token(validator, *Scope, project=project)}"}
    client = Client(headers=headers)

    seen = client.get(path).json()
    assert (seen["wanted"], seen["lacking"]) == (["a validator from outside the team", "a risk and compliance"],) * 2
    assert (seen["why_not_decide"], seen["state"]) == (None, "open")

    body = {"comment": "Good.", "evidence": seen["evidence"]}
    after = client.post(f"{path}/approve", body, content_type="application/json").json()
    assert (after["state"], after["lacking"]) == ("open", ["a risk and compliance"])
    assert after["why_not_decide"] == "You decided on this already, as it stands now: one person counts once."

    change_description(review)
    (approval,) = client.get(path).json()["approvals"]
    assert approval["why_not"] == "It was about something else: what it rests on changed since."
    rows = client.get(f"{path}/decisions/{approval['id']}/since").json()["results"]
    assert rows == [{"name": "description", "then": "", "now": "Other."}]
    stale = client.post(f"{path}/approve", body, content_type="application/json")
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    withdrawn = client.post(
        f"{path}/decisions/{approval['id']}/withdraw", {"reason": "Changed."}, content_type="application/json"
    )
    assert withdrawn.json()["approvals"][0]["withdrawn_at"]


def test_page_shows_who_approved_in_which_role_who_is_missing_and_why_not():
    review = strict_review()
    project, url = review.project, reverse("models_registry:review", args=[review.project.key, review.number])
    validator, engineer = make_member(project, Role.VALIDATOR), make_member(project, Role.ENGINEER)
    client = Client()
    client.force_login(validator)
    form = {"comment": "Good.", "version": review.version, "evidence": tally(review).matter.digest}

    told = client.post(f"{url}approve/", form, follow=True).content.decode()

    assert "Still missing: a risk and compliance." in told
    approval = Approval.objects.get()
    change_description(review)
    client.force_login(engineer)
    page = client.get(url).content.decode()
    assert "This version is decided by a validator from outside the team, a risk and compliance" in page
    since = reverse("models_registry:review-since", args=[project.key, review.number, approval.pk])
    assert since in page
    assert "Missing: a risk and compliance" in page
    assert "description" in client.get(since).content.decode()
    client.force_login(validator)
    refused = client.post(f"{since}withdraw/", {"reason": "x" * 4001})
    assert (refused.status_code, refused.context["withdraw_form"]["reason"].value()) == (422, "x" * 4001)
    client.post(f"{since}withdraw/", {"reason": "It changed."})
    approval.refresh_from_db()
    assert approval.withdrawn_because == "It changed."


def test_my_reviews_follow_the_policy():
    review = strict_review()
    risk, owner = make_member(review.project, Role.RISK), make_member(review.project, Role.OWNER)

    assert [list(queries.waiting_for(one)) for one in (risk, owner)] == [[review], []]


def test_deployment_follows_once_all_approved():
    deployment = make_deployment()
    review = strict_review(version=make_version(deployment.project, seed=2), deployment=deployment)
    finish_comparisons(review)
    approve(review, make_member(review.project, Role.VALIDATOR))
    with pytest.raises(Conflict, match="not approved"):
        operations.deploy_version(
            project=review.project,
            name="card-fraud",
            version=queries.version_of(project=review.project, name="fraud-scorer", number=2),
            by=review.project.created_by,
            now=now(),
        )

    approve(review, make_member(review.project, Role.RISK))

    assert state(review) == "approved"
