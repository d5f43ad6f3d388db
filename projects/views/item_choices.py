"""What an item can wait for or be about, offered while one types: whatever is found that this reader may see."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from core import search
from core.pages import user_of
from projects import queries
from projects.enums import Gate
from projects.models import Project
from projects.pages import project_page

MOST = 12
MOST_TEXT = 120


@project_page
@require_GET
def choices(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Options of `kind` that fit what is typed, as `item` or `target`: each with the id that links it."""
    item = queries.item(project, number)
    kind = request.GET.get("kind", "")
    typed = request.GET.get("item") or request.GET.get("target") or ""
    text = " ".join(typed[:MOST_TEXT].split()[: search.MOST_WORDS])
    found = _gates(text) if kind == "gate" else _things(request, project, kind, text)
    options = [(value, label) for value, label in found if (kind, value) != ("item", str(item.number))]
    return render(request, "projects/parts/item_choices.html", {"options": options})


def _gates(text: str) -> list[tuple[str, str]]:
    return [(gate.value, gate.label) for gate in Gate if text.lower() in f"{gate.value} {gate.label}".lower()]


def _things(request: HttpRequest, project: Project, kind: str, text: str) -> list[tuple[str, str]]:
    if kind not in search.kinds():
        return []
    hits = search.find(user_of(request), text, kinds=[kind], each=MOST, only=project.pk).hits
    return [(_id(hit), f"{_called(hit)}, {hit.note}" if hit.note else _called(hit)) for hit in hits if _id(hit)]


def _id(hit: search.Hit) -> str:
    """A version is `scorer@3` where it is linked, and `scorer/3` where it is found."""
    name, _, number = hit.ref.rpartition("/")
    if hit.kind in ("dataset", "version"):
        return f"{name}@{number}" if name and number else ""
    return hit.ref


def _called(hit: search.Hit) -> str:
    return f"{hit.project}-{hit.ref} {hit.title}" if hit.kind == "item" else hit.title
