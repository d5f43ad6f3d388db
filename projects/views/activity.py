"""The ledger: everything that happened, and whether its chain holds."""

import json
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from core import ledger
from core.errors import Invalid
from core.ledger.jobs import EXPORT, VERIFY, kept_until
from core.models import Event
from core.pages import now, whole_asked
from projects import feed, queries
from projects.models import Project
from projects.pages import part_of, project_page

SHOWN = 50
MOST_TYPE = 60
MOST_NUMBER = 2**62


@project_page
@require_GET
def activity(request: HttpRequest, project: Project) -> HttpResponse:
    """Newest first. `?type=` is the beginning of the types, `?before=` the number to go on from. Raises Invalid."""
    if part_of(request) == "checks":
        return _checks(request, project)
    prefix, before = _prefix(request), whole_asked(request, "before", most=MOST_NUMBER)
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


def _checks(request: HttpRequest, project: Project) -> HttpResponse:
    """The latest walk, the newest checkpoint and the latest export. Fetched by itself: checkpoints may lie far away."""
    try:
        checkpoint, broken = ledger.latest(project.stream.name), ""
    except ledger.Broken as exc:
        checkpoint, broken = None, exc.message
    export = queries.latest_job(project, EXPORT)
    until = kept_until(export) if export else None
    context = {
        "project": project,
        "walk": queries.latest_job(project, VERIFY),
        "export": export,
        "expired_at": until if until and until <= now() else None,
        "checkpoint": checkpoint,
        "checkpoint_at": datetime.fromisoformat(checkpoint.at) if checkpoint else None,
        "broken": broken,
        "key": ledger.public_key(),
    }
    return render(request, "projects/parts/ledger_checks.html", context)


def _row(event: Event, key: str) -> dict[str, Any]:
    entry = feed.entries([event], key)[0]
    return {"event": event, "entry": entry, "data": json.dumps(event.data, indent=1, ensure_ascii=False)}


def _prefix(request: HttpRequest) -> str:
    text = request.GET.get("type", "")
    if len(text) > MOST_TYPE or not text.isprintable():
        said = f"type has at most {MOST_TYPE} printable characters, as in item.: got {text[:40]!r}."
        raise Invalid(said, field="type", code="length")
    return text
