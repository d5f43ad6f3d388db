"""What a year's losses may come to: the mathematics, what is refused, and what pages and API show."""

import math
import time

import numpy as np
import pytest
from rest_framework.test import APIClient
from scipy import stats

from core.errors import Invalid, NotAllowed
from core.roles import Scope as TokenScope
from projects import facts, operations
from projects.exceedance import YEARS, Loss, exceedance
from projects.models import Risk
from projects.roles import Role
from tests.factories import make_member, make_project, make_user
from tests.projects.factories import make_risk, make_token

PRICE = {"frequency": 0.5, "loss_low": 10_000.0, "loss_high": 90_000.0}


# Mathematics


def test_the_interval_is_the_5_and_95_percent_quantile():
    loss = Loss(1, 10_000, 90_000)
    lognormal = stats.lognorm(loss.spread, scale=math.exp(loss.centre))

    assert lognormal.ppf([0.05, 0.95]) == pytest.approx([10_000, 90_000])
    assert loss.expected == pytest.approx(lognormal.mean())


@pytest.mark.parametrize("frequency", [0.1, 1.0, 12.0])
def test_the_simulation_has_the_mean_and_the_quiet_years_that_are_known_exactly(frequency):
    found = exceedance([Loss(frequency, 50, 200)])

    assert found.any_loss == pytest.approx(1 - math.exp(-frequency), abs=0.01)
    losses, chances = zip(*found.points, strict=True)
    assert list(losses) == sorted(losses)
    assert list(chances) == sorted(chances, reverse=True)
    assert chances[0] == pytest.approx(found.any_loss, abs=2 / YEARS)


def test_a_fixed_loss_once_a_year_is_poisson():
    found = exceedance([Loss(1, 100, 100)])

    assert found.expected == pytest.approx(100)
    assert found.high == pytest.approx(100 * stats.poisson(1).ppf(0.95))


def test_many_small_losses_are_nearly_normal():
    loss = Loss(52, 90, 110)
    found = exceedance([loss])
    second_moment = math.exp(2 * loss.centre + 2 * loss.spread**2)

    assert found.high == pytest.approx(stats.norm(loss.expected, math.sqrt(52 * second_moment)).ppf(0.95), rel=0.02)


def test_together_they_cost_the_sum_and_the_bad_years_do_not_add_up():
    one, other = Loss(0.5, 100, 900), Loss(0.5, 100, 900)
    together, alone = exceedance([one, other]), exceedance([one])

    assert together.expected == pytest.approx(2 * alone.expected)
    assert alone.high < together.high < 2 * alone.high
    assert exceedance([]) is None


def test_the_same_figures_come_again_and_fast():
    begun = time.process_time()
    first = exceedance([Loss(52, 1, 9_999), Loss(0.001, 1e9, 1e12)])

    assert time.process_time() - begun < 1
    assert exceedance([Loss(52, 1, 9_999), Loss(0.001, 1e9, 1e12)]) == first
    assert np.isfinite([first.expected, first.high, *(loss for loss, _ in first.points)]).all()


# In the register


@pytest.mark.django_db
def test_a_risk_is_priced_and_its_price_taken_back():
    project = make_project()
    risk = make_risk(project)

    priced = operations.revise_risk(risk=risk, values=PRICE, by=project.created_by)
    assert priced.loss == Loss(0.5, 10_000, 90_000)
    again = operations.revise_risk(risk=risk, values=dict.fromkeys(PRICE), by=project.created_by)
    assert again.loss is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "field", "said"),
    [
        ({"frequency": 1}, "loss_low", "give all three, or none"),
        (PRICE | {"frequency": 53}, "frequency", "is from 0.001 to 52: got 53"),
        (PRICE | {"frequency": math.nan}, "frequency", "finite number"),
        (PRICE | {"loss_low": 0}, "loss_low", "from 0.01 to 1e+12: got 0"),
        (PRICE | {"loss_high": 9_999}, "loss_high", "goes up, at most to 10,000 times its low end: got 10000 to 9999"),
        (PRICE | {"loss_low": 1, "loss_high": 10_001}, "loss_high", "got 1 to 10001"),
    ],
)
def test_a_wrong_price_names_the_field_and_writes_nothing(given, field, said):
    project = make_project()
    risk = make_risk(project)

    with pytest.raises(Invalid, match=r"got|give") as refusal:
        operations.revise_risk(risk=risk, values=given, by=project.created_by)

    assert (refusal.value.errors[0].field, said in str(refusal.value)) == (field, True)
    assert Risk.objects.get().loss is None


@pytest.mark.django_db
def test_pricing_without_the_right_refused():
    project = make_project()
    risk = make_risk(project)

    with pytest.raises(NotAllowed):
        operations.revise_risk(risk=risk, values=PRICE, by=make_member(project, Role.VIEWER))


@pytest.mark.django_db
def test_pages_draw_the_curve_with_its_table(client):
    project = make_project()
    risk = make_risk(project, **PRICE)
    make_risk(project)
    client.force_login(project.created_by)

    register = client.get(f"/p/{project.key}/risks/").content.decode()
    page = client.get(f"/p/{project.key}/risks/{risk.number}/").content.decode()
    bare = client.get(f"/p/{project.key}/risks/2/").content.decode()

    for shown in (register, page):
        assert ("Expected a year" in shown, "Loss in a year" in shown, "18.7 k" in shown) == (True, True, True)
    assert "1 open risk with a price" in register
    assert "Say how often a year it comes true" in bare


def client_of(user):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {make_token(user, TokenScope.READ, TokenScope.WRITE)}")
    return client


@pytest.mark.django_db
def test_the_api_takes_prices_and_gives_the_curve():
    project = make_project()
    make_risk(project)
    client = client_of(project.created_by)
    base = f"/api/v1/projects/{project.key}"

    empty = client.get(f"{base}/loss-exceedance").json()
    changed = client.patch(f"{base}/risks/1", PRICE, format="json").json()
    wrong = client.patch(f"{base}/risks/1", {"frequency": None}, format="json")
    found = client.get(f"{base}/loss-exceedance").json()

    assert (empty["risks"], empty["expected"], empty["points"]) == ([], None, [])
    assert {name: changed[name] for name in PRICE} == PRICE
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "frequency")
    assert found["risks"] == [1]
    assert found["expected"] == pytest.approx(Loss(0.5, 1e4, 9e4).expected)
    assert client.get(f"{base}/risks/1/loss-exceedance").json() == found
    stranger = client_of(make_user())
    assert stranger.get(f"{base}/loss-exceedance").status_code == 404


@pytest.mark.django_db
def test_policies_may_speak_of_what_a_year_costs():
    project = make_project()
    names = ["risks.expected_loss", "risks.loss_p95"]

    unknown = facts.collect(project, names)
    make_risk(project, **PRICE)
    known = facts.collect(project, names)

    assert [unknown[name].value for name in names] == [None, None]
    assert known["risks.expected_loss"].value == pytest.approx(18_748, rel=0.01)
    assert known["risks.loss_p95"].value > known["risks.expected_loss"].value
