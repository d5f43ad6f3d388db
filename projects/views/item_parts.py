"""What stands on an item's page below its facts: what blocks it, what it says besides, what it is about."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core.errors import Invalid
from core.numbers import whole_of
from core.pages import now, user_of
from core.refusals import refuse_overtaken, status_of
from projects import itemtable, operations, queries, rules, subjects
from projects.forms.item_details import BlockForm, ItemDetailsForm
from projects.models import Project, WorkItem
from projects.pages import project_page, takes_effect
from projects.roles import Permission
from projects.views.board import whole


@project_page
@require_GET
def about(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """The parts that the item's page loads below its facts."""
    return _about(request, project, number)


@project_page
@require_POST
def details(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """What was changed there takes effect, unless somebody changed one of the same fields meanwhile."""
    item = queries.item_in_full(project, number)
    form = ItemDetailsForm(request.POST, project=project, item=item)

    def save() -> None:
        refuse_overtaken(form)
        operations.revise_item(
            item=item, values=form.values(), by=user_of(request), expected_version=item.version, now=now()
        )

    is_saved = takes_effect(form, save)
    return _about(request, project, number, form=None if is_saved else form)


@project_page
@require_POST
def block(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Block it, or with `act=unblock` take the block away."""
    item = queries.item(project, number)
    if request.POST.get("act") == "unblock":
        operations.unblock_item(item=item, by=user_of(request))
        return _about(request, project, number)
    form = BlockForm(request.POST)
    is_done = takes_effect(
        form, lambda: operations.block_item(item=item, by=user_of(request), now=now(), **form.cleaned_data)
    )
    return _about(request, project, number, block_form=None if is_done else form)


@project_page
@require_POST
def blocker(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """It waits for the item with this number, or key; with `act=remove`, no longer."""
    item, other = queries.item(project, number), _named(request, project)
    if request.POST.get("act") == "remove":
        operations.remove_blocker(item=item, blocker=other, by=user_of(request))
    else:
        operations.add_blocker(item=item, blocker=other, by=user_of(request), now=now())
    return _about(request, project, number)


def _named(request: HttpRequest, project: Project) -> WorkItem:
    """Raises Invalid, NotFound."""
    text = request.POST.get("item", "").strip()
    number = whole_of(text.upper().removeprefix(f"{project.key}-"))
    if number is None:
        raise Invalid(f"Choose an item, or give its number: got {text[:40]!r}.", field="item")
    return queries.item(project, number)


@project_page
@require_POST
def link(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """It is about a thing; with `act=remove`, no longer."""
    item = queries.item(project, number)
    if request.POST.get("act") == "remove":
        operations.unlink_item(link=queries.item_link(item, whole(request, "link")), by=user_of(request))
    else:
        kind, target = request.POST.get("kind", ""), request.POST.get("target", "").strip()
        operations.link_item(item=item, kind=kind, target=target, by=user_of(request), now=now())
    return _about(request, project, number)


def _about(request: HttpRequest, project: Project, number: int, **forms: Any) -> HttpResponse:
    """Without the page's script the whole page answers."""
    if not getattr(request, "htmx", False):
        return redirect("projects:item", key=project.key, number=number)
    item = queries.item_in_full(project, number)
    user = user_of(request)
    context: dict[str, Any] = {
        "project": project,
        "item": item,
        "why_not": rules.why_not(user, Permission.PLAN, project.pk),
        "links": _links(project, item),
        "waits_for": _waits_for(project, item),
        "kinds": [kind for kind in subjects.kinds() if kind not in ("project", "item")],
    }
    context["form"] = forms.get("form") or ItemDetailsForm(None, project=project, item=item)
    context["block_form"] = forms.get("block_form") or BlockForm()
    status = status_of(context["form"], context["block_form"])
    return render(request, "projects/parts/item_about.html", context, status=status)


def _waits_for(project: Project, item: WorkItem) -> list[tuple[WorkItem, str]]:
    """Each that must be finished first, with where it stands."""
    names = queries.status_names(project)
    return [(one.blocker, itemtable.status_name(one.blocker, names)) for one in item.blocked_by.all()]


def _links(project: Project, item: WorkItem) -> list[dict[str, Any]]:
    """Each with how its app names it now; what is gone keeps its id."""
    found = []
    for one in item.links.all():
        known = subjects.known(project, one.kind, one.target)
        label, url = (known.label, known.url) if known else (f"{one.target} (gone)", "")
        found.append({"id": one.pk, "kind": one.kind, "label": label, "url": url})
    return found
