"""Reviews and comments in the public shape of Databricks' registry, with its own SDK's classes as the judge."""

import pytest
from databricks.sdk.service import ml

from core.models import Event
from core.roles import Scope
from models_registry import operations
from models_registry.enums import ReviewState, VersionState
from models_registry.models import Review, VersionComment
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.mlflow.door import Mlflow, refusal, token_of
from tests.models_registry.factories import finish_comparisons, make_version


@pytest.fixture
def version(db):
    return make_version()


@pytest.fixture
def named(version):
    return {"name": version.model.name, "version": str(version.number), "stage": "Production"}


def client(version, user, *, scopes=("read", "write", "approve")):
    return Mlflow(project=version.project, token=token_of(user, scopes=scopes))


@pytest.fixture
def author(version):
    return client(version, version.created_by)


@pytest.fixture
def validator(version):
    return client(version, make_member(version.project, Role.VALIDATOR))


def asked(author, named):
    made = author.ok("POST", "transition-requests/create", comment="Better recall.", **named)
    finish_comparisons(Review.objects.get())
    return ml.CreateTransitionRequestResponse.from_dict(made).request


def look(client, named):
    return client.ok("GET", "transition-requests/list", name=named["name"], version=named["version"])


def approve(client, named):
    return client.post("transition-requests/approve", comment="Fine.", **named)


def test_nobody_approves_what_they_were_not_shown_or_what_changed_since(version, author, validator, named):
    asked(author, named)
    unseen = approve(validator, named)
    look(validator, named)
    operations.update_version(version=version, description="Something else.", by=version.created_by, now=now())

    changed = approve(validator, named)

    assert refusal(unseen) == (409, "RESOURCE_CONFLICT")
    assert "transition-requests/list" in unseen.json()["message"]
    assert changed.status_code in (409, 412)
    assert "was changed since you looked" in changed.json()["message"]
    assert Review.objects.get().state == ReviewState.OPEN
    look(validator, named)
    look(validator, named)
    assert approve(validator, named).status_code == 200
    assert Event.objects.filter(type="review.shown").count() == 2


def test_of_who_may_not_decide_nothing_is_kept(version, author, named):
    asked(author, named)
    viewer = client(version, make_member(version.project, Role.VIEWER))

    for one in (author, viewer):
        assert len(look(one, named)["requests"]) == 1

    assert not Event.objects.filter(type="review.shown").exists()


def test_a_request_is_a_review_and_its_approval_approves_the_version(version, author, validator, named):
    request = asked(author, named)
    shown = validator.ok("GET", "transition-requests/list", name=named["name"], version=named["version"])
    listed = ml.ListTransitionRequestsResponse.from_dict(shown).requests

    approved = validator.ok(
        "POST", "transition-requests/approve", comment="Good evidence.", archive_existing_versions=False, **named
    )

    version.refresh_from_db()
    activity = ml.ApproveTransitionRequestResponse.from_dict(approved).activity
    review = Review.objects.get()
    assert (request.to_stage, request.comment, request.user_id) == (
        "Production",
        "Better recall.",
        version.created_by.username,
    )
    assert [(one.activity_type, one.id) for one in listed] == [(ml.ActivityType.REQUESTED_TRANSITION, "1")]
    assert activity.activity_type == ml.ActivityType.APPROVED_REQUEST
    assert f"/reviews/{review.number}/" in activity.system_comment
    assert (version.state, review.state) == (VersionState.APPROVED, ReviewState.APPROVED)
    assert validator.ok("GET", "transition-requests/list", name=named["name"], version="1") == {"requests": []}


def test_the_author_and_the_requester_do_not_approve(version, author, named):
    asked(author, named)

    response = author.post("transition-requests/approve", comment="Fine.", **named)

    assert refusal(response) == (403, "PERMISSION_DENIED")
    assert "nobody approves their own work" in response.json()["message"]
    assert Review.objects.get().state == ReviewState.OPEN


def test_a_token_approves_only_if_it_was_made_to(version, author, named):
    asked(author, named)
    user = make_member(version.project, Role.VALIDATOR)
    plain = client(version, user, scopes=[Scope.READ, Scope.WRITE, Scope.DEPLOY])

    for verb in ("approve", "reject"):
        response = plain.post(f"transition-requests/{verb}", comment="Fine.", **named)
        assert refusal(response) == (403, "PERMISSION_DENIED")
        assert "approve" in response.json()["message"]
    assert Review.objects.get().state == ReviewState.OPEN


def test_a_request_whose_checks_are_not_met_is_not_approved(version, author, validator, named):
    author.ok("POST", "transition-requests/create", **named)  # its comparison has not been computed
    look(validator, named)

    response = validator.post("transition-requests/approve", comment="Fine.", **named)

    assert refusal(response) == (409, "RESOURCE_CONFLICT")
    assert "checks are not met" in response.json()["message"]


def test_reject_sends_the_version_back_and_delete_takes_the_request_back(version, author, validator, named):
    asked(author, named)
    rejected = validator.ok("POST", "transition-requests/reject", comment="Too few rows.", **named)
    assert rejected["activity"]["activity_type"] == "REJECTED_REQUEST"
    author.ok("POST", "transition-requests/create", **named)
    wrong = author.call("DELETE", "transition-requests/delete", creator="somebody", **named)

    withdrawn = author.ok("DELETE", "transition-requests/delete", creator=version.created_by.username, **named)

    assert refusal(wrong) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert withdrawn["activity"]["activity_type"] == "CANCELLED_REQUEST"
    states = list(Review.objects.order_by("number").values_list("state", flat=True))
    assert states == [ReviewState.CHANGES_REQUESTED, ReviewState.WITHDRAWN]


def test_the_sdk_sends_what_it_deletes_in_the_query(version, author, named):
    asked(author, named)
    query = f"name={named['name']}&version=1&stage=Production&creator={version.created_by.username}"

    response = author.client.delete(
        f"{author.prefix}/api/2.0/mlflow/transition-requests/delete?{query}", headers=author.headers
    )

    assert response.status_code == 200
    assert Review.objects.get().state == ReviewState.WITHDRAWN


@pytest.mark.parametrize("stage", ["Staging", "Archived", "None", "Live", ""])
def test_only_production_is_asked_for(author, named, stage):
    response = author.post("transition-requests/create", **named | {"stage": stage})

    assert refusal(response) == (400, "INVALID_PARAMETER_VALUE")
    assert Review.objects.count() == 0


def test_strangers_and_viewers(version, author, named):
    asked(author, named)
    owner = make_user()
    stranger = Mlflow(project=make_project(owner=owner), token=token_of(owner, scopes=list(Scope)))
    viewer = client(version, make_member(version.project, Role.VIEWER))

    for verb in ("create", "approve", "reject"):
        data = named | {"comment": "x"}
        assert refusal(stranger.post(f"transition-requests/{verb}", **data)) == (404, "RESOURCE_DOES_NOT_EXIST")
        assert viewer.post(f"transition-requests/{verb}", **data).status_code == 403
    assert viewer.call("DELETE", "transition-requests/delete", **named).status_code == 403
    assert Review.objects.get().state == ReviewState.OPEN


def test_comments(version, author, validator, named):
    place = {"name": named["name"], "version": named["version"]}
    made = author.ok("POST", "comments/create", comment="Trained on May.", **place)
    comment = ml.CreateCommentResponse.from_dict(made).comment

    changed = author.ok("PATCH", "comments/update", id=comment.id, comment="Trained on June.")["comment"]
    foreign = validator.call("PATCH", "comments/update", id=comment.id, comment="x")

    assert (comment.comment, comment.user_id) == ("Trained on May.", version.created_by.username)
    assert comment.available_actions == [ml.CommentActivityAction.EDIT_COMMENT, ml.CommentActivityAction.DELETE_COMMENT]
    assert changed["comment"] == "Trained on June."
    assert refusal(foreign) == (403, "PERMISSION_DENIED")
    assert refusal(validator.call("DELETE", "comments/delete", id=comment.id)) == (403, "PERMISSION_DENIED")
    address = f"{author.prefix}/api/2.0/mlflow/comments/delete?id={comment.id}"
    assert author.client.delete(address, headers=author.headers).status_code == 200
    assert VersionComment.objects.count() == 0


def test_comments_that_cannot_be(version, author, named):
    place = {"name": named["name"], "version": named["version"]}
    viewer = client(version, make_member(version.project, Role.VIEWER))
    owner = make_user()
    stranger = Mlflow(project=make_project(owner=owner), token=token_of(owner))
    made = author.ok("POST", "comments/create", comment="Trained on May.", **place)["comment"]

    assert refusal(author.post("comments/create", comment=" ", **place)) == (400, "INVALID_PARAMETER_VALUE")
    assert refusal(author.post("comments/create", **place)) == (400, "INVALID_PARAMETER_VALUE")
    assert refusal(viewer.post("comments/create", comment="x", **place)) == (403, "PERMISSION_DENIED")
    for call in (
        ("POST", "comments/create", place),
        ("PATCH", "comments/update", {}),
        ("DELETE", "comments/delete", {}),
    ):
        method, path, data = call
        answer = stranger.call(method, path, **data | {"comment": "x", "id": made["id"]})
        assert refusal(answer) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert refusal(author.call("DELETE", "comments/delete", id="x")) == (400, "INVALID_PARAMETER_VALUE")
    assert VersionComment.objects.count() == 1
