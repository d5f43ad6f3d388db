"""Every call of MLflow's protocol, also of those that are not served here, so that a client is told which it met.

`protocol.txt` is what the descriptors of the installed mlflow say, kept as a file because importing mlflow takes
seconds. A test compares the two, so that a new release of the protocol shows at once.
"""

import re
from functools import cache
from pathlib import Path

from core.errors import DomainError
from experiments.mlflow.errors import NotServed, UnknownEndpoint

TABLE = Path(__file__).with_name("protocol.txt")

_VERSION_AND_SERVICE = re.compile(r"\d\.0/mlflow(?:-artifacts)?/")


def calls() -> list[tuple[str, str]]:
    """(method, path) of every call, the path from the protocol's version on, with `{name}` for what varies."""
    lines = (line.split() for line in TABLE.read_text().splitlines())
    return [(method, path) for method, path in lines]


def unserved(method: str, tail: str) -> DomainError:
    """The refusal of a call that no route takes: NOT_IMPLEMENTED if the protocol knows it, else ENDPOINT_NOT_FOUND."""
    known = tail.rstrip("/")
    if any(one.fullmatch(known) for one in _patterns().get(method, [])):
        return NotServed(f"This server keeps runs, models and their files; it does not serve {method} {tail[:200]}.")
    return UnknownEndpoint(f"There is no call {method} {tail[:200]}.")


@cache
def _patterns() -> dict[str, list[re.Pattern[str]]]:
    found: dict[str, list[re.Pattern[str]]] = {}
    for method, path in calls():
        source = (
            re.escape(_VERSION_AND_SERVICE.sub("", path)).replace(r"\{path\+\}", ".+").replace(r"\{name\}", "[^/]+")
        )
        found.setdefault(method, []).append(re.compile(source, re.DOTALL))
    return found
