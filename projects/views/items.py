"""One card: adding it and changing it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.pages import now, user_of
from projects import operations, peeks, queries, rules
from projects.forms.board import ItemChangeForm
from projects.forms.items_in_place import ItemInPlaceForm
from projects.models import Project, WorkItem
from projects.pages import part_of, project_page, takes_effect
from projects.roles import Permission
from projects.views.board import new_item_form, show_board


@project_page
@require_POST
def add(request: HttpRequest, project: Project) -> HttpResponse:
    form = new_item_form(project, request.POST)
    if takes_effect(form, lambda: _add(request, project, dict(form.cleaned_data))):
        return redirect("projects:board", key=project.key)
    return show_board(request, project, item_form=form)


@project_page
@require_http_methods(["GET", "POST"])
def item(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """A page of its own, and for htmx the same form as a dialog over the board."""
    found = queries.item(project, number)
    if part_of(request) == "peek":
        return render(request, "ui/peek.html", peeks.of_item(found))
    initial = {name: getattr(found, name) for name in ItemChangeForm.base_fields}
    form = ItemChangeForm(
        request.POST or None,
        initial=initial,
        people=queries.people(project),
        sprints=queries.sprints_for(found),
    )
    if takes_effect(form, lambda: _revise(request, found, dict(form.cleaned_data))):
        return redirect("projects:board", key=project.key)
    context = {
        "project": project,
        "item": found,
        "in_place": ItemInPlaceForm(project, found).in_place(),
        "form": form,
        "why_not": rules.why_not(user_of(request), Permission.PLAN, project.pk),
    }
    template = _template_for(request)
    return render(request, template, context, status=422 if form.is_bound else 200)


def _template_for(request: HttpRequest) -> str:
    if part_of(request) == "facts":
        return "projects/parts/item_facts.html"
    return "projects/parts/item_dialog.html" if getattr(request, "htmx", False) else "projects/item.html"


def _add(request: HttpRequest, project: Project, values: dict[str, Any]) -> None:
    operations.add_item(project=project, by=user_of(request), now=now(), **values)


def _revise(request: HttpRequest, item: WorkItem, values: dict[str, Any]) -> None:
    version = values.pop("version")
    operations.revise_item(item=item, values=values, by=user_of(request), expected_version=version, now=now())
