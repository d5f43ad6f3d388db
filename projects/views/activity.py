"""The ledger: everything that happened, and whether its chain holds."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from core import events
from core.models import Event
from projects import feed, queries
from projects.models import Project
from projects.pages import part_of, project_page

SHOWN = 50


@project_page
@require_GET
def activity(request: HttpRequest, project: Project) -> HttpResponse:
    """Newest first. `?type=` is the beginning of the types, `?before=` the number to go on from."""
    prefix, before = _prefix(request), _before(request)
    found = queries.events(project, prefix=prefix).select_related("actor").order_by("-seq")
    if before:
        found = found.filter(seq__lt=before)
    rows = list(found[: SHOWN + 1])
    kept: dict[str, Any] = {"type": prefix} if prefix else {}
    context = {
        "project": project,
        "rows": [_row(event, project.key) for event in rows[:SHOWN]],
        "prefix": prefix,
        "kinds": queries.event_kinds(project),
        "is_first": not before,
        "query": f"&{urlencode(kept)}" if kept else "",
        "next_url": f"?{urlencode(kept | {'before': rows[SHOWN - 1].seq})}" if len(rows) > SHOWN else "",
        "feed_live": f"{feed.prefixes()} job.",
        "total": project.stream.last_seq,
    }
    template = "projects/parts/ledger.html" if part_of(request) == "ledger" else "projects/activity.html"
    return render(request, template, context)


@project_page
@require_GET
def verify(request: HttpRequest, project: Project) -> HttpResponse:
    verdict = events.verify(project.stream)
    template = "projects/parts/verdict.html" if getattr(request, "htmx", False) else "projects/verdict.html"
    return render(request, template, {"project": project, "verdict": verdict})


def _row(event: Event, key: str) -> dict[str, Any]:
    entry = feed.entries([event], key)[0]
    return {"event": event, "entry": entry, "data": json.dumps(event.data, indent=1, ensure_ascii=False)}


def _prefix(request: HttpRequest) -> str:
    text = request.GET.get("type", "")[:60]
    return text if text.isprintable() else ""


def _before(request: HttpRequest) -> int | None:
    text = request.GET.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
