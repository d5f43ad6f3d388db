"""Reviews: who may decide, on what, and that no race gets around it."""

import io
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from core.errors import Conflict, Invalid, NotAllowed, PreconditionFailed
from core.models import Event
from experiments import operations as experiments
from models_registry import checks, operations
from models_registry.models import Approval, Comparison, ModelVersion, Review
from projects import operations as projects
from projects.roles import Role
from tests.factories import make_member, make_user, now
from tests.models_registry.factories import (
    finish_comparisons,
    make_approved,
    make_deployment,
    make_logged_version,
    make_review,
    make_run,
    make_scoped_project,
    make_version,
)


def types(project):
    return list(Event.objects.filter(stream_id=project.pk).order_by("seq").values_list("type", flat=True))


def approve(review, by, **given):
    return operations.approve_version(review=review, **{"comment": "Good.", "by": by, "now": now()} | given)


def states(review):
    return {check.id: check.state for check in checks.review_checks(review)}


@pytest.mark.django_db
def test_request_review_binds_to_the_digest_and_starts_the_comparison():
    version = make_version()

    review = operations.request_review(version=version, reason="Better.", by=version.created_by, now=now())

    assert (review.number, review.revision, review.digest) == (1, 1, version.digest)
    assert ModelVersion.objects.get().state == "in_review"
    assert Comparison.objects.get().job.kind == "compare"
    assert types(version.project)[-3:] == ["review.requested", "job.queued", "comparison.started"]


@pytest.mark.django_db
def test_request_review_twice_refused():
    review = make_review()

    with pytest.raises(Conflict) as refused:
        operations.request_review(version=review.model_version, reason="", by=review.project.created_by, now=now())

    assert (refused.value.code, Review.objects.count()) == ("under_review", 1)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.VIEWER, Role.VALIDATOR])
def test_request_review_refused_person(role):
    version = make_version()

    with pytest.raises(NotAllowed):
        operations.request_review(version=version, reason="", by=make_member(version.project, role), now=now())

    assert not Review.objects.exists()


@pytest.mark.django_db
def test_request_review_for_a_deployment_of_another_model_refused():
    deployment = make_deployment()
    other = make_version(deployment.project, name="other")

    with pytest.raises(Invalid) as refused:
        operations.request_review(version=other, reason="", deployment=deployment, by=None, now=now())

    assert refused.value.code == "foreign_deployment"


@pytest.mark.django_db
def test_request_by_a_policy_counts_as_its_owners():
    version = make_version(make_scoped_project())
    owner = version.project.created_by

    review = operations.request_review(version=version, reason="Drift.", by=None, on_behalf_of=owner, now=now())
    finish_comparisons(review)

    with pytest.raises(NotAllowed, match="You asked for this review"):
        approve(review, owner)


@pytest.mark.django_db
def test_approve():
    review = make_review()
    validator = make_member(review.project, Role.VALIDATOR)

    approve(review, validator)

    review.refresh_from_db()
    approval = Approval.objects.get()
    assert (review.state, review.decided_by, review.model_version.state) == ("approved", validator, "approved")
    assert ModelVersion.objects.get().state == "approved"
    assert (approval.role, approval.digest, approval.decision) == ("validator", review.digest, "approve")
    assert {each["state"] for each in review.checks} == {"ok"}
    assert types(review.project)[-2:] == ["version.approved", "review.approved"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        ("author", "You made this version"),
        ("requester", "You asked for this review"),
        ("trainer", "You trained this version"),
        ("editor", "You changed this version"),
        ("engineer", "This needs the role"),
        ("stranger", "This needs the role"),
        ("robot", "A person must decide"),
        ("house", "A person must decide"),
        ("inactive", "This account is not active"),
    ],
)
@pytest.mark.parametrize("decide", [operations.approve_version, operations.request_changes])
def test_decision_refused_person(who, sentence, decide):
    project = make_scoped_project()
    owner = project.created_by
    # Owners may register, train and review: what keeps each of them out is what they did, not their role.
    people = {
        name: make_member(project, Role.OWNER) for name in ("author", "requester", "trainer", "editor", "inactive")
    }
    run = make_run(project, by=people["trainer"])
    model = operations.ensure_model(project=project, name="scorer", by=owner, now=now())
    version = operations.create_version(model=model, run=run, by=people["author"], now=now())
    operations.update_version(version=version, description="Card.", by=people["editor"], now=now())
    review = make_review(version, by=people["requester"])
    robot = make_member(project, Role.OWNER)
    robot.is_robot = True
    robot.save(update_fields=["is_robot"])
    people["inactive"].is_active = False
    people["inactive"].save(update_fields=["is_active"])
    people |= {
        "engineer": make_member(project, Role.ENGINEER),
        "stranger": make_user(),
        "robot": robot,
        "house": None,
    }

    with pytest.raises(NotAllowed, match=sentence):
        decide(review=review, comment="Fine.", by=people[who], now=now())

    assert (Review.objects.get().state, Approval.objects.count()) == ("open", 0)


@pytest.mark.django_db
def test_decision_needs_a_comment_and_the_version_that_was_read():
    review = make_review()
    validator = make_member(review.project, Role.VALIDATOR)

    with pytest.raises(Invalid):
        approve(review, validator, comment="  ")
    with pytest.raises(PreconditionFailed):
        approve(review, validator, expected_version=7)

    assert Review.objects.get().state == "open"


@pytest.mark.django_db
def test_decision_once():
    review = make_review()
    approve(review, make_member(review.project, Role.VALIDATOR))

    with pytest.raises(Conflict) as refused:
        approve(review, make_member(review.project, Role.VALIDATOR))

    assert (refused.value.code, Approval.objects.count()) == ("illegal_step", 1)


@pytest.mark.django_db
def test_approve_names_the_checks_that_are_not_met():
    review = make_review(compared=False)
    projects.add_risk(
        project=review.project,
        title="Labels leak",
        phase="data",
        likelihood=5,
        impact=5,
        by=review.project.created_by,
        now=now(),
    )

    with pytest.raises(Conflict) as refused:
        approve(review, make_member(review.project, Role.VALIDATOR))

    assert refused.value.code == "checks_not_met"
    assert [(error.field, error.code) for error in refused.value.errors] == [
        ("beats_champion", "wait"),
        ("critical_risks", "bad"),
    ]


@pytest.mark.django_db
def test_approve_of_changed_files_refused():
    review = make_review()
    experiments.put_artifact(
        project=review.project,
        root=review.model_version.source_root,
        path="model/extra.txt",
        source=io.BytesIO(b"x"),
        by=None,
        now=now(),
    )

    with pytest.raises(Conflict) as refused:
        approve(review, make_member(review.project, Role.VALIDATOR))

    assert (refused.value.code, Review.objects.get().state) == ("stale", "open")


@pytest.mark.django_db
def test_request_changes_and_ask_again():
    review = make_review()
    validator = make_member(review.project, Role.VALIDATOR)

    operations.request_changes(review=review, comment="Which slices?", by=validator, now=now())
    version = ModelVersion.objects.get()
    assert version.state == "changes_requested"

    again = operations.request_review(version=version, reason="Added.", by=version.created_by, now=now())
    assert (again.number, Comparison.objects.count()) == (2, 1)


@pytest.mark.django_db
def test_withdraw_by_the_requester_only():
    review = make_review()

    with pytest.raises(NotAllowed, match="may withdraw"):
        operations.withdraw_review(review=review, by=review.project.created_by, now=now())
    operations.withdraw_review(review=review, by=review.requested_by, now=now())

    assert (Review.objects.get().state, ModelVersion.objects.get().state) == ("withdrawn", "candidate")


@pytest.mark.django_db
def test_champion_is_what_the_deployment_serves():
    deployment = make_deployment()
    project = deployment.project
    review = make_review(make_version(project, seed=2), deployment=deployment)

    comparison = Comparison.objects.get(challenger=review.model_version)
    assert comparison.champion == deployment.live_version
    assert states(review)["beats_champion"] == "ok"


@pytest.mark.django_db
def test_no_better_than_the_champion_is_not_enough():
    deployment = make_deployment()
    review = make_review(make_version(deployment.project, seed=2), deployment=deployment, compared=False)
    finish_comparisons(review, better=False)

    assert states(review)["beats_champion"] == "bad"


@pytest.mark.django_db
def test_champion_that_changed_meanwhile_asks_for_another_comparison():
    review = make_review()
    approved = make_approved(review.project, seed=2)

    assert states(review)["beats_champion"] == "wait"
    operations.start_comparisons_of_open_reviews(model=approved.model, by=None, now=now())

    assert Comparison.objects.filter(challenger=review.model_version, champion=approved).count() == 1


@pytest.mark.django_db
def test_failed_comparison_is_bad_and_can_be_tried_again():
    review = make_review(compared=False)
    comparison = Comparison.objects.get()
    operations.fail_comparison(job=comparison.job, reason="One class only.")

    (first,) = [check for check in checks.review_checks(review) if check.id == "beats_champion"]
    assert (first.state, first.value) == ("bad", "One class only.")


@pytest.mark.django_db
def test_checks_of_a_pickle_from_a_notebook():
    project = make_scoped_project()
    version = make_logged_version(project, {"MLmodel": b"flavors: {}", "model.pkl": b"\x80\x04."})
    review = operations.request_review(version=version, reason="", by=project.created_by, now=now())

    assert states(review) == {
        "beats_champion": "bad",
        "minimal_useful": "bad",
        "lineage": "bad",
        "critical_risks": "ok",
        "format": "bad",
        "signature": "bad",
    }


@pytest.mark.django_db
def test_scope_without_values_is_not_met():
    review = make_review(make_version(make_scoped_project()))
    projects.revise_scope(
        project=review.project,
        values={"baseline": None, "minimal_useful": None},
        by=review.project.created_by,
        now=now(),
    )

    found = states(review)
    assert (found["beats_champion"], found["minimal_useful"]) == ("bad", "bad")


@pytest.mark.django_db
def test_the_database_itself_refuses_a_decision_about_ones_own():
    review = make_review()

    for field, person in (("author", review.author), ("requester", review.requested_by)):
        facts = {"revision": 1, "digest": "0" * 64, "decision": "approve", "comment": "x", "role": "owner"}
        with pytest.raises(IntegrityError), transaction.atomic():
            Approval.objects.create(review=review, approver=person, at=now(), **facts, **{field: person})
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(decided_by=review.author, decided_at=now())


def race(*calls):
    """Run all at once; each call's refusal is caught. Returns what was raised."""
    barrier, raised = threading.Barrier(len(calls)), []

    def run(call):
        try:
            barrier.wait(timeout=10)
            call()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return raised


@pytest.mark.django_db(transaction=True)
def test_eight_approvals_at_once_are_one():
    review = make_review()
    validators = [make_member(review.project, Role.VALIDATOR) for _ in range(7)]

    raised = race(*[lambda by=by: approve(review, by) for by in [*validators, review.author]])

    assert len(raised) == 7
    assert Approval.objects.count() == 1
    assert Approval.objects.get().approver != review.author
    assert sum(isinstance(error, NotAllowed) for error in raised) == 1


@pytest.mark.django_db(transaction=True)
def test_approval_and_revision_at_once_leave_no_approved_change():
    for attempt in range(4):
        review = make_review(make_version(seed=1))
        version, validator = review.model_version, make_member(review.project, Role.VALIDATOR)

        def change(version=version, attempt=attempt):
            experiments.put_artifact(
                project=version.project,
                root=version.source_root,
                path="model/extra.txt",
                source=io.BytesIO(b"%d" % attempt),
                by=None,
                now=now(),
            )
            operations.revise_version(version=version, by=None, now=now())

        race(lambda r=review, v=validator: approve(r, v), change)

        version.refresh_from_db()
        review.refresh_from_db()
        assert (version.state, version.version, review.state) == ("candidate", 2, "stale")
