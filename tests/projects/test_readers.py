"""Who may still hear: found out for many together, and never for longer than their token or session holds."""

import asyncio

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.models import Token, User
from projects import queries
from projects.consumers import readers
from projects.consumers.readers import Credential, known, still
from projects.roles import Role
from tests.factories import make_member, make_project, make_user
from tests.projects.factories import make_token


def by_session(user):
    client = Client()
    client.force_login(user)
    return Credential.of(user, None, client.session)


def by_token(user):
    make_token(user)
    return Credential.of(user, Token.objects.get(user=user), None)


def close_account(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


def sign_out(user):
    Session.objects.all().delete()


def let_session_expire(user):
    Session.objects.update(expire_date="2020-01-01T00:00:00Z")


def change_password(user):
    user.set_password("another one, and a long one")
    user.save()


def revoke(user):
    Token.objects.update(revoked_at="2020-01-01T00:00:00Z")


def let_token_expire(user):
    Token.objects.update(expires_at="2020-01-01T00:00:00Z")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("credential_of", "end"),
    [
        (by_session, close_account),
        (by_session, sign_out),
        (by_session, let_session_expire),
        (by_session, change_password),
        (by_token, close_account),
        (by_token, revoke),
        (by_token, let_token_expire),
    ],
)
def test_a_credential_holds_until_it_ends_and_others_go_on(credential_of, end):
    user, other = make_user("one"), make_user("two")
    mine = credential_of(user)
    assert known([mine]) == {mine: user}

    end(user)

    theirs = by_session(other)
    assert known([mine, theirs]) == {theirs: other}


@pytest.mark.django_db
def test_a_token_does_not_end_with_a_session_and_knows_who_somebody_has_become():
    user = make_user("one")
    mine = by_token(user)
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    sign_out(user)

    assert known([mine])[mine].is_superuser


@pytest.mark.django_db
def test_many_cost_no_more_queries_than_one():
    project = make_project()
    people = [project.created_by, *(make_member(project, Role.VIEWER) for _ in range(3))]
    credentials = [by_session(one) for one in people] + [by_token(people[0])]

    def cost(some):
        with CaptureQueriesContext(connection) as caught:
            found = known(some)
            assert queries.who_sees(found.values(), {project.pk}) == {(one.pk, project.pk) for one in found.values()}
        return len(caught)

    assert cost(credentials) == cost(credentials[-2:])


@pytest.mark.django_db
def test_a_project_is_seen_by_its_people_and_by_administrators():
    project, other = make_project(), make_project()
    admin, stranger = make_user("admin", is_admin=True), make_user("stranger")

    seen = queries.who_sees([project.created_by, admin, stranger], {project.pk, other.pk})

    assert seen == {(project.created_by.pk, project.pk), (admin.pk, project.pk), (admin.pk, other.pk)}


@pytest.fixture
def rounds(monkeypatch):
    """What was asked together; everybody may read."""
    asked = []

    async def find(some):
        asked.append(set(some))
        return dict.fromkeys(some, "somebody")

    monkeypatch.setattr(readers, "_readers", find)
    return asked


async def test_who_asks_within_a_moment_is_answered_together_each_for_their_own(rounds):
    one, two = Credential(1), Credential(2)

    found = await asyncio.gather(still([one, two], 1), still([two], 2), still([two], 1))

    assert found == [{one: "somebody", two: "somebody"}, {two: "somebody"}, {two: "somebody"}]
    assert rounds == [{(one, 1), (two, 1), (two, 2)}]


async def test_who_is_in_a_hurry_takes_the_others_along(rounds, monkeypatch):
    monkeypatch.setattr(readers, "GATHER_S", 60)
    patient = asyncio.ensure_future(still([Credential(1)], 1, within_s=60))
    await asyncio.sleep(0)

    await still([Credential(2)], 1, within_s=0)

    assert await patient == {Credential(1): "somebody"}
    assert len(rounds) == 1


async def test_trouble_is_told_to_all_who_wait_and_the_next_round_goes_on(rounds, monkeypatch):
    whole = readers._readers

    async def fail(some):
        raise RuntimeError("gone")

    monkeypatch.setattr(readers, "_readers", fail)
    found = await asyncio.gather(*(still([Credential(user)], 1) for user in (1, 2)), return_exceptions=True)
    assert [str(one) for one in found] == ["gone", "gone"]

    monkeypatch.setattr(readers, "_readers", whole)
    assert await still([Credential(1)], 1) == {Credential(1): "somebody"}
