"""Whoever moves what a gate is bound to has a share in it that is known: by construction, for every operation."""

import inspect
from contextlib import suppress
from functools import partial
from importlib import import_module

import pytest
from django.db import transaction

from core.models import Event
from projects import gates, policies, scoping, shares
from projects.enums import GATE_AFTER
from projects.models import Project
from tests.factories import now
from tests.walk.calls import WALKED

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

# What decides on the gate itself, or takes the project past it.
DECIDING = {
    "gate.requested",
    "gate.request_withdrawn",
    "gate.decided",
    "gate.decision_withdrawn",
    "gate.condition_met",
    "gate.passed",
    "risk.sank",  # of a retired project
}


class _Undone(Exception):
    """Ends what a world was made in."""


@pytest.fixture(scope="module")
def worlds(django_db_setup, django_db_blocker, tmp_path_factory):
    """Each world, made once; what is done with it is undone after each test."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, suppress(_Undone), transaction.atomic():
        patch.setattr(scoping, "studio", partial(scoping.studio, draws=20))
        yield {of: of(tmp_path_factory.mktemp("walk")) for of in {one for _, _, one in WALKED}}
        raise _Undone


@pytest.fixture(scope="module")
def bounds():
    """What was bound, by world and the last event by then."""
    return {}


def bound_to(project):
    """By gate, whichever is the next one: what the strict pack binds approvals of it to."""
    pack = policies.read(policies.active_version(policies.STRICT))
    found = {}
    for stage, gate in GATE_AFTER.items():
        project = Project.objects.get(pk=project.pk)
        project.stage = stage
        found[gate] = gates.try_pack(project, pack).bound
    return found


CASES = [
    pytest.param(of, app, name.split()[0], call, id=f"{app}-{name}")
    for app, calls, of in WALKED
    for name, call in calls.items()
]


@pytest.mark.parametrize(("of", "app", "name", "call"), CASES)
def test_who_moves_what_a_gate_is_bound_to_has_a_share_in_it(worlds, bounds, of, app, name, call):
    world = worlds[of]
    operation = getattr(import_module(f"{app}.operations"), name)
    moment = {"now": now()} if "now" in inspect.signature(operation).parameters else {}
    given = call(world)
    last = Event.objects.latest("pk").pk
    before = bounds.get((of, last)) or bounds.setdefault((of, last), bound_to(world.project))

    operation(**given, **moment)

    told = set(Event.objects.filter(pk__gt=last, actor__isnull=False).values_list("type", flat=True)) - DECIDING
    after = bound_to(world.project) if told else before
    moved = [gate for gate in after if after[gate] != before[gate]]
    assert [str(gate) for gate in moved if not any(shares.share_of(one, gate) for one in told)] == [], told
