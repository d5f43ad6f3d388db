"""Projects and who is in them."""

import pytest

from core.errors import Conflict, Invalid, NotAllowed, PreconditionFailed
from core.models import Event
from projects import operations, queries
from projects.models import Membership, Project
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now

pytestmark = pytest.mark.django_db


def types(project):
    return list(Event.objects.filter(stream_id=project.pk).order_by("seq").values_list("type", flat=True))


def test_create_project_makes_its_creator_the_owner():
    user = make_user()

    project = operations.create_project(key="frd", name=" Card fraud ", purpose="", by=user, now=now())

    assert (project.key, project.name) == ("FRD", "Card fraud")
    assert queries.role_of(user, project.pk) == Role.OWNER
    assert types(project) == ["project.created"]


@pytest.mark.parametrize("key", ["A", "1AB", "ÄÖ", "TOOLONGAKEY", "A B", "", "A\x00B"])
def test_create_project_bad_key_refused(key):
    with pytest.raises(Invalid, match="A key has") as refusal:
        operations.create_project(key=key, name="X", purpose="", by=make_user(), now=now())

    assert refusal.value.field == "key"


def test_create_project_taken_key_refused_and_nothing_written():
    make_project(key="FRD")

    with pytest.raises(Conflict, match="taken"):
        operations.create_project(key="FRD", name="X", purpose="", by=make_user(), now=now())

    assert Project.objects.count() == 1


@pytest.mark.parametrize("name", ["", "x" * 121, "a\x00b", "\ud800"])
def test_create_project_bad_name_refused(name):
    with pytest.raises(Invalid):
        operations.create_project(key="FRD", name=name, purpose="", by=make_user(), now=now())

    assert not Project.objects.exists()


def test_rename_project_records_both_names():
    project = make_project(name="Before")

    renamed = operations.rename_project(project=project, name="After", purpose="Why", by=project.created_by)

    assert (renamed.name, renamed.purpose, renamed.version) == ("After", "Why", 2)
    assert Event.objects.get(type="project.renamed").data == {"before": "Before", "after": "After"}


def test_rename_project_stale_version_refused():
    project = make_project(name="Before")
    operations.rename_project(project=project, name="Mine", purpose="", by=project.created_by)

    with pytest.raises(PreconditionFailed):
        operations.rename_project(project=project, name="Yours", purpose="", by=project.created_by, expected_version=1)

    project.refresh_from_db()
    assert project.name == "Mine"


def test_add_member_gives_the_role():
    project, user = make_project(), make_user()

    operations.add_member(project=project, user=user, role=Role.ENGINEER, by=project.created_by, now=now())

    assert queries.role_of(user, project.pk) == Role.ENGINEER


@pytest.mark.parametrize("role", [Role.PRODUCT_OWNER, Role.VIEWER, None])
def test_add_member_by_others_than_an_owner_refused(role):
    project = make_project()
    somebody = make_member(project, role) if role else make_user()
    before = types(project)

    with pytest.raises(NotAllowed, match="needs the role owner"):
        operations.add_member(project=project, user=make_user(), role=Role.VIEWER, by=somebody, now=now())

    assert types(project) == before


def test_add_member_twice_refused():
    project = make_project()
    member = make_member(project, Role.VIEWER)

    with pytest.raises(Conflict) as refusal:
        operations.add_member(project=project, user=member, role=Role.OWNER, by=project.created_by, now=now())

    assert refusal.value.code == "already_member"


def test_change_role_records_both():
    project = make_project()
    member = Membership.objects.get(user=make_member(project, Role.VIEWER))

    operations.change_role(membership=member, role=Role.VALIDATOR, by=project.created_by)

    assert queries.role_of(member.user, project.pk) == Role.VALIDATOR
    event = Event.objects.get(type="member.role_changed")
    assert (event.data["before"], event.data["role"]) == ("viewer", "validator")


@pytest.mark.parametrize(
    "act",
    [
        lambda owner: operations.change_role(membership=owner, role=Role.VIEWER, by=owner.user),
        lambda owner: operations.remove_member(membership=owner, by=owner.user),
    ],
    ids=["demote", "remove"],
)
def test_last_owner_stays(act):
    project = make_project()
    owner = Membership.objects.get(user=project.created_by)

    with pytest.raises(Conflict, match="the last owner") as refusal:
        act(owner)

    assert refusal.value.code == "last_owner"
    assert queries.role_of(project.created_by, project.pk) == Role.OWNER


def test_remove_member_one_of_two_owners_may_go():
    project = make_project()
    make_member(project, Role.OWNER)

    operations.remove_member(membership=Membership.objects.get(user=project.created_by), by=project.created_by)

    assert queries.role_of(project.created_by, project.pk) is None


def test_remove_member_anybody_may_leave_but_not_remove_others():
    project = make_project()
    viewer, other = make_member(project, Role.VIEWER), make_member(project, Role.ENGINEER)

    with pytest.raises(NotAllowed):
        operations.remove_member(membership=Membership.objects.get(user=other), by=viewer)
    operations.remove_member(membership=Membership.objects.get(user=viewer), by=viewer)

    assert list(Membership.objects.filter(project=project).values_list("user", flat=True)) == [
        project.created_by.pk,
        other.pk,
    ]
