"""A project before its first gate: an open page that hears of an operation shows what one that is loaded afterwards
shows."""

import pytest

from core import events
from projects.models import Risk
from tests.walk.calls import cases, stale_after
from tests.walk.world import Planned

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

WORLD = Planned


@pytest.mark.parametrize(("app", "name", "call"), cases(WORLD))
def test_open_pages_follow(walk, app, name, call):
    assert stale_after(walk, app, name, call) == ""


def test_whole_pages_answer_htmx_with_what_is_taken_of_them(walk):
    """A page that answers htmx with something else, such as a dialog, could not keep its own parts current."""
    assert walk.lost() == []


def test_what_no_event_tells_is_found(walk):
    def act(risk):
        Risk.objects.filter(pk=risk.pk).update(title="Changed past the operations")
        events.record("nothing.heard", risk, by=None)

    _, stale = walk.stale_after(lambda: walk.world.risk, act)

    register = walk.world.page("projects:risks")
    assert any(one.startswith(register) and "Changed past the operations" in one for one in stale)
