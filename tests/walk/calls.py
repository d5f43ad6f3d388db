"""Which operations are walked, in which world, and how they are called."""

import inspect
from importlib import import_module

import pytest

from tests.factories import now
from tests.walk import of_models, of_projects, of_runs, of_work
from tests.walk.of_projects import Call
from tests.walk.opened import Walk
from tests.walk.world import Line, Planned, World

# By app. A name may go on after a blank: the same operation again.
WALKED = (
    ("experiments", of_runs.EXPERIMENTS, Line),
    ("models_registry", of_models.REGISTRY, Line),
    ("monitoring", of_models.MONITORING, Line),
    ("documents", of_models.DOCUMENTS, Line),
    ("porting", of_models.PORTING, Line),
    ("projects", of_runs.TALK, Line),
    ("projects", of_models.PROJECT, Line),
    ("experiments", of_runs.MEASURED, Planned),
    ("projects", of_projects.CALLS, Planned),
    ("inbox", of_projects.CHAT, Planned),
    ("projects", of_work.CALLS, Planned),
)


def cases(world: type[World]) -> list:
    """Parameters of a test: app, name of the operation, and what makes its arguments of the world."""
    return [
        pytest.param(app, name.split()[0], call, id=f"{app}-{name}")
        for app, calls, of in WALKED
        for name, call in calls.items()
        if of is world
    ]


def stale_after(walk: Walk, app: str, name: str, call) -> str:
    """What an open page shows wrongly after this operation; empty if none does."""
    operation = getattr(import_module(f"{app}.operations"), name)

    def act(given: Call) -> None:
        moment = {"now": now()} if "now" in inspect.signature(operation).parameters else {}
        operation(**given, **moment)

    heard, stale = walk.stale_after(lambda: call(walk.world), act)
    return "\n".join([f"after {heard}:", *stale]) if stale else ""
