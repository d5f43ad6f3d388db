"""Deployments: what serves was approved, the flip is one step, and goes back."""

from pathlib import Path

import pytest
from django.db.models import F
from django.test import Client

from core import storage
from core.errors import Conflict, Invalid, NotAllowed, Unavailable
from core.models import Event
from core.storage.places import place_of
from models_registry import gates, model_cache, operations, prediction
from models_registry.models import Deployment, ModelAlias, ModelVersion
from projects import gates as project_gates
from projects.enums import Stage
from projects.models import Finding, Project
from projects.roles import Role
from tests.drain import drain
from tests.factories import make_member, make_user, now
from tests.models_registry.factories import (
    GOOD_ROW,
    make_approved,
    make_deployment,
    make_logged_version,
    make_review,
    make_scoped_project,
    make_version,
)


def last_type(project):
    return Event.objects.filter(stream_id=project.pk).latest("seq").type


def deploy(version, by=None, name="card-fraud"):
    return operations.deploy_version(project=version.project, name=name, version=version, by=by, now=now())


@pytest.mark.django_db
def test_deploy_then_another_then_roll_back_and_forward():
    deployment = make_deployment()
    project, first = deployment.project, deployment.live_version
    second = make_approved(project, seed=2)

    engineer = make_member(project, Role.ENGINEER)
    assert deploy(second, engineer).live_version == second
    assert prediction.predict(deployment=Deployment.objects.get(), rows=[GOOD_ROW], by=None, now=now())["version"] == 2
    back = operations.roll_back(deployment=deployment, by=engineer, now=now())
    assert (back.live_version, back.previous_version, last_type(project)) == (first, second, "deployment.rolled_back")
    assert prediction.predict(deployment=Deployment.objects.get(), rows=[GOOD_ROW], by=None, now=now())["version"] == 1
    assert operations.roll_back(deployment=deployment, by=engineer, now=now()).live_version == second


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.DATA_SCIENTIST, Role.VALIDATOR, Role.VIEWER, None])
def test_deploy_refused_person(role):
    version = make_approved()

    with pytest.raises(NotAllowed, match="needs the role owner, engineer"):
        deploy(version, make_member(version.project, role) if role else make_user())

    assert not Deployment.objects.exists()


@pytest.mark.django_db
def test_deploy_unapproved_refused():
    version = make_version()

    with pytest.raises(Conflict) as refused:
        deploy(version, version.project.created_by)

    assert (refused.value.code, Deployment.objects.count()) == ("not_approved", 0)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", "Card", "a b", "-a", "a-", "ä", "x" * 61, "a/b"])
def test_deploy_bad_name_refused(name):
    with pytest.raises(Invalid):
        deploy(make_version(), name=name)


@pytest.mark.django_db
def test_deploy_of_another_model_under_the_name_refused():
    deployment = make_deployment()
    other = make_approved(deployment.project, name="other")

    with pytest.raises(Conflict) as refused:
        deploy(other)

    assert refused.value.code == "foreign_model"
    assert Deployment.objects.get().live_version == deployment.live_version


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"cut off", b"\x80\x04pickle"])
def test_deploy_of_a_file_that_does_not_load_changes_nothing(content):
    deployment = make_deployment()
    broken = make_logged_version(deployment.project, {"model.skops": content}, name="fraud-scorer")
    ModelVersion.objects.filter(pk=broken.pk).update(state="approved")
    broken.refresh_from_db()

    with pytest.raises(Conflict) as refused:
        deploy(broken)

    assert refused.value.code == "smoke_failed"
    assert Deployment.objects.get().live_version == deployment.live_version


@pytest.mark.django_db
def test_deploy_of_a_pickle_is_not_servable():
    version = make_logged_version(make_scoped_project(), {"model.pkl": b"\x80\x04."})
    ModelVersion.objects.filter(pk=version.pk).update(state="approved")
    version.refresh_from_db()

    with pytest.raises(Conflict) as refused:
        deploy(version)

    assert refused.value.code == "not_servable"


@pytest.mark.django_db
def test_damaged_file_is_not_loaded():
    version = make_approved()
    model_cache.cache.clear()
    whole = storage.read_blob(version.model_blob_id)
    place = Path(place_of(version.model_blob_id))
    place.write_bytes(whole[:-1] + b"!")
    try:
        with pytest.raises(Conflict) as refused:
            deploy(version)
    finally:
        place.write_bytes(whole)

    assert (refused.value.code, Deployment.objects.count()) == ("digest_mismatch", 0)


@pytest.mark.django_db
def test_roll_back_with_nothing_before_refused():
    with pytest.raises(Conflict) as refused:
        operations.roll_back(deployment=make_deployment(), by=None, now=now())

    assert refused.value.code == "nothing_before"


@pytest.mark.django_db
def test_roll_back_to_what_is_no_longer_approved_refused():
    deployment = make_deployment()
    first = deployment.live_version
    deploy(make_approved(deployment.project, seed=2))
    operations.archive_version(version=first, by=None, now=now())

    with pytest.raises(Conflict) as refused:
        operations.roll_back(deployment=deployment, by=None, now=now())

    assert refused.value.code == "not_approved"


@pytest.mark.django_db
def test_pause_resume_retire():
    deployment = make_deployment()
    project = deployment.project

    operations.pause_deployment(deployment=deployment, reason="Wrong data.", by=None, now=now())
    with pytest.raises(Unavailable) as paused:
        prediction.predict(deployment=Deployment.objects.get(), rows=[GOOD_ROW], by=None, now=now())
    assert paused.value.code == "paused"
    with pytest.raises(Conflict):
        operations.pause_deployment(deployment=deployment, reason="Again.", by=None, now=now())
    operations.resume_deployment(deployment=deployment, by=None, now=now())
    operations.retire_deployment(deployment=deployment, reason="Done.", by=None, now=now())
    assert last_type(project) == "deployment.retired"
    assert gates.nothing_is_live_any_more(project).is_met
    with pytest.raises(Conflict):
        deploy(deployment.live_version)


@pytest.mark.django_db
def test_pause_refused_person():
    deployment = make_deployment()

    with pytest.raises(NotAllowed):
        operations.pause_deployment(
            deployment=deployment, reason="x", by=make_member(deployment.project, Role.DATA_SCIENTIST), now=now()
        )

    assert Deployment.objects.get().state == "live"


@pytest.mark.django_db
def test_never_an_unapproved_version_answers():
    deployment = make_deployment()
    ModelVersion.objects.filter(pk=deployment.live_version_id).update(state="candidate")

    with pytest.raises(Unavailable) as refused:
        prediction.predict(
            deployment=Deployment.objects.select_related("live_version").get(), rows=[GOOD_ROW], by=None, now=now()
        )

    assert refused.value.code == "not_approved"


@pytest.mark.django_db
def test_release_gate_asks_for_an_approved_version_that_is_live():
    version = make_version()
    project = version.project
    assert [gates.version_is_approved(project).state, gates.approved_version_is_live(project).state] == ["bad", "bad"]

    approved = make_approved(project, seed=2)
    assert gates.version_is_approved(project).value == "fraud-scorer version 2"
    deploy(approved)

    assert gates.approved_version_is_live(project).value == "card-fraud: fraud-scorer version 2"
    assert not gates.nothing_is_live_any_more(project).is_met


def release_digest(project):
    Project.objects.filter(pk=project.pk).update(stage=Stage.DELIVERY)
    return project_gates.assess(Project.objects.get(pk=project.pk)).digest


@pytest.mark.django_db
@pytest.mark.parametrize("changed", [{"digest": "0" * 64}, {"version": 99}])
def test_release_gate_is_about_the_very_files_and_revision(changed):
    project = make_deployment().project
    before = release_digest(project)
    assert release_digest(project) == before

    ModelVersion.objects.filter(project=project).update(**changed)

    assert release_digest(project) != before


@pytest.mark.django_db
def test_release_gate_is_about_the_very_deployment():
    project = make_deployment().project
    before = release_digest(project)

    Deployment.objects.filter(project=project).update(version=F("version") + 1)

    assert release_digest(project) != before


@pytest.mark.django_db(transaction=True)
def test_approval_of_a_review_with_a_deployment_serves_and_names_the_champion():
    deployment = make_deployment()
    project = deployment.project
    drain()
    review = make_review(make_version(project, seed=2), deployment=deployment)
    validator = make_member(project, Role.VALIDATOR)

    operations.approve_version(review=review, comment="Better.", by=validator, now=now())
    drain()

    deployment.refresh_from_db()
    assert deployment.live_version == review.model_version
    assert deployment.deployed_by is None
    assert ModelAlias.objects.get(name="champion").model_version == review.model_version


@pytest.mark.django_db(transaction=True)
def test_approval_that_cannot_be_deployed_says_so_once():
    deployment = make_deployment()
    project = deployment.project
    drain()
    review = make_review(make_version(project, seed=2), deployment=deployment)
    operations.retire_deployment(deployment=deployment, reason="Done.", by=None, now=now())
    operations.approve_version(review=review, comment="Better.", by=make_member(project, Role.VALIDATOR), now=now())
    drain()

    refused = Event.objects.filter(stream_id=project.pk, type="deployment.refused")
    assert [event.data["reason"] for event in refused] == ["card-fraud is retired: take another name."]


@pytest.mark.django_db
def test_what_was_changed_since_it_was_approved_is_not_deployed():
    version = make_approved()
    owner = version.project.created_by
    operations.update_version(version=version, description="Something else.", by=owner, now=now())

    with pytest.raises(Conflict, match="was changed since it was approved: description") as refused:
        operations.deploy_version(project=version.project, name="card-fraud", version=version, by=owner, now=now())

    assert refused.value.code == "not_approved"
    assert not Deployment.objects.exists()
    operations.update_version(version=version, description="", by=owner, now=now())
    version.run.latest_metrics.update(value=0.99)
    with pytest.raises(Conflict, match="since it was approved: metrics"):
        operations.deploy_version(project=version.project, name="card-fraud", version=version, by=owner, now=now())


@pytest.mark.django_db
def test_roll_back_to_what_was_changed_since_its_approval_is_possible_told_and_followed_up():
    deployment = make_deployment()
    project, first = deployment.project, deployment.live_version
    deploy(make_approved(project, seed=2))
    engineer = make_member(project, Role.ENGINEER)
    operations.update_version(version=first, description="Something else.", by=project.created_by, now=now())
    client = Client()
    client.force_login(engineer)
    page = f"/p/{project.key}/deployments/{deployment.name}/"
    assert "though it was changed since it was approved" in client.get(page).content.decode()

    for _ in range(3):  # back, forward, back
        operations.roll_back(deployment=deployment, by=engineer, now=now())

    told = Event.objects.filter(stream_id=project.pk, type="deployment.rolled_back").order_by("seq")
    assert [event.data.get("changed") for event in told] == [["description"], None, ["description"]]
    [finding] = Finding.objects.filter(project=project)
    assert (finding.about_type, finding.about_id, finding.is_blocking) == ("version", f"{first.model.name}@1", True)
    assert engineer.pk in finding.owned_by_ids
    assert "Changed since it was approved: description." in finding.detail
    assert "What serves was changed since it was approved: description" in client.get(page).content.decode()


@pytest.mark.django_db
def test_rest_says_what_was_changed_since_it_was_approved():
    deployment = make_deployment()
    project, first = deployment.project, deployment.live_version
    deploy(make_approved(project, seed=2))
    client = Client()
    client.force_login(project.created_by)
    place = f"/api/v1/projects/{project.key}/deployments"

    def said():
        one, (listed,) = client.get(f"{place}/{deployment.name}").json(), client.get(place).json()["results"]
        assert listed == one
        return [one[which]["changed_since_approved"] for which in ("live", "previous")]

    assert said() == [[], []]
    operations.update_version(version=first, description="Something else.", by=project.created_by, now=now())
    assert said() == [[], ["description"]]
    first.run.latest_metrics.update(value=0.99)
    operations.roll_back(deployment=deployment, by=project.created_by, now=now())
    assert said() == [["description", "metrics"], []]


@pytest.mark.django_db
def test_refused_roll_back_raises_no_finding():
    deployment = make_deployment()
    project, first = deployment.project, deployment.live_version
    deploy(make_approved(project, seed=2))
    operations.update_version(version=first, description="Something else.", by=project.created_by, now=now())
    before = Event.objects.count()

    with pytest.raises(NotAllowed):
        operations.roll_back(deployment=deployment, by=make_member(project, Role.VIEWER), now=now())

    deployment.refresh_from_db()
    assert deployment.live_version.number == 2
    assert not Finding.objects.exists()
    assert Event.objects.filter(type="deployment.rolled_back").count() == 0
    assert Event.objects.count() == before + 1, "the viewer came"
