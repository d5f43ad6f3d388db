"""One card: adding it and changing it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from core.pages import now, user_of
from core.refusals import status_of
from projects import cardfacts, itemtable, operations, peeks, queries, rules
from projects.cardfacts import BestRun
from projects.enums import TESTING
from projects.forms.board import ItemChangeForm
from projects.forms.items_in_place import ItemInPlaceForm
from projects.forms.work_settings import TemplateNameForm
from projects.models import ItemComment, Project, WorkItem
from projects.pages import part_of, project_page, takes_effect
from projects.roles import Permission
from projects.views.attachments import place, section
from projects.views.board import new_item_form, show_board
from projects.views.comments import discussion, item_room

PAGE = "projects/item.html"
LAST_SAID = 3
"""Comments that a glance shows."""


@project_page
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest, project: Project) -> HttpResponse:
    """The form of a new item: asked for with `template`, filled in as that begins; posted, the item is added."""
    is_fragment = bool(getattr(request, "htmx", False))
    if request.method == "GET":
        form = new_item_form(project, **_begun(request, project))
        return render(request, NEW_ITEM, {"project": project, "item_form": form})
    form = new_item_form(project, request.POST)
    if takes_effect(form, lambda: _add(request, project, dict(form.cleaned_data))):
        return _back(request, project, is_fragment=is_fragment)
    if is_fragment:
        return render(request, NEW_ITEM, {"project": project, "item_form": form}, status=status_of(form))
    return show_board(request, project, item_form=form)


NEW_ITEM = "projects/parts/new_item_form.html"


def _begun(request: HttpRequest, project: Project) -> dict[str, Any]:
    """What the form begins with: the template's values, in the sprint that was chosen; a title that was typed stays."""
    asked = new_item_form(project, request.GET)
    asked.is_valid()
    given, template = asked.cleaned_data, asked.cleaned_data.get("template")
    begun: dict[str, Any] = {"sprint": given.get("sprint"), "assignee": given.get("assignee"), "template": template}
    if template:
        begun |= {name: template.values[name] for name in asked.fields if name in template.values}
        begun |= {"points": template.values.get("points") or sum(template.values.get("estimates", {}).values()) or None}
    return begun | ({"title": given["title"]} if given.get("title") else {})


def _back(request: HttpRequest, project: Project, *, is_fragment: bool) -> HttpResponse:
    """To the page on which the form stood: a page of htmx is told to go there."""
    if not is_fragment:
        return redirect("projects:board", key=project.key)
    here = request.headers.get("HX-Current-URL", "")
    is_ours = url_has_allowed_host_and_scheme(here, {request.get_host()}, require_https=request.is_secure())
    to = here if is_ours else reverse("projects:board", args=[project.key])
    return HttpResponse(status=204, headers={"HX-Redirect": to})


@project_page
@require_http_methods(["GET", "POST"])
def item(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """A page of its own, and for htmx the same form as a dialog over the board."""
    found = queries.item(project, number)
    if part_of(request) == "peek":
        return render(request, "ui/peek.html", _glance(request, found))
    initial = {name: getattr(found, name) for name in ItemChangeForm.base_fields}
    form = ItemChangeForm(
        request.POST or None,
        initial=initial,
        people=queries.people(project),
        sprints=queries.sprints_for(found),
    )
    if takes_effect(form, lambda: _revise(request, found, dict(form.cleaned_data))):
        return redirect("projects:board", key=project.key)
    return _show(request, project, found, form=form)


def _show(
    request: HttpRequest,
    project: Project,
    item: WorkItem,
    *,
    form: ItemChangeForm | None = None,
    template_form: TemplateNameForm | None = None,
) -> HttpResponse:
    """The item; a form that came back wrong stands open on it."""
    context = {
        "project": project,
        "item": item,
        "status": _status(item),
        "best": _best(item),
        "tests": item.kind in TESTING,
        "in_place": ItemInPlaceForm(project, item).in_place(),
        "form": form,
        "template_form": template_form or TemplateNameForm(initial={"name": item.title[:60]}),
        "template_wrong": template_form is not None,
        "why_not": rules.why_not(user_of(request), Permission.PLAN, project.pk),
    }
    context |= place(item)
    template = _template_for(request)
    if template == PAGE:
        context |= discussion(request, project, item_room(project, item.number)) | section(request, project, item)
    return render(request, template, context, status=status_of(form, template_form))


def _glance(request: HttpRequest, item: WorkItem) -> dict[str, Any]:
    said = queries.comments_on(ItemComment, item, user_of(request)).order_by("-pk")[:LAST_SAID]
    return peeks.of_item(item, status=_status(item), best=_best(item), said=list(said)[::-1])


def _best(item: WorkItem) -> BestRun | None:
    return cardfacts.best_runs(item.project, [item]).get(item.number)


def _status(item: WorkItem) -> str:
    return itemtable.status_name(item, queries.status_names(item.project))


@project_page
@require_POST
def keep_as_template(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    """Keep what the item says as what others begin with."""
    found = queries.item(project, number)
    form = TemplateNameForm(request.POST)
    if takes_effect(
        form, lambda: operations.template_from_item(item=found, name=form.cleaned_data["name"], by=user_of(request))
    ):
        messages.success(request, f"Items can begin as the template {form.cleaned_data['name']} now.")
        return redirect("projects:item", key=project.key, number=number)
    return _show(request, project, found, template_form=form)


def _template_for(request: HttpRequest) -> str:
    if part_of(request) == "facts":
        return "projects/parts/item_facts.html"
    htmx = getattr(request, "htmx", None)
    is_dialog = bool(htmx) and getattr(htmx, "target", "") != "top"
    return "projects/parts/item_dialog.html" if is_dialog else PAGE


def _add(request: HttpRequest, project: Project, values: dict[str, Any]) -> None:
    template, by = values.pop("template"), user_of(request)
    if template is None:
        item = operations.add_item(project=project, by=by, now=now(), **values)
    else:
        title = values.pop("title")
        item = operations.add_from_template(template=template, title=title, more=values, by=by, now=now())
    messages.success(request, f"{project.key}-{item.number} {item.title} is added.")


def _revise(request: HttpRequest, item: WorkItem, values: dict[str, Any]) -> None:
    version = values.pop("version")
    operations.revise_item(item=item, values=values, by=user_of(request), expected_version=version, now=now())
