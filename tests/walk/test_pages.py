"""Every page of a project is open while the operations are walked, or says why not."""

from unittest.mock import MagicMock

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from tests.factories import make_project
from tests.guards.test_access import sample
from tests.walk.world import Line, Planned

BELOW = "p/<str:key>/"

NOT_OPEN = {
    "a form, which is as it was loaded; the server checks what it sends": (
        "experiments:train inbox:chat models_registry:propose monitoring:policy monitoring:watch projects:health "
        "projects:item-add projects:items-import projects:rename"
    ),
    "a part of a page that is open": (
        "experiments:item-runs experiments:run-comment experiments:run-comments experiments:run-reproduce "
        "models_registry:run-versions models_registry:version-comment models_registry:version-comments "
        "projects:item-about projects:item-attachments projects:item-choices projects:item-comment "
        "projects:item-comments projects:item-menu rail"
    ),
    "a file, or what a page draws from": (
        "documents:file documents:sprint-review experiments:run-artifact experiments:run-page experiments:run-picture "
        "experiments:run-project experiments:series experiments:version-file porting:export-file "
        "porting:import-report projects:item-attachment projects:items-export projects:studio-markdown"
    ),
    "what was: a file as it was opened, a trace as it was logged, a revision that somebody chose": (
        "experiments:run-preview experiments:trace projects:studio-document"
    ),
    "asked for while somebody types": "experiments:filter-assist",
    "it leads to the first that is watched": "monitoring:monitoring",
}


def pages_of(world):
    """The names of the addresses that it opens."""
    named = MagicMock()
    named.page.side_effect = lambda name, *rest: name
    return {url.partition("?")[0] for url in world.pages(named)}


def addresses(patterns=None, space=""):
    """Name and route of each below a project."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if not isinstance(pattern, URLPattern):
            yield from addresses(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else space)
        elif str(pattern.pattern).startswith(BELOW) and getattr(pattern.callback, "guard", "") == "project":
            yield f"{space}{pattern.name}", str(pattern.pattern)


@pytest.mark.django_db
def test_every_page_of_a_project_is_open_or_says_why_not():
    project = make_project()
    client = Client()
    client.force_login(project.created_by)
    answer_get = {
        name
        for name, route in addresses()
        if client.get(sample(route.replace("<str:key>", project.key, 1))).status_code != 405
    }
    opened = pages_of(Line) | pages_of(Planned)
    excused = [name for names in NOT_OPEN.values() for name in names.split()]

    assert sorted([*opened, *excused]) == sorted(answer_get)
