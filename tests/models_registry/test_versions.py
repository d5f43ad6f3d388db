"""Models, versions and aliases: works, refused person, refused moment, nothing written when it fails."""

import io

import pytest

from core.errors import Conflict, Invalid, NotAllowed
from core.models import Event
from experiments import operations as experiments
from models_registry import operations
from models_registry.models import ModelAlias, ModelVersion, RegisteredModel, Review
from projects.roles import Role
from tests.experiments.factories import make_run as make_client_run
from tests.experiments.factories import make_scheduled_run
from tests.factories import make_member, make_project, make_user, now
from tests.models_registry.factories import (
    fitted,
    make_approved,
    make_deployment,
    make_logged_version,
    make_review,
    make_run,
    make_scoped_project,
    make_version,
)

pytestmark = pytest.mark.django_db

MLMODEL = b"""
flavors: {sklearn: {serialization_format: skops}}
signature:
  inputs: '[{"type": "double", "name": "amount", "required": true}, {"type": "string", "name": "merchant"}]'
"""


def types(project):
    return list(Event.objects.filter(stream_id=project.pk).order_by("seq").values_list("type", flat=True))


def put(version, path, content):
    experiments.put_artifact(
        project=version.project, root=version.source_root, path=path, source=io.BytesIO(content), by=None, now=now()
    )


def test_register_model_and_again():
    project = make_project()

    model = operations.register_model(project=project, name=" scorer ", by=project.created_by, now=now())

    assert (model.name, types(project)[-1]) == ("scorer", "model.registered")
    with pytest.raises(Conflict) as refused:
        operations.register_model(project=project, name="scorer", by=project.created_by, now=now())
    assert refused.value.code == "already_exists"
    assert operations.ensure_model(project=project, name="scorer", by=project.created_by, now=now()) == model


@pytest.mark.parametrize("name", ["", "  ", "a/b", "a:b", "..", "x" * 251, "a\x00b"])
def test_register_model_bad_name(name):
    project = make_project()

    with pytest.raises(Invalid):
        operations.register_model(project=project, name=name, by=project.created_by, now=now())

    assert not RegisteredModel.objects.exists()


@pytest.mark.parametrize("who", [Role.VIEWER, Role.VALIDATOR, None])
def test_register_model_refused_person(who):
    project = make_project()
    by = make_member(project, who) if who else make_user()

    with pytest.raises(NotAllowed, match="needs the role"):
        operations.register_model(project=project, name="scorer", by=by, now=now())

    assert types(project)[-1] != "model.registered"


def test_create_version_is_bound_to_its_files():
    version = make_version()

    assert (version.number, version.version, version.state, version.format) == (1, 1, "candidate", "skops")
    assert version.model_blob_id == version.run.training.model_blob_id
    assert [each["name"] for each in version.signature["inputs"]] == ["amount", "hour", "merchant"]
    assert types(version.project)[-1] == "version.created"


def test_create_version_of_an_unfinished_training_refused():
    project = make_project()
    run = make_scheduled_run(project)
    model = operations.ensure_model(project=project, name="scorer", by=None, now=now())

    with pytest.raises(Conflict) as refused:
        operations.create_version(model=model, run=run, by=project.created_by, now=now())

    assert refused.value.code == "not_finished"
    assert not ModelVersion.objects.exists()


def test_create_version_of_another_projects_run_refused():
    model = operations.ensure_model(project=make_project(), name="scorer", by=None, now=now())

    with pytest.raises(Invalid) as refused:
        operations.create_version(model=model, run=make_run(make_project()), by=None, now=now())

    assert refused.value.code == "foreign_run"


def test_create_version_of_a_logged_model_reads_its_mlmodel():
    version = make_logged_version(make_project(), {"MLmodel": MLMODEL, "model.skops": fitted().files["model"]})

    assert (version.format, version.source_path) == ("skops", "")
    assert [(each["name"], each["kind"]) for each in version.signature["inputs"]] == [
        ("amount", "numeric"),
        ("merchant", "categorical"),
    ]


def test_create_version_of_a_pickle_is_kept_and_marked():
    version = make_logged_version(make_project(), {"MLmodel": b"flavors: {}", "model.pkl": b"\x80\x04."})

    assert (version.format, version.model_blob, version.signature) == ("pickle", None, None)


def test_create_version_of_a_run_without_files_refused():
    run = make_client_run()
    model = operations.ensure_model(project=run.project, name="scorer", by=None, now=now())

    with pytest.raises(Invalid) as refused:
        operations.create_version(model=model, run=run, by=None, now=now())

    assert refused.value.code == "no_model_files"


def test_description_and_tags_keep_the_revision_and_the_approval():
    version = make_approved()
    by = version.project.created_by

    operations.update_version(version=version, description="Better.", by=by, now=now())
    operations.set_version_tags(version=version, tags={"team": "risk"}, by=by, now=now())

    version.refresh_from_db()
    assert (version.version, version.state, version.tags) == (1, "approved", {"team": "risk"})


def test_changed_files_are_a_new_revision_and_dismiss_the_approval():
    version = make_approved()
    owner = version.project.created_by
    operations.set_alias(model=version.model, alias="champion", version=version, by=owner, now=now())
    put(version, "model/notes.txt", b"something else")

    operations.revise_version(version=version, by=owner, now=now())

    version.refresh_from_db()
    assert (version.version, version.state) == (2, "candidate")
    assert Review.objects.get().state == "stale"
    assert not ModelAlias.objects.exists()
    assert types(version.project)[-3:] == ["review.dismissed", "alias.deleted", "version.revised"]


def test_revise_without_a_change_does_nothing():
    version = make_approved()
    before = types(version.project)

    operations.revise_version(version=version, by=version.project.created_by, now=now())

    assert types(version.project) == before


def test_revise_refused_while_it_serves():
    deployment = make_deployment()
    put(deployment.live_version, "model/notes.txt", b"something else")

    with pytest.raises(Conflict) as refused:
        operations.revise_version(version=deployment.live_version, by=None, now=now())

    assert refused.value.code == "is_live"


def test_protected_alias_is_for_approved_versions_only():
    version = make_version()
    owner = version.project.created_by

    with pytest.raises(NotAllowed) as refused:
        operations.set_alias(model=version.model, alias="Champion", version=version, by=owner, now=now())
    assert f"/p/{version.project.key}/models/fraud-scorer/1/" in refused.value.message

    operations.set_alias(model=version.model, alias="candidate", version=version, by=version.created_by, now=now())
    assert list(ModelAlias.objects.values_list("name", flat=True)) == ["candidate"]


def test_protected_alias_is_moved_by_whoever_may_deploy():
    version = make_approved()

    with pytest.raises(NotAllowed, match="needs the role owner, engineer"):
        operations.set_alias(model=version.model, alias="champion", version=version, by=version.created_by, now=now())

    engineer = make_member(version.project, Role.ENGINEER)
    operations.set_alias(model=version.model, alias="champion", version=version, by=engineer, now=now())
    with pytest.raises(NotAllowed):
        operations.delete_alias(model=version.model, alias="champion", by=version.created_by, now=now())


@pytest.mark.parametrize("alias", ["", "latest", "v3", "V12", "a b", "a/b"])
def test_bad_alias_refused(alias):
    version = make_version()

    with pytest.raises(Invalid):
        operations.set_alias(model=version.model, alias=alias, version=version, by=None, now=now())


def test_archive_refused_while_it_serves_or_is_reviewed():
    deployment = make_deployment()
    with pytest.raises(Conflict) as live:
        operations.archive_version(version=deployment.live_version, by=None, now=now())
    reviewed = make_review(make_version(deployment.project, seed=2)).model_version
    with pytest.raises(Conflict) as in_review:
        operations.archive_version(version=reviewed, by=None, now=now())

    assert [live.value.code, in_review.value.code] == ["is_live", "illegal_step"]


def test_delete_is_for_what_was_never_reviewed():
    approved = make_approved()
    fresh = make_version(approved.project, seed=2)

    operations.delete_version(version=fresh, by=approved.project.created_by, now=now())
    for delete in (
        lambda: operations.delete_version(version=approved, by=None, now=now()),
        lambda: operations.delete_model(model=approved.model, by=None, now=now()),
        lambda: operations.rename_model(model=approved.model, name="other", by=None, now=now()),
    ):
        with pytest.raises(Conflict) as refused:
            delete()
        assert refused.value.code == "in_use"

    assert list(ModelVersion.objects.values_list("number", flat=True)) == [1]


def test_long_model_name_fits_the_log():
    project = make_scoped_project()

    version = make_version(project, name="x" * 250)

    assert len(version.public_id) <= 80
