"""Data, runs, models and what serves: an open page that hears of an operation shows what one that is loaded afterwards
shows."""

import pytest

from tests.walk.calls import cases, stale_after
from tests.walk.world import Line

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

WORLD = Line


@pytest.mark.parametrize(("app", "name", "call"), cases(WORLD))
def test_open_pages_follow(walk, app, name, call):
    assert stale_after(walk, app, name, call) == ""


def test_whole_pages_answer_htmx_with_what_is_taken_of_them(walk):
    """A page that answers htmx with something else, such as a dialog, could not keep its own parts current."""
    assert walk.lost() == []
