"""The dossier as a document, and compared with an earlier revision."""

import json

import pytest
from django.urls import reverse

from projects import documents, dossier_document, operations, queries
from tests.factories import make_project, make_user, now
from tests.projects.factories import make_token

pytestmark = pytest.mark.django_db


def begun():
    project = make_project()
    operations.start_from_template(project=project, template="card_fraud", by=project.created_by, now=now())
    return project


def revise(project, **values):
    operations.revise_option(option=queries.option(project, 2), values=values, by=project.created_by, now=now())


def content(project, number):
    return queries.dossier_revision(project, number).content


def test_differences_name_each_field_of_each_thing_and_nothing_else():
    project = begun()
    revise(project, title="Trees", recall=[0.5, 0.6, 0.7])
    operations.revise_dossier(project=project, values={"years": 5.0}, by=project.created_by, now=now())
    operations.remove_option(option=queries.option(project, 3), by=project.created_by, now=now())

    found = dossier_document.differences(content(project, 1), content(project, 4))

    assert {one.where for one in found} == {"The dossier", "Option 2", "Option 3"}
    changed = {(one.where, one.name): (one.before, one.after) for one in found}
    assert changed["The dossier", "years"] == (3.0, 5.0)
    assert changed["Option 2", "title"][1] == "Trees"
    assert changed["Option 2", "recall"][1] == [0.5, 0.6, 0.7]
    assert changed["Option 3", "title"][1] is None
    assert all(one.before not in dossier_document.EMPTY or one.after not in dossier_document.EMPTY for one in found)
    assert {name for where, name in changed if where == "Option 2"} == {"title", "recall"}
    assert dossier_document.differences(content(project, 4), content(project, 4)) == []


def test_document_says_what_a_revision_has_and_what_it_lacks():
    project = begun()

    said = {one.title: one for one in dossier_document.sections(content(project, 1))}

    assert [row[0][:2] for row in said["Options"].rows] == ["1.", "2.", "3."]
    assert len(said["Where the options stand"].rows) == 2
    assert said["Spikes"].rows == []
    assert said["Ceiling"].facts == [("State", "not set")]


def test_revision_from_before_there_were_spikes_is_shown():
    old = documents.content_of(begun())
    for name in ("spikes", "kill_criteria", "objections"):
        del old[name]

    assert [one.title for one in dossier_document.sections(old)][-3:] == [
        "Spikes",
        "What would end it",
        "Who was asked",
    ]
    assert {one.where for one in dossier_document.differences(old, documents.content_of(begun()))} == set()


def test_what_people_write_breaks_out_of_no_cell():
    project = begun()
    revise(project, title="A | <b>b</b>\n# c [x](y) `d`")

    text = dossier_document.markdown(content(project, 2), title="T", lead="L")

    (row,) = [line for line in text.splitlines() if line.startswith("| 2. ")][:1]
    assert "A \\| \\<b\\>b\\</b\\> \\# c \\[x\\](y) \\`d\\`" in row
    assert len({line.replace("\\|", "").count("|") for line in text.splitlines() if line.startswith("| 2. ")}) <= 2


def test_page_shows_a_revision_and_what_changed(client):
    project = begun()
    revise(project, title="Trees & <script>")
    client.force_login(project.created_by)
    at = reverse("projects:studio-document", args=[project.key])

    page = client.get(f"{at}?revision=2&since=1").content.decode()

    assert "What changed since revision 1" in page
    assert "Trees &amp; &lt;script&gt;" in page
    assert "Trees" not in client.get(f"{at}?revision=1").content.decode()
    assert client.get(f"{at}?revision=9").status_code == 404
    assert client.get(f"{at}?revision=x").status_code == 404
    file = client.get(f"{reverse('projects:studio-markdown', args=[project.key])}?revision=2")
    assert file["Content-Disposition"] == f"attachment; filename*=UTF-8''{project.key}-dossier-2.md"
    assert queries.dossier_revision(project, 2).digest in file.content.decode()


def test_page_before_anybody_began_and_for_a_stranger_is_missing(client):
    project = make_project()
    at = reverse("projects:studio-document", args=[project.key])
    client.force_login(project.created_by)
    assert client.get(at).status_code == 404
    operations.start_from_template(project=project, template="churn", by=project.created_by, now=now())
    assert client.get(at).status_code == 200

    client.force_login(make_user())

    assert client.get(at).status_code == 404


def test_rest_gives_the_document_and_the_differences(client):
    project = begun()
    revise(project, title="Trees")
    headers = {"HTTP_AUTHORIZATION": f"Bearer {make_token(project.created_by)}"}
    at = f"/api/v1/projects/{project.key}/dossier/revisions"

    text = client.get(f"{at}/2/document", **headers)
    told = json.loads(client.get(f"{at}/2/since/1", **headers).content)["differences"]

    assert text["Content-Type"].startswith("text/markdown")
    assert text.content.decode().startswith(f"# {project.name}: scoping dossier")
    assert [(one["where"], one["name"], one["after"]) for one in told] == [("Option 2", "title", "Trees")]
    assert client.get(f"{at}/2/since/7", **headers).status_code == 404
