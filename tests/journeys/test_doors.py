"""What somebody who means harm would try: every address with bodies, parameters and names that cannot be, and with the
ids of another project. Nothing is answered by a fault of ours (5xx), and nothing foreign is read or changed.
"""

import json
import re

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from core.roles import Scope
from tests.mlflow.door import token_of
from tests.models_registry.factories import make_scoped_project

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

EVERY_SCOPE = tuple(Scope)
DEEP = b"[" * 100_000
BODIES = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"3",
    b'"text"',
    b'"\\ud800"',
    b"\xff\xfe",
    DEEP,
    b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    b'{"name": NaN}',
    b'{"title": 1, "title": 2}',
    b"9" * 5000,
]
VALUES = [
    None,
    True,
    -1,
    0,
    10**18,
    10**400,
    1.5,
    1e308,
    "",
    " ",
    "\x00",
    "\ud800",
    "²",
    "x" * 100_000,
    "../../etc/passwd",
    "2026-02-30",
    "1e400",
    [],
    [None],
    [[]],
    {},
    {"\x00": "\x00"},
    {"\ud800": ["\ud800"]},
    {"a": {"b": {"c": 10**400}}},
]
NAMES = [
    "%00",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%5c..",
    "%C2%B2",
    "%ED%A0%80",
    "9" * 40,
    "9" * 5000,
    "-1",
    "x" * 3000,
]
QUERIES = [
    "limit=%C2%B2",
    "limit=" + "9" * 5000,
    "limit=-1",
    "cursor=%C2%B2",
    "cursor=bjk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5",
    "cursor=%00",
]
QUERIES += [
    "after=%C2%B2",
    "after=1e9",
    "type=%00",
    "state=%00",
    "sprint=%C2%B2",
    "kind=%00",
    "experiment=%00",
    "x[]=1",
    "_connector=OR",
]


class Caller:
    """Any request as somebody with a token; a fault of ours is an answer, not an exception."""

    def __init__(self, user, *, scopes=EVERY_SCOPE, project=None):
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Bearer {token_of(user, scopes=scopes, project=project)}"}

    def send(self, method, path, body=b"", type="application/json", **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(method, path, body, type, headers=self.headers | headers)

    def json(self, method, path, body=None, **headers):
        return self.send(method, path, json.dumps(body or {}).encode(), **headers)


@pytest.fixture
def project():
    return make_scoped_project()


@pytest.fixture
def owner(project):
    return Caller(project.created_by)


def walk(patterns, prefix=""):
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


ROUTES = sorted(
    {route for route in walk(get_resolver().url_patterns) if "<str:key>" in route or route.startswith("api/")}
)
PART = re.compile(r"<(?:(\w+):)?(\w+)>")


def address(route, project, **given):
    """The route with the project's key, and what is given (else something) for its other parts."""

    def part(match):
        kind, name = match.groups()
        return given.get(name) or (project.key if name == "key" else "1" if kind == "int" else "x")

    return "/" + PART.sub(part, route)


def faults(answers):
    return {what for what, response in answers if response.status_code >= 500}


def test_no_body_is_answered_by_a_fault(project, owner):
    def answers():
        for route in ROUTES:
            for method in ("POST", "PATCH", "PUT", "DELETE"):
                for body in BODIES:
                    yield (method, route, body[:40]), owner.send(method, address(route, project), body)
                yield (method, route, "keyed"), owner.send(method, address(route, project), b"[]", Idempotency_Key="k")

    assert faults(answers()) == set()


def test_no_name_in_an_address_is_answered_by_a_fault(project, owner):
    def answers():
        for route in ROUTES:
            for _, part in PART.findall(route):
                for name in NAMES:
                    path = address(route, project, **{part: name})
                    yield ("GET", path[:120]), owner.send("GET", path)
                    yield ("POST", path[:120]), owner.send("POST", path, b"{}")

    assert faults(answers()) == set()


def test_no_query_is_answered_by_a_fault(project, owner):
    def answers():
        for route in ROUTES:
            for query in QUERIES:
                path = f"{address(route, project)}?{query}"
                yield path[:120], owner.send("GET", path)

    assert faults(answers()) == set()


def test_no_header_is_answered_by_a_fault(project, owner):
    def answers():
        for value in ('"²"', "9" * 5000, '"', 'W/"1"', "\x7f", "-1"):
            path = f"/api/v1/projects/{project.key}"
            yield ("If-Match", value[:20]), owner.json("PATCH", path, {"name": "x"}, If_Match=value)
            yield (
                ("Idempotency-Key", value[:20]),
                owner.json("POST", f"{path}/items", {"title": "x"}, Idempotency_Key=value),
            )
            yield ("Range", value[:20]), owner.send("GET", path, Range=value)
            yield ("Accept", value[:20]), owner.send("GET", path, Accept=value)
            yield ("Content-Type", value[:20]), owner.send("POST", f"{path}/items", b"{}", type=value)
            yield ("Authorization", value[:20]), owner.send("GET", path, Authorization=value)
            yield ("Bearer", value[:20]), owner.send("GET", path, Authorization=f"Bearer {value}")

    assert faults(answers()) == set()
