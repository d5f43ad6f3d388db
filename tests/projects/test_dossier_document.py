"""The dossier as a document, and compared with an earlier revision."""

import json

import pytest
from django.urls import reverse

from core.errors import Invalid
from projects import documents, dossier_document, operations, queries
from projects.models import Dossier, DossierRevision
from tests.factories import make_project, make_user, now
from tests.projects.factories import classify, make_scope, make_token

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


def test_the_promise_and_the_class_are_part_of_a_revision():
    project = begun()
    make_scope(project, decision="A card is blocked at once.", minimal_useful=0.5)
    classify(project, exposure=3)

    said = dict(dossier_document.sections(content(project, 3))[0].facts)
    found = dossier_document.differences(content(project, 1), content(project, 3))

    assert said["Decision"] == "A card is blocked at once."
    assert (said["Minimal useful"], said["Better"]) == ("0.5", "Higher is better")
    assert (said["Class"], said["Tier"]) == ("Minimal", "T3")
    changed = {one.name: (one.before, one.after) for one in found if one.where == "The promise"}
    assert changed["decision"] == ("", "A card is blocked at once.")
    assert changed["minimal useful"] == (None, 0.5)
    assert (changed["class"], changed["tier"]) == ((None, "minimal"), (None, 3))
    assert {one.where for one in found} == {"The promise"}


def test_a_promise_makes_a_revision_only_where_a_dossier_is_begun_and_it_changed():
    plain, project = make_project(), begun()
    make_scope(plain)
    classify(plain)
    assert not queries.dossier_revisions(plain).exists()
    assert queries.dossier_of(plain).version == 0

    classify(project)
    classify(project)
    operations.revise_scope(project=project, values={}, by=project.created_by, now=now())

    assert list(queries.dossier_revisions(project).order_by("number").values_list("number", flat=True)) == [1, 2]


def test_a_promise_that_is_refused_leaves_no_revision():
    project = begun()

    with pytest.raises(Invalid):
        make_scope(project, benefit_low=9, benefit_high=1)

    assert queries.dossier_of(project).version == 1


def test_revision_from_before_the_promise_was_part_of_it_is_shown_as_it_is(client):
    project = begun()
    old = documents.content_of(project)
    del old["promise"]
    DossierRevision.objects.create(
        project=project, number=7, content=old, digest=documents.digest_of(old), revised_at=now()
    )
    Dossier.objects.filter(project=project).update(version=7)
    make_scope(project, decision="A card is blocked at once.")
    client.force_login(project.created_by)
    at = reverse("projects:studio-document", args=[project.key])

    before = client.get(f"{at}?revision=7").content.decode()
    after = client.get(f"{at}?revision=8&since=7").content.decode()
    file = client.get(f"{reverse('projects:studio-markdown', args=[project.key])}?revision=8").content.decode()

    assert "What is promised" not in before
    assert "What is promised" in after
    assert "A card is blocked at once." in file
    assert dossier_document.differences(old, content(project, 8)) == []


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
