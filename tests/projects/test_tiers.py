"""The tier: its rule, the regimes it rests on, and its history."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.urls import NoReverseMatch, reverse
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Conflict, Invalid, NotAllowed, NotFound, PreconditionFailed
from core.models import Event
from core.roles import Scope
from projects import operations, policies, queries, regimes, tiers
from projects.enums import Stage
from projects.models import Classification, Project
from projects.roles import Role
from projects.tiering import tier_for
from tests.factories import make_member, make_project, make_user, now
from tests.projects.factories import classify, eu_answers, make_ready_for_scope_gate
from tests.projects.test_api import Api

CLASSES = ["minimal", "transparency", "high"]


@given(st.sampled_from(CLASSES), st.integers(1, 4), st.integers(1, 4), st.booleans())
def test_tier_is_the_maximum_and_complexity_never_lowers(regime_class, exposure, automation, is_complex):
    plain = tier_for(regime_class=regime_class, exposure=exposure, automation=automation, is_complex=False)
    found = tier_for(regime_class=regime_class, exposure=exposure, automation=automation, is_complex=is_complex)

    assert plain == max(exposure, automation, {"minimal": 1, "transparency": 2, "high": 4}[regime_class])
    assert found == (min(4, plain + 1) if is_complex else plain)


def test_tier_of_prohibited_is_none():
    assert tier_for(regime_class="prohibited", exposure=1, automation=1, is_complex=False) is None


def eu():
    return tiers.known_regimes()["eu_ai_act"]


@pytest.mark.parametrize(
    ("answers", "derogates", "expected"),
    [
        ({}, False, ("minimal", None)),
        ({"creditworthiness": "yes"}, False, ("high", "Annex III, point 5(b)")),
        ({"creditworthiness": "financial_fraud"}, False, ("minimal", None)),
        ({"creditworthiness": "yes"}, True, ("minimal", None)),
        ({"safety_component": "yes"}, True, ("high", "Article 6(1), Annex I")),
        ({"interaction": "yes", "employment": "yes"}, True, ("transparency", "Article 50(1)")),
        ({"social_scoring": "yes", "employment": "yes"}, False, ("prohibited", "Article 5(1)(c)")),
        ({"emotions": "medical_or_safety"}, False, ("minimal", None)),
    ],
)
def test_classify_by_the_first_yes_that_nothing_lifts(answers, derogates, expected):
    outcome = regimes.classify(eu(), eu_answers(**answers), derogates=derogates)

    cited = outcome.decided_by.citation if outcome.decided_by else None
    assert (outcome.regime_class, cited) == expected


def test_classify_needs_an_answer_to_every_question_up_to_the_one_that_decides():
    with pytest.raises(regimes.Unanswered) as refusal:
        regimes.classify(eu(), {"manipulation": "no"})
    assert refusal.value.question == "social_scoring"

    assert regimes.classify(eu(), {"manipulation": "yes"}).regime_class == "prohibited"


@pytest.mark.parametrize(
    ("was", "becomes", "named"),
    [
        ("class: high", "class: huge", "a class is one of"),
        ("checked_on: 2026-11-30", "checked_on: soon", "checked_on is a date"),
        ("name: EU AI Act", "nam: EU AI Act", "the field 'name' is missing"),
        ("questions:", "questions: [", "eu_ai_act.yaml"),
    ],
)
def test_regime_that_cannot_be_read_names_file_and_field(tmp_path, was, becomes, named):
    text = (Path(regimes.__file__).parent / "eu_ai_act.yaml").read_text()
    (tmp_path / "eu_ai_act.yaml").write_text(text.replace(was, becomes, 1))

    with pytest.raises(regimes.BadRegime, match=r"eu_ai_act\.yaml") as refusal:
        regimes.load(tmp_path)

    assert named in str(refusal.value)


def test_pages_of_shipped_obligations_exist():
    for regime in tiers.known_regimes().values():
        for one in regime.obligations:
            try:
                assert not one.page or reverse(one.page, args=["FRD"])
            except NoReverseMatch:
                pytest.fail(f"{regime.key}: {one.article} names the page {one.page}, which there is not")


def test_shipped_regimes_promise_support_and_nothing_more():
    for regime in tiers.known_regimes().values():
        assert "Supports preparation of" in regime.note
        assert "compliant" not in regime.note


@pytest.mark.django_db
def test_classify_project_keeps_each_and_the_last_counts():
    project = make_project()
    assert tiers.tier_of(project) is None

    classify(project, exposure=2, automation=3)
    second = classify(project, exposure=4, automation=3, expected_version=1)

    assert (tiers.tier_of(project), second.number, Classification.objects.count()) == (4, 2, 2)
    told = list(Event.objects.filter(type="project.classified").order_by("seq").values_list("data", flat=True))
    assert [(one["tier"], one["was_tier"]) for one in told] == [(3, None), (4, 3)]


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.DATA_SCIENTIST, Role.SPONSOR, Role.AUDITOR, Role.VIEWER, None])
def test_classify_project_without_the_role_refused(role):
    project = make_project()

    with pytest.raises(NotAllowed):
        classify(project, by=make_member(project, role) if role else make_user())

    assert not Classification.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"exposure": 5}, "exposure"),
        ({"automation": 0}, "automation"),
        ({"note": " "}, "note"),
        ({"answers": {}}, "manipulation"),
        ({"answers": {"luck": "no"}}, "luck"),
    ],
)
def test_classify_project_bad_value_names_the_field(values, field):
    with pytest.raises(Invalid) as refusal:
        classify(make_project(), **values)

    assert [one.field for one in refusal.value.errors] == [field]
    assert not Classification.objects.exists()


@pytest.mark.django_db
def test_classify_project_that_somebody_classified_meanwhile_refused():
    project = make_project()
    classify(project)

    with pytest.raises(PreconditionFailed):
        classify(project, expected_version=0)


@pytest.mark.django_db
def test_change_of_purpose_asks_for_another_classification():
    project = make_project()
    found = classify(project)
    assert tiers.why_again(project, found) == ""

    project = operations.rename_project(project=project, name="X", purpose="Another", by=project.created_by)

    assert "purpose was changed" in tiers.why_again(project, found)


def confirm(project, by, **given):
    return operations.confirm_tier(project=project, by=by, now=now(), **given)


def lowered(project, by=None):
    """Critical, and proposed as low."""
    classify(project, exposure=4)
    return classify(project, exposure=1, automation=1, by=by)


@pytest.mark.django_db
def test_a_lower_tier_counts_once_a_second_person_agrees():
    project = make_project()
    second = make_member(project, Role.RISK)
    proposed = lowered(project)
    assert (proposed.is_waiting, tiers.tier_of(project), policies.due_version(project).name) == (True, 4, "strict")

    confirmed = confirm(project, second, expected_version=2)

    assert (tiers.tier_of(project), policies.due_version(project).name) == (1, "light")
    assert (confirmed.decided_by, confirmed.confirmed_by) == (project.created_by, second)
    told = list(Event.objects.filter(type__startswith="project.tier_").order_by("seq").values_list("type", "actor"))
    assert told == [
        ("project.tier_lowering_proposed", project.created_by.pk),
        ("project.tier_lowered", second.pk),
    ]


@pytest.mark.django_db
def test_what_is_prohibited_is_no_more_by_two_persons_alone():
    project = make_project()
    classify(project, answers=eu_answers(manipulation="yes"))
    classify(project, exposure=4)

    assert policies.tier_word(project) == "prohibited"
    confirm(project, make_member(project, Role.PRODUCT_OWNER))
    assert policies.tier_word(project) == "T4"


@pytest.mark.django_db
def test_nobody_lowers_a_tier_alone_nor_without_the_role():
    project = make_project()
    others = [make_member(project, Role.SPONSOR), make_member(project, Role.ENGINEER), make_user()]
    lowered(project)
    before = Event.objects.count()

    with pytest.raises(NotAllowed, match="nobody lowers a tier alone"):
        confirm(project, project.created_by)
    for one in others:
        with pytest.raises(NotAllowed, match="This needs the role"):
            confirm(project, one)

    assert (tiers.tier_of(project), Event.objects.count()) == (4, before)


@pytest.mark.django_db
def test_confirm_tier_when_nothing_waits_or_something_else_does_refused():
    project = make_project()
    second = make_member(project, Role.RISK)
    with pytest.raises(NotFound, match="No lower tier waits"):
        confirm(project, second)
    lowered(project)
    with pytest.raises(PreconditionFailed):
        confirm(project, second, expected_version=1)
    assert tiers.tier_of(project) == 4

    classify(project, exposure=3, automation=1, by=second)  # proposed instead: the one before is no longer asked about
    with pytest.raises(NotAllowed):
        confirm(project, second)
    confirm(project, project.created_by)
    assert tiers.tier_of(project) == 3

    lowered_again = classify(project, exposure=1, automation=1)
    Project.objects.filter(pk=project.pk).update(stage=Stage.RETIRED)
    with pytest.raises(Conflict, match="retired"):
        confirm(project, second)
    assert Classification.objects.get(pk=lowered_again.pk).is_waiting


@pytest.mark.django_db
def test_the_database_refuses_one_person_as_both_who_lower_a_tier():
    found = lowered(make_project())

    with pytest.raises(IntegrityError), transaction.atomic():
        Classification.objects.filter(pk=found.pk).update(
            is_waiting=False, confirmed_by=found.decided_by, confirmed_at=now()
        )


@pytest.mark.django_db
def test_portfolio_and_policies_of_many_leave_out_what_waits():
    project = make_project()
    second = make_member(project, Role.RISK)
    lowered(project)
    between = now()
    assert queries.last_tiers([project.pk], until=between) == {project.pk: 4}
    assert policies.policies_of([project.pk])[project.pk].name == "strict"

    confirm(project, second)

    assert queries.last_tiers([project.pk], until=now()) == {project.pk: 1}
    assert queries.last_tiers([project.pk], until=between) == {project.pk: 4}
    assert policies.policies_of([project.pk])[project.pk].name == "light"


@pytest.mark.django_db
def test_scope_gate_of_a_project_that_nobody_classified_is_not_met():
    project = make_project()
    make_ready_for_scope_gate(project)
    Classification.objects.filter(project=project).delete()

    with pytest.raises(Conflict) as refusal:
        operations.pass_gate(project=project, by=project.created_by, now=now())

    assert [(one.field, one.message) for one in refusal.value.errors] == [
        ("classified", "The project is classified into its tier")
    ]
    assert Project.objects.get(pk=project.pk).stage == Stage.SCOPING


@pytest.mark.django_db
def test_page_of_the_tier_shows_what_waits_and_lets_another_agree(client):
    project = make_project()
    second = make_member(project, Role.RISK)
    lowered(project)
    address, agree = (reverse(f"projects:{name}", args=[project.key]) for name in ("tier", "tier-agree"))
    client.force_login(project.created_by)
    mine = client.get(address).content.decode()
    assert client.post(agree, {"version": 2}).status_code == 403
    client.force_login(second)
    theirs = client.get(address).content.decode()
    assert client.post(agree).status_code == 422

    answer = client.post(agree, {"version": 2}, follow=True).content.decode()

    assert "nobody lowers a tier alone" in mine
    assert "Waits for a second person" in theirs
    assert "nobody lowers a tier alone" not in theirs
    assert "Tier 1 counts from now on." in answer
    assert "Waits for a second person" not in answer
    assert f"{project.created_by} and {second}" in answer


@pytest.mark.django_db
def test_a_lower_tier_by_rest():
    project = make_project(key="FRD")
    second, viewer = make_member(project, Role.RISK), make_member(project, Role.VIEWER)
    classify(project, exposure=4)
    body = {"answers": eu_answers(), "exposure": 1, "automation": 1, "note": "Smaller."}

    made = Api(project.created_by).post("projects/FRD/tier", body).json()
    which, agrees = {"If_Match": '"2"'}, (Scope.READ, Scope.WRITE, Scope.APPROVE)
    alone = Api(project.created_by, *agrees).post("projects/FRD/tier/confirmation", {}, **which)
    counts = Api(viewer).get("projects/FRD/tier").json()
    unnamed = Api(second, *agrees).post("projects/FRD/tier/confirmation", {})
    by_a_plain_token = Api(second).post("projects/FRD/tier/confirmation", {}, **which)
    confirmed = Api(second, *agrees).post("projects/FRD/tier/confirmation", {}, **which)

    assert (unnamed.status_code, by_a_plain_token.status_code) == (400, 403)
    assert (made["is_waiting"], made["tier"], counts["tier"], alone.status_code) == (True, 1, 4, 403)
    assert (confirmed.status_code, confirmed.json()["is_waiting"]) == (200, False)
    assert confirmed.json()["confirmed_by"]["username"] == second.username
    assert Api(viewer).get("projects/FRD/tier").json()["tier"] == 1
    assert Api(second, *agrees).post("projects/FRD/tier/confirmation", {}, **which).status_code == 404
    assert Api(make_user(), *agrees).post("projects/FRD/tier/confirmation", {}, **which).status_code == 404


@pytest.fixture
def own_regimes(tmp_path, settings):
    """A directory of regimes that a test may change."""
    for file in Path(regimes.__file__).parent.glob("*.yaml"):
        shutil.copy(file, tmp_path)
    settings.REGIMES_DIR = tmp_path
    return tmp_path


@pytest.mark.django_db
def test_dates_changed_in_the_file_are_followed_by_the_pages_without_code(client, own_regimes):
    project = make_project()
    found = classify(project, answers=eu_answers(creditworthiness="yes"))
    client.force_login(project.created_by)
    pages = [reverse("projects:tier", args=[project.key]), reverse("projects:regimes"), "/api/v1/regimes"]
    for page in pages:
        text = client.get(page).content.decode()
        assert "2 Dec 2027" in text or "2027-12-02" in text

    file = own_regimes / "eu_ai_act.yaml"
    changed = (
        file.read_text().replace("2027-12-02", "2029-03-04").replace("checked_on: 2026-11-30", "checked_on: 2027-01-15")
    )
    file.write_text(changed)

    for page in pages:
        text = client.get(page).content.decode()
        assert "4 Mar 2029" in text or "2029-03-04" in text
        assert "2 Dec 2027" not in text
        assert "2027-12-02" not in text
    assert tiers.known_regimes()["eu_ai_act"].checked_on == date(2027, 1, 15)
    assert "looked at again" in tiers.why_again(project, found)


@pytest.mark.django_db
def test_tier_by_rest():
    project = make_project(key="FRD")
    api = Api(project.created_by)
    assert api.get("projects/FRD/tier").status_code == 404
    body = {"answers": eu_answers(), "exposure": 3, "automation": 2, "note": "Detects fraud."}

    made = api.post("projects/FRD/tier", body)
    wrong = api.post("projects/FRD/tier", body | {"exposure": 9})

    assert (made.status_code, made.json()["tier"], made.json()["regime_class"]) == (201, 3, "minimal")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "exposure")
    assert api.get("projects/FRD/tier").json()["number"] == 1
    assert [one["number"] for one in api.get("projects/FRD/tier/history").json()["results"]] == [1]
    assert Api(make_member(project, Role.VIEWER)).post("projects/FRD/tier", body).status_code == 403
    assert Api(make_user()).get("projects/FRD/tier/history").status_code == 404


@pytest.mark.django_db
def test_tier_page_by_owner_viewer_and_stranger(client):
    project = make_project()
    address = reverse("projects:tier", args=[project.key])
    given = eu_answers() | {"exposure": 3, "automation": 1, "note": "Small", "version": 0}
    for user, status in ((make_user(), 404), (make_member(project, Role.VIEWER), 403), (project.created_by, 302)):
        client.force_login(user)
        assert client.post(address, given).status_code == status

    assert tiers.tier_of(project) == 3
    text = client.get(address).content.decode()
    assert "Tier 3" in text
    assert client.post(address, given | {"exposure": ""}).status_code == 422


@pytest.mark.django_db
def test_empty_seats_are_those_that_the_tier_needs(client):
    project = make_project()
    client.force_login(project.created_by)
    team, overview = (reverse(f"projects:{name}", args=[project.key]) for name in ("team", "overview"))
    assert "?role=sponsor" not in client.get(team).content.decode()

    classify(project, exposure=4)
    make_member(project, Role.RISK)

    for page in (team, overview):
        text = client.get(page).content.decode()
        assert "?role=sponsor" in text
        assert "?role=risk" not in text
        assert "?role=auditor" not in text
    assert "Sign a high risk, for the money" in client.get(team).content.decode()
