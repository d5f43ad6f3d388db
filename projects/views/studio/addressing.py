"""Where a part of the dossier is found, and which one an address asks for."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from core.errors import NotFound
from projects.models import Project

LISTS = {"options": "option", "spikes": "spike", "assumptions": "assumption"}
"""Sections that edit one of several things, and the word for its number in the address."""


def section_of(request: HttpRequest) -> str:
    return request.GET.get("section", "case")


def chosen(request: HttpRequest, content: Mapping[str, Any], section: str) -> int | None:
    """The number of the option, spike or assumption in the address, else the first one's. Raises NotFound."""
    if section not in LISTS:
        return None
    numbers = {str(one["number"]): int(one["number"]) for one in content[section]}
    asked = request.GET.get(LISTS[section], "")
    if not asked:
        return next(iter(numbers.values()), None)
    if asked not in numbers:
        raise NotFound(f"There is no {LISTS[section]} {asked[:40]} in this project.")
    return numbers[asked]


def option_of(section: str, number: int | None) -> int | None:
    return number if section == "options" else None


def query(section: str, number: int | None) -> str:
    return f"?section={section}" + (f"&{LISTS[section]}={number}" if number is not None else "")


def studio_url(project: Project, section: str, number: int | None = None, precedent: int | None = None) -> str:
    at = reverse("projects:studio", args=[project.key]) + query(section, number)
    return at + (f"&precedent={precedent}" if precedent is not None else "")
