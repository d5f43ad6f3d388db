"""Objections of each function: blind until all are in."""

import json

import pytest
from django.db.utils import IntegrityError
from django.urls import reverse

from core.errors import Conflict, Invalid, NotAllowed
from core.models import Event
from projects import documents, operations
from projects.models import DossierRevision, Objection
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import make_token

pytestmark = pytest.mark.django_db

SECRET = "Blocked customers leave without a word."


def hand_in(project, by, text=SECRET, *, has_none=False):
    return operations.hand_in_objection(project=project, text=text, has_none=has_none, by=by, now=now())


def everybody(project):
    return [
        project.created_by,
        *(make_member(project, role) for role in (Role.DATA_SCIENTIST, Role.ENGINEER, Role.VALIDATOR)),
    ]


def facts(project):
    return (
        list(Objection.objects.filter(project=project).values()),
        DossierRevision.objects.filter(project=project).count(),
        Event.objects.filter(stream_id=project.pk).count(),
    )


def test_objections_stay_hidden_until_all_four_are_in(client):
    project = make_project()
    owner, scientist, engineer, validator = everybody(project)
    hand_in(project, owner)
    for one in (scientist, engineer):
        hand_in(project, one, "It will take longer.")

    assert {one["text"] for one in documents.content_of(project)["objections"]} == {None}
    assert SECRET not in json.dumps(list(Event.objects.values_list("data", flat=True)))
    assert SECRET not in json.dumps(list(DossierRevision.objects.values_list("content", flat=True)))
    address = f"{reverse('projects:studio', args=[project.key])}?section=objections"
    client.force_login(scientist)
    assert SECRET not in client.get(address).content.decode()
    client.force_login(owner)
    assert SECRET in client.get(address).content.decode(), "one's own is there to be changed"

    hand_in(project, validator, "Nothing that the register does not hold.", has_none=True)

    assert [one["function"] for one in documents.content_of(project)["objections"]] == [
        "business",
        "data_science",
        "it",
        "risk",
    ]
    client.force_login(scientist)
    assert SECRET in client.get(address).content.decode()


def test_objection_is_handed_in_again_until_all_are_open():
    project = make_project()
    people = everybody(project)
    hand_in(project, people[0])
    assert hand_in(project, people[0], "They ring us.").version == 2
    for one in people[1:]:
        hand_in(project, one)
    before = facts(project)

    with pytest.raises(Conflict, match="stay as they are"):
        hand_in(project, people[0], "Fitted to theirs.")

    assert facts(project) == before


def test_one_person_speaks_for_a_function_and_for_one_only():
    project = make_project()
    hand_in(project, project.created_by)

    with pytest.raises(Conflict, match="has spoken for business"):
        hand_in(project, make_member(project, Role.PRODUCT_OWNER))
    with pytest.raises(IntegrityError):
        Objection.objects.create(
            project=project, function="risk", text="x", has_none=False, author=project.created_by, written_at=now()
        )


@pytest.mark.parametrize("role", [Role.VIEWER, None])
def test_objection_of_who_speaks_for_no_function_refused(role):
    project = make_project()
    by = make_member(project, role) if role else make_user()
    before = facts(project)

    with pytest.raises(NotAllowed, match="your role speaks for none"):
        hand_in(project, by)

    assert facts(project) == before


def test_objection_without_words_refused():
    project = make_project()
    before = facts(project)

    with pytest.raises(Invalid):
        hand_in(project, project.created_by, "  ", has_none=True)

    assert facts(project) == before


def test_doors_hand_in(client):
    project = make_project()
    scientist = make_member(project, Role.DATA_SCIENTIST)
    client.force_login(project.created_by)
    at = reverse("projects:objection-hand-in", args=[project.key])
    assert client.post(at, {"text": ""}).status_code == 422
    assert client.post(at, {"text": SECRET}).status_code == 302
    client.logout()

    headers = {"HTTP_AUTHORIZATION": f"Bearer {make_token(scientist)}"}
    answer = client.put(
        f"/api/v1/projects/{project.key}/dossier/objections",
        json.dumps({"text": "None, measured.", "has_none": True}),
        content_type="application/json",
        **headers,
    )

    assert answer.json() == {
        "are_open": False,
        "objections": [
            {"function": "business", "has_none": None, "text": None, "author": project.created_by.username},
            {"function": "data_science", "has_none": None, "text": None, "author": scientist.username},
        ],
    }
