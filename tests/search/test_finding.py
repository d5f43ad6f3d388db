"""What is found, by whom, and for how many queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core import search
from core.errors import Invalid
from core.models import TitleWord
from core.roles import Scope
from core.search import finding, words
from experiments.models import Run
from models_registry.models import Deployment, ModelVersion, RegisteredModel, Review
from monitoring.models import Alert, DriftWindow, Monitor
from projects import operations
from projects.models import PolicyVersion, Project, WorkItem
from projects.roles import Role
from tests.experiments.factories import make_dataset_version, make_experiment, make_run
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import make_item, make_risk, make_sprint, make_token

pytestmark = pytest.mark.django_db

WORD = "zebra"


def make_all(word=WORD, owner=None, key=None):
    """A project with one of every kind, each called by the word."""
    project = make_project(name=f"The {word} project", owner=owner, key=key)
    by, moment = project.created_by, now()
    make_item(project, title=f"Feed the {word}")
    make_sprint(project, goal=f"A {word} at last")
    make_risk(project, title=f"The {word} runs away")
    operations.open_finding(
        project=project,
        title=f"No {word} was found",
        about_type="project",
        about_id=project.key,
        severity="low",
        by=by,
        now=moment,
    )
    make_dataset_version(project, name=f"{word}-data")
    run = make_run(experiment=make_experiment(project, name=f"{word} trials"), name=f"{word}-run")
    model = RegisteredModel.objects.create(project=project, name=f"{word}-model", created_at=moment, updated_at=moment)
    version = ModelVersion.objects.create(
        project=project, model=model, number=1, run=run, digest="0" * 64, created_at=moment, updated_at=moment
    )
    deployment = Deployment.objects.create(
        project=project, name=f"{word}-live", model=model, live_version=version, deployed_at=moment, created_at=moment
    )
    monitor = Monitor.objects.create(project=project, deployment=deployment, watermark=moment, created_at=moment)
    window = DriftWindow.objects.create(
        project=project,
        monitor=monitor,
        model_version=version,
        started_at=moment,
        ended_at=moment,
        rows=0,
        state="stable",
    )
    Alert.objects.create(
        project=project,
        monitor=monitor,
        kind="drift",
        summary=f"The {word} drifts",
        drifting_since=moment,
        window=window,
        opened_at=moment,
    )
    Review.objects.create(
        project=project, number=1, model_version=version, revision=1, digest="0" * 64, requested_at=moment
    )
    person = make_member(project, Role.VIEWER)
    person.name = f"A {word} keeper"
    person.save(update_fields=["name"])
    return project


KINDS = {
    "project", "item", "sprint", "risk", "finding", "dataset", "experiment", "run", "model", "version", "deployment",
    "review", "person", "alert",
}  # fmt: skip


def kinds_of(found):
    return {search.main_kind(hit.kind) for hit in found.hits}


def test_every_kind_is_found_by_whoever_is_in_the_project_and_leads_to_its_page(client):
    project = make_all()
    viewer = make_member(project, Role.VIEWER)
    client.force_login(viewer)

    found = search.find(viewer, WORD)

    assert kinds_of(found) == KINDS
    # The version was never made of files: its page says so.
    assert {client.get(hit.url.partition("#")[0]).status_code for hit in found.hits} <= {200, 422}


@pytest.mark.parametrize(
    ("text", "kind", "ref"),
    [("sprint 1", "sprint", "1"), ("Risk R1", "risk", "1"), ("item #1", "item", "1"), ("alert drifts", "alert", None)],
)
def test_a_kind_that_is_named_is_not_looked_for_in_titles(text, kind, ref):
    project = make_all()
    found = search.find(project.created_by, text, near=project.key)

    assert found.hits[0].kind == kind
    assert found.hits[0].ref == ref or ref is None
    assert search.find(make_user(), text).hits == []


def test_a_number_after_its_kind_is_found_before_titles_that_begin_with_it():
    project = make_project()
    for title in ("The first", "The second", *(f"2{n} items to look at" for n in range(60))):
        make_item(project, title=title)

    assert search.find(project.created_by, "item 2", near=project.key).hits[0].title == "The second"


@pytest.mark.parametrize("text", [WORD, "zebr", "zbera", "ze", "", "runs away", "1", "sprint 1"])
def test_a_stranger_finds_nothing_of_it_whatever_is_asked(text):
    make_all()
    stranger = make_project().created_by

    found = search.find(stranger, text)

    assert [hit for hit in found.hits if WORD in hit.title] == []


def test_a_key_of_a_strange_project_is_only_a_word():
    make_all(key="ZBR")
    stranger = make_project().created_by

    assert search.find(stranger, f"ZBR {WORD}", near="ZBR").hits == []


def test_a_person_is_found_only_by_whoever_shares_a_project():
    person = make_user(name="A zebra keeper")

    assert search.find(make_user(), WORD).hits == []
    assert search.find(person, WORD).hits == []


def test_a_person_of_several_projects_is_found_once():
    owner = make_user(name="A zebra keeper")
    for key in ("AAA", "BBB", "CCC"):
        make_project(owner=owner, key=key)

    for text, near in ((WORD, "AAA"), (f"AAA BBB {WORD}", ""), (WORD, "")):
        assert [hit.ref for hit in search.find(owner, text, near=near).hits] == [owner.username], text


def test_policies_are_found_by_everybody():
    assert PolicyVersion.objects.exists()

    found = search.find(make_user(), PolicyVersion.objects.first().name)

    assert kinds_of(found) == {"policy"}


def test_documents_of_every_project_are_found_by_their_titles():
    project = make_project(key="DOC")

    found = search.find(project.created_by, "doc model card")

    assert [(hit.title, hit.url) for hit in found.hits] == [("Model card", "/p/DOC/documents/model_card/")]


def test_an_administrator_finds_all():
    make_all()

    assert kinds_of(search.find(make_user(is_admin=True), WORD)) == KINDS


def test_a_deleted_run_is_not_found():
    run = make_run(name="zebra")
    Run.objects.update(lifecycle="deleted")

    assert search.find(run.project.created_by, WORD).hits == []


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("gravity", "Weigh the gravity of it"),
        ("GRAV", "Weigh the gravity of it"),
        ("ravit", "Weigh the gravity of it"),
        ("of weigh", "Weigh the gravity of it"),
        ("we", "Weigh the gravity of it"),
        ("graviti", "Weigh the gravity of it"),
        ("spectrosc", "Weigh the gravity of it"),
        ("100%", "100% of_it"),
        ("f_i", "100% of_it"),
        ("#2", "100% of_it"),
        ("itm-2", "100% of_it"),
        ("w%h", None),
        ("it's \\", None),
        ("' & |!():*", None),
        ("'", None),
        ("\\ ''", None),
    ],
)
def test_words_are_found_by_parts_texts_numbers_and_likeness(text, title):
    project = make_project(key="ITM")
    make_item(project, title="Weigh the gravity of it", description="By the spectroscope.")
    make_item(project, title="100% of_it")
    words.gather()

    found = search.find(project.created_by, text, kinds=["item"])

    assert [hit.title for hit in found.hits] == ([title] if title else [])


@pytest.mark.parametrize("is_admin", [True, False])
def test_what_is_named_exactly_comes_first_then_beginnings_then_the_project_that_one_is_in(is_admin):
    here = make_project(key="HERE", owner=make_user(is_admin=is_admin))
    there = make_project(key="THERE", owner=here.created_by)
    for project, title in [
        (here, "A drift"),
        (there, "Undrifted"),
        (there, "Drift"),
        (there, "A drift"),
        (here, "Drift in data"),
    ]:
        make_item(project, title=title)

    found = search.find(here.created_by, "drift", kinds=["item"], near="HERE")

    assert [(hit.title, hit.project) for hit in found.hits] == [
        ("Drift", "THERE"),
        ("Drift in data", "HERE"),
        ("A drift", "HERE"),
        ("A drift", "THERE"),
        ("Undrifted", "THERE"),
    ]


@pytest.mark.parametrize("is_admin", [True, False])
def test_however_much_is_newer_elsewhere_what_is_near_comes_first(is_admin):
    here = make_project(key="HERE", owner=make_user(is_admin=is_admin))
    there = make_project(key="THERE", owner=here.created_by)
    for project, count in [(here, 2), (there, finding.CANDIDATES + 1)]:
        for number in range(count):
            make_item(project, title=f"Drift {number}")

    found = search.find(here.created_by, "drift", kinds=["item"], near="HERE")

    assert [(hit.project, hit.ref) for hit in found.hits[:3]] == [("HERE", "2"), ("HERE", "1"), ("THERE", "51")]
    assert len(set(found.hits)) == len(found.hits) == finding.EACH


def test_a_mistyped_word_is_guessed_once_it_was_gathered_and_forgotten_with_its_last_title():
    item = make_item(make_project(), title="Learning curves, one to seven")
    by = item.project.created_by
    assert search.find(by, "lerning curves").hits == []

    assert words.gather() > 0
    assert words.gather() == 0
    assert search.find(by, "lerning 0ne curvs").hits == []
    found = search.find(by, "lerning one curvs")
    assert ([hit.title for hit in found.hits], found.is_guess) == ([item.title], True)

    WorkItem.objects.update(title="Seven")
    words.gather()
    assert not TitleWord.objects.filter(word="LEARNING").exists()
    assert search.find(by, "lerning").hits == []


def test_what_one_may_not_see_is_not_guessed():
    make_item(make_project(), title="Learning curves")
    words.gather()

    assert search.find(make_user(), "lerning").hits == []


def test_without_a_word_the_newest_is_shown():
    project = make_all()

    (group,) = search.find(project.created_by, "").groups

    assert group.label == "Recent"
    assert 5 < len(group.hits) <= 10


def test_it_costs_the_same_for_one_project_and_for_three():
    owner = make_user()
    costs = []
    for _ in range(3):
        make_all(owner=owner)
        with CaptureQueriesContext(connection) as queries:
            words.gather()
            search.find(owner, f"{WORD} nowhere")
            search.find(owner, "zebre nowhere")
            search.find(owner, WORD)
            search.find(owner, "")
        costs.append(len(queries))

    assert costs == [14, 14, 14]


@pytest.mark.parametrize(("text", "said"), [("x" * 201, "200 letters: got 201"), ("a " * 9, "8 words: got 9")])
def test_too_much_is_refused_with_its_limit(text, said, client):
    user = make_user()
    with pytest.raises(Invalid, match=said):
        search.find(user, text)

    client.force_login(user)
    assert client.get("/search/", {"q": text}).status_code == 422
    assert client.get("/api/v1/search", {"q": text}).json()["errors"][0]["field"] == "q"


def test_the_api_answers_what_the_page_shows(client):
    project = make_all(key="ZOO")
    client.force_login(project.created_by)

    (hit,) = client.get("/api/v1/search", {"q": WORD, "kind": "risk"}).json()["results"]

    assert hit | {"at": ""} == {
        "kind": "risk", "id": "1", "title": "The zebra runs away", "note": "R1 Open", "project": "ZOO",
        "at": "", "url": "/p/ZOO/risks/1/",
    }  # fmt: skip


@pytest.mark.parametrize("wrong", [{"kind": "unicorn"}, {"limit": "51"}, {"limit": "x"}, {"order": "name"}])
def test_the_api_names_what_it_does_not_know(client, wrong):
    client.force_login(make_user())

    answer = client.get("/api/v1/search", wrong)

    assert answer.status_code in (400, 422)
    assert next(iter(wrong)) in answer.content.decode()


def test_a_token_of_one_project_finds_nothing_outside_it(client):
    owner = make_user()
    make_all(owner=owner, key="AAA")
    make_all(owner=owner, key="BBB")
    token = make_token(owner, Scope.READ, project=Project.objects.get(key="AAA"))

    for text in (WORD, f"BBB {WORD}", "", "BBB", f"AAA BBB {WORD}", "AAA BBB", "AAA BBB-1"):
        answer = client.get("/api/v1/search", {"q": text}, HTTP_AUTHORIZATION=f"Bearer {token}").json()
        assert {hit["project"] for hit in answer["results"]} <= {"AAA"}, text


def test_a_token_of_one_project_names_no_other_where_a_person_is(client):
    owner = make_user(name="A zebra keeper")
    make_project(owner=owner, key="AAA")
    token = make_token(owner, Scope.READ, project=make_project(owner=owner, key="BBB"))

    answer = client.get("/api/v1/search", {"q": WORD}, HTTP_AUTHORIZATION=f"Bearer {token}").json()

    assert [(hit["kind"], hit["project"]) for hit in answer["results"]] == [("person", "BBB")]


def test_the_letters_that_were_looked_for_are_marked_and_nothing_else_is_markup():
    assert (
        search.marked("A <b> Zebra & zebu", ["zeb", "<b"])
        == "A <mark>&lt;b</mark>&gt; <mark>Zeb</mark>ra &amp; <mark>zeb</mark>u"
    )
