"""Precedents that two persons rate blind, and the sealed ceiling."""

import json
import threading

import pytest
from django.db import connection, connections
from django.db.utils import IntegrityError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.errors import Conflict, DomainError, Invalid, NotAllowed
from core.models import Event
from projects import documents, operations, queries, scoping
from projects.models import Ceiling, DossierRevision, Membership, Precedent, Sheet
from projects.roles import Role
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import classify, make_token
from tests.projects.worked_example import ANOTHER_KIND, SAME_KIND

pytestmark = pytest.mark.django_db

GIVEN = {"title": "Churn early warning", "actual_effort": 14.0, "source": "Its closing report."}
LIMITS = {"money": 900_000.0, "skills": {"engineering": 30.0}, "run_cost": 300_000.0, "latency_ms": 80.0}


def begun(owner=None):
    """A dossier from the template, of which its owner costed an option."""
    project = make_project(owner=owner)
    operations.start_from_template(project=project, template="card_fraud", by=project.created_by, now=now())
    operations.revise_option(
        option=queries.option(project, 3), values={"estimate": 111.0}, by=project.created_by, now=now()
    )
    return project


def name_one(project, *, by=None, **values):
    return operations.add_precedent(project=project, values=GIVEN | values, by=by or project.created_by, now=now())


def rate(precedent, by, ratings=SAME_KIND, evidence=()):
    return operations.rate_precedent(precedent=precedent, ratings=ratings, evidence=dict(evidence), by=by, now=now())


def compare(project, precedent, number=2):
    operations.revise_option(
        option=queries.option(project, number), values={"precedent": precedent}, by=project.created_by, now=now()
    )


def seal(project, by, **values):
    return operations.seal_ceiling(project=project, values=LIMITS | values, by=by, now=now())


def facts(project):
    """What must not change when something is refused."""
    return (
        documents.content_of(project),
        list(Sheet.objects.filter(precedent__project=project).values()),
        DossierRevision.objects.filter(project=project).count(),
        Event.objects.filter(stream_id=project.pk).count(),
    )


def judged(project):
    return scoping.studio(documents.content_of(project)).verdict(2)


# --- precedents -----------------------------------------------------------------------------------------------------


def test_add_precedent_needs_what_it_really_took_and_where_that_stands():
    project = make_project()

    with pytest.raises(Invalid) as refusal:
        name_one(project, actual_effort=0.0, source=" ")

    assert [one.field for one in refusal.value.errors] == ["actual_effort", "source"]
    assert not Precedent.objects.exists()


@pytest.mark.parametrize("role", [Role.ENGINEER, Role.VALIDATOR, Role.VIEWER])
def test_add_precedent_without_the_role_refused(role):
    project = make_project()
    by = make_member(project, role)
    before = facts(project)

    with pytest.raises(NotAllowed):
        name_one(project, by=by)

    assert facts(project) == before


# --- two raters, blind ----------------------------------------------------------------------------------------------


def test_ratings_stay_hidden_and_count_for_nothing_until_both_are_in():
    project = begun()
    precedent = name_one(project)
    compare(project, precedent)
    rate(precedent, project.created_by, ANOTHER_KIND)

    (alone,) = documents.content_of(project)["precedents"]
    assert (alone["rated"], alone["team"], alone["ratings"]) == (1, None, None)
    assert judged(project).ratio is None
    assert Event.objects.filter(type="sheet.rated").last().data == {
        "precedent": 1,
        "is_second": False,
        "role": "owner",
    }

    rate(precedent, make_member(project, Role.VALIDATOR), SAME_KIND)

    (both,) = documents.content_of(project)["precedents"]
    assert (both["team"], both["second"]) == (ANOTHER_KIND, SAME_KIND)
    assert judged(project).ratio.central == pytest.approx(14 * scoping.factor(ANOTHER_KIND).central / 20)


def test_the_harder_of_the_two_counts_and_gives_the_trap():
    project = begun()
    precedent = name_one(project, actual_effort=6.0)
    operations.revise_option(
        option=queries.option(project, 2),
        values={"estimate": 8.0, "effort": [6, 8, 12]},
        by=project.created_by,
        now=now(),
    )
    compare(project, precedent)
    rate(precedent, project.created_by, SAME_KIND)
    assert rate(precedent, make_member(project, Role.VALIDATOR), ANOTHER_KIND).is_second

    verdict = judged(project)

    assert verdict.quadrant == "harder_than_it_looks"
    assert verdict.ratio.central == pytest.approx(2.90, abs=0.005)
    assert verdict.outcome.spike


def test_second_rater_costed_no_option():
    project = begun()
    precedent = name_one(project)
    scientist = make_member(project, Role.DATA_SCIENTIST)
    rate(precedent, scientist)
    before = facts(project)

    with pytest.raises(NotAllowed, match="You costed an option"):
        rate(precedent, project.created_by)

    assert facts(project) == before


@pytest.mark.parametrize("role", [Role.ENGINEER, Role.VIEWER])
def test_rating_without_the_role_refused(role):
    project = begun()
    precedent = name_one(project)
    by = make_member(project, role)
    before = facts(project)

    with pytest.raises(NotAllowed):
        rate(precedent, by)

    assert facts(project) == before


def test_a_third_rater_is_refused():
    project = begun()
    precedent = name_one(project)
    rate(precedent, project.created_by)
    rate(precedent, make_member(project, Role.VALIDATOR))

    with pytest.raises(NotAllowed, match="Both raters have rated"):
        rate(precedent, make_member(project, Role.DATA_SCIENTIST))


def test_lowering_a_rating_needs_evidence_and_raising_it_none():
    project = begun()
    precedent = name_one(project)
    rate(precedent, project.created_by, SAME_KIND | {"label": None})
    before = facts(project)

    with pytest.raises(Invalid) as refusal:
        rate(precedent, project.created_by, SAME_KIND | {"label": 1})
    assert [one.field for one in refusal.value.errors] == ["label"]
    assert facts(project) == before

    lowered = rate(precedent, project.created_by, SAME_KIND | {"label": 1}, {"label": "profile of transactions@12"})
    raised = rate(precedent, project.created_by, SAME_KIND | {"label": 3}, {"label": ""})
    assert (lowered.ratings["label"], raised.ratings["label"], raised.version) == (1, 3, 3)


@pytest.mark.parametrize(
    ("ratings", "evidence", "field"),
    [
        (SAME_KIND | {"label": 4}, {}, "label"),
        (SAME_KIND | {"label": "hard"}, {}, "label"),
        ({"label": 1}, {}, "base_rate"),
        (SAME_KIND | {"size": 1}, {}, "size"),
        (SAME_KIND, {"size": "a link"}, "size"),
        (SAME_KIND, {"label": "x" * 1001}, "label"),
    ],
)
def test_ratings_that_cannot_be_are_refused_by_field(ratings, evidence, field):
    project = begun()
    precedent = name_one(project)

    with pytest.raises(Invalid) as refusal:
        rate(precedent, project.created_by, ratings, evidence)

    assert [one.field for one in refusal.value.errors] == [field]
    assert not Sheet.objects.exists()


def test_the_database_refuses_one_person_as_both_raters():
    project = begun()
    sheet = rate(name_one(project), project.created_by)

    with pytest.raises(IntegrityError):
        Sheet.objects.create(
            precedent=sheet.precedent, rater=sheet.rater, is_second=True, ratings=SAME_KIND, rated_at=now()
        )


@pytest.mark.django_db(transaction=True)
def test_two_who_rate_second_at_once_are_one():
    project = begun()
    precedent = name_one(project)
    rate(precedent, project.created_by)
    racers = [make_member(project, Role.VALIDATOR) for _ in range(4)]
    start, outcomes = threading.Barrier(len(racers)), []

    def run(user):
        try:
            start.wait(10)
            rate(precedent, user)
            outcomes.append("rated")
        except DomainError as exc:
            outcomes.append(type(exc).__name__)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(user,)) for user in racers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(outcomes) == ["NotAllowed"] * 3 + ["rated"]
    assert Sheet.objects.filter(precedent=precedent).count() == 2


# --- the ceiling ----------------------------------------------------------------------------------------------------


def test_sealed_ceiling_is_told_nowhere_until_it_is_opened():
    project = make_project()
    sponsor = make_member(project, Role.PRODUCT_OWNER)
    seal(project, sponsor)

    content = documents.content_of(project)
    assert (content["ceiling"], content["is_sealed"]) == (None, True)
    kept = json.dumps(list(DossierRevision.objects.values_list("content", flat=True)))
    told = json.dumps(list(Event.objects.values_list("data", flat=True)))
    assert "900000" not in kept + told

    operations.add_option(
        project=project,
        values={"kind": "simple", "title": "Trees", "effort": [1, 2, 3]},
        by=project.created_by,
        now=now(),
    )
    opened = operations.open_ceiling(ceiling=queries.ceiling(project), by=sponsor, now=now())

    assert opened.is_blind
    assert documents.content_of(project)["ceiling"]["money"] == 900_000


def test_opened_ceiling_gives_each_resource_its_probability():
    project = begun()
    sponsor = make_member(project, Role.PRODUCT_OWNER)
    assert judged(project).money.resources == ()
    ceiling = seal(project, sponsor)
    assert judged(project).money.resources == ()

    operations.open_ceiling(ceiling=ceiling, by=sponsor, now=now())

    found = {one.name: one.probability for one in judged(project).money.resources}
    assert found == {
        "money": pytest.approx(0.94, abs=0.01),
        "engineering": pytest.approx(0.92, abs=0.01),
        "run cost": 1.0,
        "latency": 1.0,
    }


def test_ceiling_beside_the_figures_of_a_template_is_blind():
    """They are examples: nobody has costed anything yet."""
    project = make_project()
    operations.start_from_template(project=project, template="card_fraud", by=project.created_by, now=now())

    assert seal(project, project.created_by).is_blind


def test_ceiling_after_the_costs_is_kept_as_not_blind():
    project = begun()

    assert not seal(project, make_member(project, Role.PRODUCT_OWNER)).is_blind


def test_ceiling_by_who_costed_an_option_refused():
    project = begun()
    before = facts(project)

    with pytest.raises(NotAllowed, match="You costed an option"):
        seal(project, project.created_by)

    assert facts(project) == before


@pytest.mark.parametrize("role", [Role.DATA_SCIENTIST, Role.VALIDATOR, Role.VIEWER])
def test_ceiling_without_the_role_refused(role):
    project = make_project()

    with pytest.raises(NotAllowed):
        seal(project, make_member(project, role))

    assert not Ceiling.objects.exists()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"money": -1}, "money"),
        ({"skills": {"engineering": float("nan")}}, "skills"),
        ({"skills": {str(number): 1 for number in range(13)}}, "skills"),
        ({"colour": 1}, "colour"),
        (dict.fromkeys(LIMITS) | {"skills": {}}, "money"),
    ],
)
def test_ceiling_that_cannot_be_is_refused_by_field(values, field):
    project = make_project()

    with pytest.raises(Invalid) as refusal:
        seal(project, project.created_by, **values)

    assert [one.field for one in refusal.value.errors] == [field]
    assert not Ceiling.objects.exists()


def test_open_ceiling_only_by_who_sealed_it_and_never_before_the_costs():
    project = make_project()
    ceiling = seal(project, project.created_by)

    with pytest.raises(NotAllowed, match="Only whoever sealed"):
        operations.open_ceiling(ceiling=ceiling, by=make_member(project, Role.PRODUCT_OWNER), now=now())
    with pytest.raises(Conflict, match="No option is costed"):
        operations.open_ceiling(ceiling=ceiling, by=project.created_by, now=now())

    assert queries.ceiling(project).opened_at is None


def test_opened_ceiling_is_neither_opened_nor_sealed_again():
    project = begun()
    sponsor = make_member(project, Role.PRODUCT_OWNER)
    ceiling = operations.open_ceiling(ceiling=seal(project, sponsor), by=sponsor, now=now())
    before = facts(project)

    with pytest.raises(Conflict, match="fit it to the options"):
        seal(project, sponsor, money=1e9)
    with pytest.raises(Conflict, match="open already"):
        operations.open_ceiling(ceiling=ceiling, by=sponsor, now=now())

    assert facts(project) == before


def test_where_there_is_a_sponsor_nobody_else_seals_replaces_or_opens():
    project = begun()
    sponsor, product = make_member(project, Role.SPONSOR), make_member(project, Role.PRODUCT_OWNER)
    ceiling = seal(project, sponsor)
    before = facts(project)

    with pytest.raises(NotAllowed, match=f"{sponsor} seals it and opens it"):
        seal(project, product, money=99e6)
    with pytest.raises(NotAllowed, match=f"{sponsor} seals it and opens it"):
        operations.open_ceiling(ceiling=ceiling, by=product, now=now())

    assert facts(project) == before
    assert seal(project, sponsor, money=8e5).money == 8e5
    assert operations.open_ceiling(ceiling=ceiling, by=sponsor, now=now()).opened_at


def test_another_persons_seal_is_replaced_by_a_sponsor_alone():
    project = make_project()
    product = make_member(project, Role.PRODUCT_OWNER)
    seal(project, project.created_by)
    before = facts(project)

    with pytest.raises(NotAllowed, match="nobody replaces another person's seal"):
        seal(project, product, money=99e6)
    assert facts(project) == before

    sponsor = make_member(project, Role.SPONSOR)
    assert seal(project, sponsor, money=8e5).sealed_by == sponsor


def test_a_sponsors_seal_outlives_their_seat():
    project = make_project()
    sponsor = make_member(project, Role.SPONSOR)
    seal(project, sponsor)
    operations.remove_member(membership=Membership.objects.get(user=sponsor), by=project.created_by)

    with pytest.raises(NotAllowed, match="nobody replaces another person's seal"):
        seal(project, project.created_by, money=99e6)

    assert queries.ceiling(project).money == 900_000


@pytest.mark.parametrize("role", [Role.VALIDATOR, Role.RISK])
def test_at_tier_three_the_second_rater_stands_outside_the_team(role):
    project = begun()
    classify(project, exposure=3)
    precedent = name_one(project)
    product = make_member(project, Role.PRODUCT_OWNER)
    rate(precedent, make_member(project, Role.DATA_SCIENTIST))
    before = facts(project)

    with pytest.raises(NotAllowed, match="At tier 3 and above the second rater stands outside the team"):
        rate(precedent, product)

    assert facts(project) == before
    assert rate(precedent, make_member(project, role)).is_second


def test_below_tier_three_another_of_the_team_rates_second():
    project = begun()
    classify(project, exposure=2)
    precedent = name_one(project)
    rate(precedent, make_member(project, Role.DATA_SCIENTIST))

    assert rate(precedent, make_member(project, Role.PRODUCT_OWNER)).is_second


# --- pages and REST -------------------------------------------------------------------------------------------------


def page(project, section):
    return reverse("projects:studio", args=[project.key]) + f"?section={section}"


def sheet_data(ratings=SAME_KIND):
    return {key: "unknown" if value is None else value for key, value in ratings.items()}


def test_pages_of_precedents_and_ceiling_open_for_members_and_no_stranger(client):
    project = begun()
    name_one(project)
    for section in ("precedents", "ceiling"):
        statuses = []
        for user in (project.created_by, make_member(project, Role.VIEWER), make_user()):
            client.force_login(user)
            statuses.append(client.get(page(project, section)).status_code)
        assert statuses == [200, 200, 404]


def test_page_rates_blind_and_then_shows_both(client):
    project = begun()
    client.force_login(project.created_by)
    at = reverse("projects:precedent-add", args=[project.key])
    assert client.post(at, GIVEN).status_code == 302
    url = reverse("projects:precedent-rate", args=[project.key, 1])
    assert client.post(url, sheet_data(ANOTHER_KIND)).status_code == 302

    client.force_login(make_member(project, Role.VALIDATOR))
    blind = client.get(page(project, "precedents")).content.decode()
    assert "1 of 2 rated" in blind
    assert "Second rater" not in blind
    client.post(url, sheet_data())

    body = client.get(page(project, "precedents")).content.decode()
    assert "Second rater" in body
    assert "the raters differ by 2 or more" in body


def test_page_shows_what_is_wrong_with_a_sheet_and_a_precedent(client):
    project = begun()
    precedent = name_one(project)
    rate(precedent, project.created_by, ANOTHER_KIND)
    client.force_login(project.created_by)

    lowered = client.post(reverse("projects:precedent-rate", args=[project.key, 1]), sheet_data())
    unnamed = client.post(reverse("projects:precedent-add", args=[project.key]), GIVEN | {"source": ""})

    assert (lowered.status_code, unnamed.status_code) == (422, 422)
    assert "Lowering a rating needs evidence" in lowered.content.decode()


def test_page_seals_and_opens_the_ceiling(client):
    project = begun()
    client.force_login(make_member(project, Role.PRODUCT_OWNER))

    data = {"money": "900000", "skills": "engineering: 30"}
    client.post(reverse("projects:ceiling-seal", args=[project.key]), data)
    sealed = client.get(page(project, "ceiling")).content.decode()
    assert "Open the envelope" in sealed
    assert "900" not in sealed
    assert "it was not blind" in sealed
    client.post(reverse("projects:ceiling-open", args=[project.key]))

    assert "Months of engineering" in client.get(page(project, "ceiling")).content.decode()


def test_pages_say_whose_the_ceiling_and_the_second_sheet_are(client):
    project = begun()
    classify(project, exposure=3)
    sponsor = make_member(project, Role.SPONSOR)
    rate(name_one(project), make_member(project, Role.DATA_SCIENTIST))
    client.force_login(make_member(project, Role.PRODUCT_OWNER))

    ceiling = client.get(page(project, "ceiling")).content.decode()
    precedents = client.get(page(project, "precedents")).content.decode()

    assert f"The ceiling is the sponsor&#x27;s: {sponsor} seals it and opens it." in ceiling
    assert "At tier 3 and above the second rater stands outside the team" in precedents


def test_page_costs_the_same_for_three_precedents(client, django_assert_num_queries):
    project = begun()
    validator = make_member(project, Role.VALIDATOR)
    for by in (project.created_by, validator):
        rate(name_one(project) if by == project.created_by else queries.precedent(project, 1), by)
    client.force_login(project.created_by)
    with CaptureQueriesContext(connection) as one:
        client.get(page(project, "precedents"))
    for _ in range(2):
        more = name_one(project)
        rate(more, project.created_by)
        rate(more, validator)

    with django_assert_num_queries(len(one)):
        client.get(page(project, "precedents"))


def test_rest_precedents_sheets_and_ceiling(client):
    project = begun()
    validator = make_member(project, Role.VALIDATOR)
    sponsor = make_member(project, Role.PRODUCT_OWNER)

    def call(user, method, path, body=None):
        return getattr(client, method)(
            f"/api/v1/projects/{project.key}/dossier{path}",
            data=json.dumps(body) if body is not None else None,
            content_type="application/json",
            headers={"Authorization": f"Bearer {make_token(user)}"},
        )

    owner = project.created_by
    assert call(owner, "post", "/precedents", GIVEN).status_code == 201
    assert call(owner, "put", "/precedents/1/sheet", {"ratings": ANOTHER_KIND}).json()["team"] is None
    assert call(validator, "put", "/precedents/1/sheet", {"ratings": SAME_KIND}).json()["team"] == ANOTHER_KIND
    assert call(owner, "patch", "/options/2", {"precedent": 1}).json()["precedent"] == 1
    assert call(owner, "patch", "/options/2", {"precedent": 9}).status_code == 404
    (first, _) = call(owner, "get", "/judgement").json()["verdicts"]
    assert first["optimism"]["central"] > 1.5
    assert len(call(owner, "get", "/precedents").json()["results"]) == 1

    assert call(owner, "get", "/ceiling").status_code == 404
    assert call(sponsor, "put", "/ceiling", LIMITS).json()["figures"] is None
    assert call(owner, "post", "/ceiling/open").status_code == 403
    assert call(sponsor, "post", "/ceiling/open").json()["figures"]["money"] == 900_000
