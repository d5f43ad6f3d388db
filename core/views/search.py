"""Finding anything: the palette's lists, and the same as a page of its own."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from core import search
from core.errors import Invalid
from core.pages import page, user_of

EACH_ON_PAGE = 20


@page
@require_GET
def find(request: HttpRequest) -> HttpResponse:
    """`?q=` words, `?near=` the key of the project that one is in."""
    text, near = request.GET.get("q", ""), request.GET.get("near", "")
    is_part = bool(getattr(request, "htmx", False))
    try:
        found, wrong = search.find(user_of(request), text, near=near, each=search.EACH if is_part else EACH_ON_PAGE), ""
    except Invalid as exc:
        found, wrong = search.Found((), []), exc.message
    context = {"text": text, "wrong": wrong, "found": found, "groups": [_group(one, found) for one in found.groups]}
    if not wrong:
        context["commands"] = search.commands_for(user_of(request), near=near, words=found.words)
    template = "core/parts/found.html" if is_part else "core/search.html"
    return render(request, template, context, status=422 if wrong else 200)


def _group(group: search.Group, found: search.Found) -> dict[str, Any]:
    hits = [
        asdict(hit) | {"shown": search.marked(hit.title, found.words), "icon": search.icon_of(hit)}
        for hit in group.hits
    ]
    return {"label": group.label, "icon": group.icon, "hits": hits}
