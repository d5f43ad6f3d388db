"""What persons write into documents: the one who answers for a paragraph, in writings that are all kept."""

import json

import pytest
from django.db import connection
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import Conflict, Invalid, NotAllowed, NotFound, PreconditionFailed
from core.models import Event
from documents import assembly, operations
from documents.models import Passage
from projects.enums import Stage
from projects.models import Project
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.models_registry.factories import make_version
from tests.projects.factories import make_token

pytestmark = pytest.mark.django_db

TEXT = "We applied ISO/IEC 42001:2023."


def write(version, text=TEXT, *, paragraph="7", by=None, kind="annex4", expected_version=None):
    project = version.project
    return operations.write_passage(
        project=project,
        kind=assembly.mapping_named(kind),
        version=version,
        paragraph=paragraph,
        text=text,
        by=by or project.created_by,
        now=now(),
        expected_version=expected_version,
    )


def paragraph(version, number="7", kind="annex4"):
    mapping = assembly.mapping_named(kind)
    subject = assembly.subject_of(version.project, mapping, version.public_id)
    return next(one for one in assembly.assembled(mapping, subject, now=now()).paragraphs if one.number == number)


def facts(project):
    return list(Passage.objects.filter(project=project).values()), Event.objects.filter(stream_id=project.pk).count()


def test_written_paragraph_is_no_gap_any_more_and_says_who_wrote_it():
    version = make_version()
    assert paragraph(version).state == "gap"

    write(version)

    found = paragraph(version)
    assert (found.state, found.blocks[0].text, found.sources) == ("filled", TEXT, ["written"])
    assert str(version.project.created_by) in found.blocks[1].rows[0].value
    told = Event.objects.last()
    assert (told.type, told.data["paragraph"], told.data["about"]) == ("passage.written", "7", version.public_id)


def test_every_writing_is_kept_and_an_empty_one_takes_back():
    version = make_version()
    write(version)
    write(version, "Two standards.")
    assert paragraph(version).blocks[0].text == "Two standards."

    write(version, "")

    assert paragraph(version).state == "gap"
    assert list(Passage.objects.order_by("number").values_list("text", flat=True)) == [TEXT, "Two standards.", ""]
    with pytest.raises(IntegrityError, match="append-only"):
        Passage.objects.update(text="Another")


def test_what_was_written_for_an_earlier_version_waits_to_be_confirmed():
    version = make_version()
    write(version)
    later = make_version(version.project)
    assert later.number == version.number + 1

    found = paragraph(later)
    assert (found.state, found.blocks[0].text) == ("partly", TEXT)
    assert version.public_id in found.missing[0]
    write(later)
    assert paragraph(later).state == "filled"
    write(later, "Only for this one.")
    assert paragraph(version).blocks[0].text == TEXT


def test_paragraph_is_written_by_the_role_that_answers_for_it_and_by_the_owner_while_nobody_has_it():
    version = make_version()
    write(version)
    risk = make_member(version.project, Role.RISK)
    before = facts(version.project)

    for by in (version.project.created_by, make_member(version.project, Role.VIEWER)):
        with pytest.raises(NotAllowed, match="role risk and compliance"):
            write(version, "Another.", by=by)

    assert facts(version.project)[0] == before[0]
    assert write(version, "By risk.", by=risk).number == 2


def test_writing_over_one_that_was_not_seen_refused():
    version = make_version()
    write(version)
    before = facts(version.project)

    with pytest.raises(PreconditionFailed):
        write(version, "Another.", expected_version=0)

    assert facts(version.project) == before


def test_writing_what_cannot_be_refused():
    version = make_version()
    before = facts(version.project)

    with pytest.raises(NotFound):
        write(version, paragraph="99")
    with pytest.raises(Invalid):
        write(version, "x" * 20_001)
    Project.objects.update(stage=Stage.RETIRED)
    with pytest.raises(Conflict, match="retired"):
        write(version)

    assert facts(version.project) == before


def test_document_of_a_version_that_there_is_not_cannot_be_written():
    project = make_project()

    with pytest.raises(Invalid, match="there is none yet"):
        operations.write_passage(
            project=project,
            kind=assembly.mapping_named("annex4"),
            version=None,
            paragraph="7",
            text=TEXT,
            by=project.created_by,
            now=now(),
        )


def test_page_writes_and_keeps_what_was_typed_where_somebody_wrote_since(client):
    version = make_version()
    project = version.project
    client.force_login(project.created_by)
    page = reverse("documents:document", args=[project.key, "annex4"])
    at = reverse("documents:write", args=[project.key, "annex4", "7"]) + f"?version={version.public_id}"

    done = client.post(at, {"text": TEXT, "version": "0"})
    assert (done.status_code, done.url.endswith("#paragraph-7")) == (302, True)
    assert TEXT in client.get(page).content.decode()
    overtaken = client.post(at, {"text": "Mine.", "version": "0"})
    body = overtaken.content.decode()
    assert overtaken.status_code == 412
    assert "Mine." in body
    assert "What stands there now" in body

    client.force_login(make_member(project, Role.VIEWER))
    assert at not in client.get(page).content.decode()
    assert client.post(at, {"text": "Mine.", "version": "1"}).status_code == 403
    client.force_login(make_user())
    assert client.post(at, {"text": "Mine.", "version": "1"}).status_code == 404


def test_page_costs_the_same_for_one_writing_and_for_three(client, django_assert_num_queries):
    version = make_version()
    write(version)
    client.force_login(version.project.created_by)
    page = reverse("documents:document", args=[version.project.key, "annex4"])
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    for number in ("8", "1(h)"):
        write(version, paragraph=number)

    with django_assert_num_queries(len(few)):
        client.get(page)


def test_rest_writes_reads_and_guards(client):
    version = make_version()
    token = make_token(version.project.created_by)
    at = f"/api/v1/projects/{version.project.key}/documents/annex4/paragraphs/7"

    def call(method, body=None, **headers):
        kwargs = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        return getattr(client, method)(at, headers={"Authorization": f"Bearer {token}"} | headers, **kwargs)

    first = call("put", {"text": TEXT})
    assert (first.status_code, first.json()["number"]) == (200, 1)
    assert call("put", {"text": "Two."}, **{"If-Match": first["ETag"]}).json()["number"] == 2
    assert call("put", {"text": "Three."}, **{"If-Match": first["ETag"]}).status_code == 412
    assert [one["text"] for one in call("get").json()["results"]] == ["Two.", TEXT]
    assert call("put", {"text": 3, "colour": 1}).status_code == 400
