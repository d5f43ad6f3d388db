"""What a finding can be about: each app says how its own things are found.

An app registers its kinds with `subject_kind` in its gates.py, as it does its checks.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from core.errors import Invalid, NotFound
from core.numbers import whole_of
from projects import queries
from projects.enums import Gate
from projects.models import Project


@dataclass(frozen=True)
class Subject:
    """One thing of a project, as pages name and link it."""

    label: str
    url: str


Finder = Callable[[Project, str], Subject | None]

_kinds: dict[str, Finder] = {}


def subject_kind(name: str) -> Callable[[Finder], Finder]:
    """Register how a thing of this kind is found by its id; None if there is none."""

    def register(finder: Finder) -> Finder:
        _kinds[name] = finder
        return finder

    return register


def kinds() -> list[str]:
    return sorted(_kinds)


def known(project: Project, kind: str, id: str) -> Subject | None:
    """The thing, or None if it is not there, or not any more."""
    return _kinds[kind](project, id) if kind in _kinds else None


def find(project: Project, kind: str, id: str) -> Subject:
    """Raises Invalid for an unknown kind, or a thing that there is not."""
    if kind not in _kinds:
        raise Invalid(f"About type is one of {', '.join(kinds())}: got {kind!r}.", field="about_type", code="choice")
    found = _kinds[kind](project, id)
    if found is None:
        raise Invalid(f"There is no {kind} {id!r} in this project.", field="about_id", code="unknown")
    return found


@subject_kind("project")
def _project(project: Project, id: str) -> Subject | None:
    return Subject(project.name, reverse("projects:overview", args=[project.key])) if id == project.key else None


@subject_kind("risk")
def _risk(project: Project, id: str) -> Subject | None:
    number = whole_of(id)
    if number is None:
        return None
    try:
        risk = queries.risk(project, number)
    except NotFound:
        return None
    return Subject(f"R{risk.number} {risk.title}", reverse("projects:risk", args=[project.key, risk.number]))


@subject_kind("item")
def _item(project: Project, id: str) -> Subject | None:
    number = whole_of(id)
    if number is None:
        return None
    try:
        item = queries.item(project, number)
    except NotFound:
        return None
    return Subject(f"{project.key}-{item.number}", reverse("projects:item", args=[project.key, item.number]))


@subject_kind("gate")
def _gate(project: Project, id: str) -> Subject | None:
    return Subject(Gate(id).label, reverse("projects:gate", args=[project.key])) if id in Gate.values else None
