"""Living with a risk: who may sign, for how long, and what ends it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from core import jobs
from core.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from core.models import Event, Job, Schedule
from projects import operations
from projects.enums import RiskState
from projects.models import RiskAcceptance
from projects.roles import Role
from tests.drain import fire
from tests.factories import make_member, make_project, now
from tests.projects.factories import make_risk

pytestmark = pytest.mark.django_db

LEVELS = {"low": (1, 1), "medium": (3, 3), "high": (4, 4), "critical": (5, 5)}


@pytest.fixture
def project():
    return make_project()


def risk_at(project, level, **values):
    likelihood, impact = LEVELS[level]
    return make_risk(project, likelihood=likelihood, impact=impact, **values)


def accept(risk, *, by, reason="Small", **values):
    return operations.accept_risk(risk=risk, reason=reason, by=by, now=now(), **values)


@pytest.mark.parametrize(
    ("level", "may"),
    [
        ("low", {Role.OWNER, Role.PRODUCT_OWNER}),
        ("medium", {Role.OWNER, Role.PRODUCT_OWNER}),
        ("high", {Role.OWNER, Role.SPONSOR, Role.RISK, Role.VALIDATOR}),
        ("critical", set()),
    ],
)
def test_accept_risk_by_each_role(project, level, may):
    """The risk is somebody else's."""
    allowed = set()
    for role in Role:
        risk = risk_at(project, level, owner=project.created_by)
        try:
            accept(risk, by=make_member(project, role))
        except DomainError:
            assert not RiskAcceptance.objects.filter(risk=risk).exists()
        else:
            allowed.add(role)

    assert allowed == may


def test_accept_risk_low_by_its_owner(project):
    engineer, other = make_member(project, Role.ENGINEER), make_member(project, Role.ENGINEER)
    risk = risk_at(project, "low", owner=engineer)

    with pytest.raises(NotAllowed):
        accept(risk, by=other)
    accepted = accept(risk, by=engineer)

    assert accepted.state == RiskState.ACCEPTED
    assert RiskAcceptance.objects.get().signed_for == "owner"


def test_accept_risk_low_by_an_owner_who_only_looks_refused(project):
    viewer = make_member(project, Role.VIEWER)

    with pytest.raises(NotAllowed):
        accept(risk_at(project, "low", owner=viewer), by=viewer)


def test_accept_risk_critical_refused(project):
    risk = risk_at(project, "critical")

    with pytest.raises(Conflict, match="cannot be accepted"):
        accept(risk, by=make_member(project, Role.RISK))

    risk.refresh_from_db()
    assert risk.state == RiskState.OPEN


def test_accept_risk_by_the_house_refused(project):
    with pytest.raises(NotAllowed, match="Only a person"):
        accept(risk_at(project, "low"), by=None)


@pytest.mark.parametrize(("level", "days"), [("low", 730), ("medium", 365), ("high", 180)])
def test_accept_risk_for_longer_than_its_level_allows_refused(project, level, days):
    today = now().date()
    by = make_member(project, Role.SPONSOR) if level == "high" else project.created_by

    for until in (today + timedelta(days=days + 1), today - timedelta(days=1)):
        with pytest.raises(Invalid, match=f"{days} days at most") as refusal:
            accept(risk_at(project, level), by=by, until=until)
        assert refusal.value.errors[0].field == "until"
    assert not RiskAcceptance.objects.exists()

    accept(risk_at(project, level), by=by, until=today + timedelta(days=days))
    accept(risk_at(project, level), by=by)
    assert {one.until for one in RiskAcceptance.objects.all()} == {today + timedelta(days=days)}


def test_accept_risk_high_takes_two_persons_of_two_sides(project):
    risk, second_line = risk_at(project, "high"), make_member(project, Role.RISK)
    waiting = accept(risk, by=second_line)
    assert waiting.state == RiskState.OPEN

    for by in (second_line, make_member(project, Role.VALIDATOR), make_member(project, Role.PRODUCT_OWNER)):
        with pytest.raises(NotAllowed):
            operations.sign_acceptance(risk=risk, by=by, now=now())
    with pytest.raises(Conflict, match="signed once already"):
        accept(risk, by=make_member(project, Role.SPONSOR))
    accepted = operations.sign_acceptance(risk=risk, by=make_member(project, Role.SPONSOR), now=now())

    made = RiskAcceptance.objects.get()
    assert (accepted.state, made.signed_for, made.countersigned_for) == (RiskState.ACCEPTED, "risk", "sponsor")
    types = list(Event.objects.filter(type__startswith="risk.accept").order_by("seq").values_list("type", flat=True))
    assert types == ["risk.acceptance_proposed", "risk.accepted"]


def test_sign_acceptance_when_nothing_waits_refused(project):
    with pytest.raises(NotFound):
        operations.sign_acceptance(risk=risk_at(project, "high"), by=project.created_by, now=now())


def test_first_signature_falls_with_the_level_it_was_given_at(project):
    risk = risk_at(project, "high")
    accept(risk, by=make_member(project, Role.RISK))

    operations.revise_risk(risk=risk, values={"likelihood": 5, "impact": 5}, by=project.created_by)

    assert RiskAcceptance.objects.get().ended_because == "the risk's level changed"
    with pytest.raises(NotFound):
        operations.sign_acceptance(risk=risk, by=make_member(project, Role.SPONSOR), now=now())


@pytest.mark.parametrize(
    "broken",
    [
        {"countersigned_by": "signer", "countersigned_for": "sponsor"},
        {"countersigned_by": "other", "countersigned_for": "risk"},
        {"level": 4},
    ],
)
def test_database_refuses_one_person_one_side_and_critical(project, broken):
    risk, signer = risk_at(project, "high"), make_member(project, Role.RISK)
    accept(risk, by=signer)
    people = {"signer": signer, "other": project.created_by}
    values = {name: people.get(value, value) for name, value in broken.items()}
    values |= {"countersigned_at": now()} if "countersigned_by" in broken else {}

    with pytest.raises(IntegrityError), transaction.atomic():
        RiskAcceptance.objects.update(**values)


def test_expired_acceptance_reopens_by_itself(project):
    """The schedule's row makes the job, and the job opens the risk: nobody has to look."""
    risk = risk_at(project, "medium")
    accept(risk, by=project.created_by, until=now().date())
    schedule = Schedule.objects.get(kind="expire_acceptance")
    assert schedule.next_at.date() == now().date() + timedelta(days=1)
    yesterday = now() - timedelta(days=1)
    RiskAcceptance.objects.update(until=yesterday.date())
    Schedule.objects.update(next_at=yesterday)

    fire()
    assert jobs.run(Job.objects.get(kind="expire_acceptance").pk) == "succeeded"

    risk.refresh_from_db()
    assert risk.state == RiskState.OPEN
    assert Event.objects.get(type="risk.acceptance_expired").actor is None
    assert not Schedule.objects.get().is_active
    assert operations.expire_acceptance(risk=risk, today=now().date()) is False


def test_acceptance_holds_on_its_last_day(project):
    risk = risk_at(project, "medium")
    accept(risk, by=project.created_by, until=now().date())

    assert operations.expire_acceptance(risk=risk, today=now().date()) is False

    risk.refresh_from_db()
    assert risk.state == RiskState.ACCEPTED


def test_reopened_risk_is_not_expired_later(project):
    risk = risk_at(project, "medium")
    accept(risk, by=project.created_by)

    operations.reopen_risk(risk=risk, by=project.created_by, now=now())

    assert not Schedule.objects.get().is_active
    assert operations.expire_acceptance(risk=risk, today=now().date() + timedelta(days=999)) is False
