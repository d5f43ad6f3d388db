"""Several fragments of an open page, asked for together."""

from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.views.parts import MOST
from tests.factories import make_project, make_user

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def parts(client, *addresses):
    return client.get(f"/parts/?{urlencode([('of', one) for one in addresses])}", headers=HTMX)


def alone(client, address):
    return client.get(address, headers=HTMX).content.decode()


@pytest.fixture
def board(client):
    project = make_project()
    client.force_login(project.created_by)
    base = f"/p/{project.key}/"
    return [f"{base}board/?part=board", f"{base}board/?part=backlog", f"{base}rail/?at={base}board/"]


def test_each_part_is_what_its_address_answers(client, board):
    found = parts(client, *board).json()["parts"]

    assert found == {address: alone(client, address) for address in board}


def test_an_address_that_stands_twice_is_answered_once(client, board):
    assert list(parts(client, board[0], board[0]).json()["parts"]) == [board[0]]


def test_together_they_cost_fewer_queries_than_each_by_itself(client, board):
    def cost(act):
        with CaptureQueriesContext(connection) as caught:
            act()
        return len(caught)

    parts(client, *board)
    together = cost(lambda: parts(client, *board))
    apart = cost(lambda: [alone(client, address) for address in board])

    assert together <= apart - 2 * 3  # session, person and project are asked for once


def test_of_a_project_that_one_is_not_in_nothing_is_told(client, board):
    foreign = f"/p/{make_project().key}/board/?part=board"

    assert list(parts(client, foreign, board[0], foreign).json()["parts"]) == [board[0]]


def test_a_stranger_is_told_nothing_and_nobody_signs_in(client, board):
    client.force_login(make_user())
    assert parts(client, *board).json() == {"parts": {}}

    client.logout()
    assert parts(client, *board).headers["Location"].startswith("/sign-in/")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/nowhere/",
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/parts/?of=/parts/",
        "/search",
        "/health/ready",
        "/metrics",
        "/api/v1/projects",
        "/p/NONE/board/",
        "/p/NO%00NE/board/",
        "/p/NO\0NE/board/",
    ],
)
def test_what_is_not_html_of_a_guarded_page_is_left_out(client, board, address):
    response = parts(client, address)

    # An address with U+0000 is refused as a whole, as on each page.
    assert response.status_code == (404 if "\0" in address else 200)
    assert "\0" in address or response.json() == {"parts": {}}


def test_more_than_the_most_are_refused_and_an_action_is_not_taken(client, board):
    many = [f"{board[0]}&n={number}" for number in range(MOST + 1)]
    assert parts(client, *many[:MOST]).status_code == 200
    refused = parts(client, *many)
    assert refused.status_code == 422
    assert f"At most {MOST} fragments" in refused.content.decode()

    assert parts(client, board[0].split("?")[0] + "move/").json() == {"parts": {}}
