"""Every address and socket needs a permission: denied by default, and what is open says why."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from inbox.routing import websocket_urlpatterns as of_inboxes
from projects.routing import websocket_urlpatterns as of_projects

# Addresses that anybody may open, each with its reason. An entry that no longer exists fails the test.
OPEN = {
    "sign-in/": "one signs in here",
    "sign-out/": "ends a session, if there is one",
    "setup/<str:secret>/": "the secret in the address is the permission",
    "shared/reviews/<str:secret>/": "the secret in the address is the permission; wrong ones are counted",
    "inbox/unsubscribe/<str:signed>/": "the signed text in the address is the permission, and it only stops mail",
    "health/live": "asked by probes that have no account",
    "health/ready": "asked by probes that have no account",
    "metrics": "counts without names; METRICS_TOKEN closes it",
    "api/v1/schema": "describes the API, holds no data",
    "api/v1/docs": "describes the API, holds no data",
}

# What stands in for the parts of an address. None of it exists, so whoever is let in would get 404.
SAMPLES = {"int": "1", "str": "x", "path": "x", "uuid": "00000000-0000-0000-0000-000000000000", "slug": "x"}


def walk(patterns, prefix=""):
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


def routes():
    return sorted(set(walk(get_resolver().url_patterns)))


def sample(route):
    address = re.sub(r"<(?:(\w+):)?\w+>", lambda match: SAMPLES.get(match.group(1) or "str", "x"), route)
    return "/" + address.replace("^", "").replace("$", "").replace("\\Z", "")


def is_refused(response):
    if response.status_code in (401, 403):
        return True
    return response.status_code == 302 and response["Location"].startswith("/sign-in/")


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_every_address_refuses_whoever_is_not_signed_in(method):
    client = Client()
    let_in = []
    for route in routes():
        response = getattr(client, method)(sample(route))
        if not is_refused(response) and response.status_code != 405 and route not in OPEN:
            let_in.append((route, response.status_code))

    assert let_in == []


def test_open_addresses_still_exist():
    assert set(OPEN) - set(routes()) == set()


@pytest.mark.django_db
def test_every_socket_refuses_whoever_is_not_signed_in():
    sockets = [str(pattern.pattern) for pattern in [*of_projects, *of_inboxes]]
    # They are tried in tests/projects (test_live.py, test_portfolio_live.py) and tests/inbox/test_live.py: a new one is
    # added there and here.
    assert sockets == ["ws/projects/<str:key>", "ws/portfolio", "ws/inbox"]
