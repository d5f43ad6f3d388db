"""Documents of real records: what is filled, what is a gap, and who sees them."""

import io
import json
import zipfile

import pytest
import yaml
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import NotFound
from documents import assembly, cards, files
from documents.evidence import EVIDENCE
from experiments import operations as experiments
from projects import operations as projects
from projects import tiers
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.models_registry.factories import (
    make_approved,
    make_deployment,
    make_logged_version,
    make_scoped_project,
    make_version,
)

pytestmark = pytest.mark.django_db


def assembled(project, kind, wanted=""):
    mapping = assembly.mapping_named(kind)
    return assembly.assembled(mapping, assembly.subject_of(project, mapping, wanted), now=now())


def paragraph(made, number):
    return next(one for one in made.paragraphs if one.number == number)


def said(one):
    return json.dumps([str(block) for block in one.blocks])


def add_risk(project, **given):
    owner = project.created_by
    rated = {"title": "Labels late", "phase": "data", "likelihood": 3, "impact": 3}
    return projects.add_risk(project=project, by=owner, now=now(), **rated | given)


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def test_every_mapping_is_good_and_every_evidence_is_asked_for():
    asked = {each for kind in assembly.mappings().values() for one in kind.paragraphs for each in one.evidence}

    assert set(assembly.mappings()) == {"annex4", "dpia", "gate_decision", "model_card", "validation"}
    assert asked == set(EVIDENCE)


@pytest.mark.parametrize("kind", ["annex4", "dpia", "gate_decision", "model_card", "validation"])
def test_empty_project_is_all_gaps_with_who_answers(kind):
    project = make_project(name="Empty")
    made = assembled(project, kind)

    of_the_team = {"Who is in the team", "Human oversight"}  # its owner is there, and may do everything
    assert {one.title for one in made.paragraphs if one.state == "filled"} <= of_the_team
    assert all(one.responsible for one in made.paragraphs)


def test_annex4_of_an_approved_version_is_filled_from_the_records():
    deployment = make_deployment(make_scoped_project())
    project, version = deployment.project, deployment.live_version
    projects.add_risk(
        project=project, title="Labels late", phase="data", likelihood=3, impact=3, by=project.created_by, now=now()
    )

    made = assembled(project, "annex4")

    assert made.subject == str(version)
    assert version.digest[:12] in made.revision
    assert version.digest in said(paragraph(made, "1(a)"))
    assert "a classification" in paragraph(made, "1(a)").missing
    assert "predict" in said(paragraph(made, "1(b)"))
    assert paragraph(made, "2(d)").state == "partly"
    assert "transactions" in said(paragraph(made, "2(d)"))
    tested = paragraph(made, "2(g)")
    assert "approve" in said(tested).lower()
    assert tested.missing == ["metrics by group (logged as metric/group)"]
    assert paragraph(made, "5").missing == ["an owner of R1", "a treatment of R1"]
    assert [one.number for one in made.paragraphs if one.state == "gap"] == [
        "1(e)",
        "1(f)",
        "1(g)",
        "1(h)",
        "2(f)",
        "7",
        "8",
        "9",
    ]


def test_no_paragraph_of_annex_four_is_left_out():
    numbers = [one.number for one in assembly.mapping_named("annex4").paragraphs]

    lettered = [f"{section}({letter})" for section in (1, 2) for letter in "abcdefgh"]
    assert numbers == [*lettered, *map(str, range(3, 10))]


def test_a_gap_closes_when_the_record_comes():
    project = make_scoped_project()
    before = paragraph(assembled(project, "gate_decision"), "6")
    owner = project.created_by
    add_risk(project, cause="Disputes", consequence="Stale", owner=owner, treatment="Wait")

    assert (before.state, before.missing) == ("gap", ["risks in the register"])
    assert paragraph(assembled(project, "gate_decision"), "6").state == "filled"


def test_a_classification_is_among_the_changes():
    project = make_project()
    plain = {question.key: "no" for question in tiers.classifying_regime().questions}
    projects.classify_project(
        project=project, answers=plain, exposure=1, automation=1, note="Advice only.", by=project.created_by, now=now()
    )

    assert "project.classified" in said(paragraph(assembled(project, "annex4"), "6"))


def test_people_of_the_responsible_role_are_named():
    project = make_project()
    validator = make_member(project, Role.VALIDATOR)
    made = assembled(project, "validation")

    assert paragraph(made, "10").people == [str(validator)]
    assert paragraph(made, "3").people == []


def test_document_is_about_what_serves_unless_another_is_asked_for():
    deployment = make_deployment(make_scoped_project())
    project, live = deployment.project, deployment.live_version
    newer = make_version(project)

    assert assembled(project, "model_card").subject == str(live)
    assert assembled(project, "model_card", newer.public_id).subject == str(newer)
    for wanted in ("nothing/1", f"{live.model.name}/99", live.model.name, "x/²", "x/" + "9" * 30):
        with pytest.raises(NotFound):
            assembled(project, "model_card", wanted)


def test_version_of_another_project_is_not_found():
    other = make_approved(make_scoped_project())

    with pytest.raises(NotFound):
        assembled(make_project(), "model_card", other.public_id)


def test_card_for_hugging_face_holds_a_model_index():
    version = make_approved(make_scoped_project())
    text = cards.hugging_face(assembled(version.project, "model_card"), version)
    front = yaml.safe_load(text.split("---\n")[1])

    [entry] = front["model-index"]
    names = {one["name"] for one in entry["results"][0]["metrics"]}
    assert entry["name"] == str(version)
    assert "average_precision" in names
    assert all(isinstance(one["value"], float) for one in entry["results"][0]["metrics"])
    assert text.split("---\n", 2)[2].lstrip().startswith("# Model card")


def test_card_for_cyclonedx_names_digest_data_and_metrics():
    version = make_approved(make_scoped_project())
    made = cards.cyclonedx(version, now=now())
    component = made["metadata"]["component"]

    assert (made["bomFormat"], made["specVersion"]) == ("CycloneDX", "1.6")
    assert component["type"] == "machine-learning-model"
    assert component["hashes"] == [{"alg": "SHA-256", "content": version.digest}]
    assert component["modelCard"]["modelParameters"]["datasets"]
    assert {"type", "value"} <= set(component["modelCard"]["quantitativeAnalysis"]["performanceMetrics"][0])
    assert made["serialNumber"] == cards.cyclonedx(version, now=now())["serialNumber"]


@pytest.mark.parametrize("kind", ["annex4", "model_card"])
@pytest.mark.parametrize("form", [one.key for one in files.FORMS])
def test_each_form_is_a_file(kind, form):
    version = make_approved(make_scoped_project())
    mapping = assembly.mapping_named(kind)
    subject = assembly.subject_of(version.project, mapping)
    if form not in {one.key for one in files.forms_of(mapping, subject)}:
        with pytest.raises(NotFound, match="choose of pdf, docx, md, json, zip"):
            files.made(mapping, subject, form, now=now())
        return

    made = files.made(mapping, subject, form, now=now())

    assert made.content
    assert made.name.startswith(f"{version.project.key}-")
    if form == "zip":
        names = zipfile.ZipFile(io.BytesIO(made.content)).namelist()
        assert ("card/model.cdx.json" in names) == (kind == "model_card")


def test_pages_and_rest_say_the_same_and_are_for_the_team_alone():
    version = make_approved(make_scoped_project())
    project = version.project
    viewer, stranger = client_of(make_member(project, Role.VIEWER)), client_of(make_user())
    pages = [
        f"/p/{project.key}/documents/",
        f"/p/{project.key}/documents/annex4/",
        f"/p/{project.key}/documents/annex4/zip",
        f"/p/{project.key}/documents/annex4/docx",
    ]
    base = f"/api/v1/projects/{project.key}/documents"

    for address in (*pages, base, f"{base}/annex4", f"{base}/annex4/file/pdf", f"{base}/annex4/file/docx"):
        assert viewer.get(address).status_code == 200, address
        assert stranger.get(address).status_code == 404, address
    listed = viewer.get(base).json()["results"]
    told = viewer.get(f"{base}/annex4?version={version.public_id}").json()
    page = viewer.get(pages[1]).content.decode()
    assert [one["kind"] for one in listed] == list(assembly.mappings())
    assert "hf" in next(one for one in listed if one["kind"] == "model_card")["forms"]
    assert [one["number"] for one in told["paragraphs"]][:2] == ["1(a)", "1(b)"]
    assert all(one["title"] in page for one in told["paragraphs"] if "&" not in one["title"])
    assert viewer.get(f"{base}/nothing").status_code == 404
    assert viewer.get(f"{base}/annex4/file/odt").status_code == 404
    assert viewer.get(f"/p/{project.key}/documents/annex4/?version=x").status_code == 404


def test_three_risks_cost_the_queries_of_one():
    project = make_scoped_project()
    client, counts = client_of(project.created_by), []
    for number in (1, 2):
        for _ in range(number):
            projects.add_risk(
                project=project, title="R", phase="data", likelihood=3, impact=3, by=project.created_by, now=now()
            )
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert client.get(f"/p/{project.key}/documents/annex4/").status_code == 200
        counts.append(len(found))

    assert counts[0] == counts[1]


def test_version_whose_files_were_deleted_is_a_gap_and_hides_no_document(client):
    version = make_logged_version(make_project(), {"model.bin": b"one"})
    project = version.project
    experiments.delete_artifact(
        project=project, root=version.source_root, path="model.bin", by=project.created_by, now=now()
    )
    client.force_login(project.created_by)

    assert client.get(reverse("documents:documents", args=[project.key])).status_code == 200
    page = client.get(reverse("documents:document", args=[project.key, "annex4"]))
    assert (page.status_code, "its files" in page.content.decode()) == (200, True)
