"""The inbox: what waits, and what one does with it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core.errors import Invalid
from core.models import User
from core.pages import now, page, user_of
from inbox import forms, operations, queries, tables
from inbox.enums import Group, Show
from inbox.events import MATTERS
from inbox.rows import Row
from projects.operations.values import Values
from projects.pages import part_of


@page
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """`?show=snoozed` and `?show=done` hold what was put off and what is done; `?group=` shows that one, whole."""
    template = "inbox/parts/rows.html" if part_of(request) == "rows" else "inbox/inbox.html"
    return render(request, template, _context(request, request.GET))


@page
@require_GET
def count(request: HttpRequest) -> HttpResponse:
    """The figure in the rail, which fetches itself: no page waits for it."""
    counts = queries.counts(user_of(request), now=now())
    return render(request, "inbox/parts/count.html", {"counts": counts, "matters": " ".join(MATTERS)})


@page
@require_GET
def follow(request: HttpRequest) -> HttpResponse:
    """To what a row is about; whoever goes there has read it."""
    user = user_of(request)
    row = queries.row_with_key(user, request.GET.get("key", ""), now=now())
    operations.mark_read(row=row, by=user)
    return redirect(str(row.url))


@page
@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """One step with one row: done, snooze (`until`), unread, back. Answers with the list."""
    user = user_of(request)
    row = queries.row_with_key(user, request.POST.get("key", ""), now=now())
    step = "snooze" if request.POST.get("until") else request.POST.get("step", "")
    if step not in STEPS:
        raise Invalid(f"A step is one of {', '.join(STEPS)}: got {step[:40]!r}.", field="step")
    shown = _shown(request.POST)
    STEPS[step](row, user, request)
    if getattr(request, "htmx", False):
        return render(request, "inbox/parts/rows.html", _context(request, request.POST))
    return redirect(tables.address(*shown))


@page
@require_GET
def my_reviews(request: HttpRequest) -> HttpResponse:
    """Where reviews that wait stood before there was an inbox."""
    return redirect("inbox:inbox")


def _snooze(row: Row, user: User, request: HttpRequest) -> None:
    zone = queries.preferences_of(user).zone
    word = request.POST.get("until", "")
    until = forms.until(request.POST.get("day", "") if word == "day" else word, now=now(), zone=zone)
    operations.snooze(row=row, until=until, by=user, now=now())


STEPS: dict[str, Callable[[Row, User, HttpRequest], Any]] = {
    "done": lambda row, user, request: operations.mark_done(row=row, by=user),
    "unread": lambda row, user, request: operations.mark_unread(row=row, by=user),
    "back": lambda row, user, request: operations.bring_back(row=row, by=user),
    "snooze": _snooze,
}


def _shown(asked: QueryDict) -> tuple[Show, Group | None]:
    """Raises Invalid."""
    values, group = Values(), asked.get("group", "")
    show = values.choice("show", asked.get("show") or Show.OPEN, Show.values)
    values.choice("group", group or Group.DECIDE, Group.values)
    values.refuse_if_wrong()
    return Show(show), Group(group) if group else None


def _context(request: HttpRequest, asked: QueryDict) -> dict[str, Any]:
    show, group = _shown(asked)
    found = queries.inbox(user_of(request), now=now(), show=show)
    if group and not found.of(group):  # the last of it is done
        group = None
    return {
        "found": found,
        "show": show,
        "group": group or "",
        "groups": tables.groups(found, show, now=now(), only=group),
        "rows_url": tables.address(show, group, part="rows"),
        "tabs": [{"label": one.label, "url": tables.address(one), "here": one == show} for one in Show],
        "tomorrow": forms.until("tomorrow", now=now(), zone="UTC").date().isoformat(),
    }
