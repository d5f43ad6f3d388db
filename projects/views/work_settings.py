"""How the work of a project is set up: its own statuses and fields, templates of items, saved views."""

from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from core.numbers import whole_of
from core.pages import user_of
from core.refusals import status_of
from projects import operations, queries, rules
from projects.enums import FieldType, ItemState
from projects.forms.work_settings import (
    FieldForm,
    NewFieldForm,
    NewStatusForm,
    StatusForm,
    TemplateForm,
    ViewForm,
    said_of,
)
from projects.models import ItemField, ItemStatus, Project
from projects.pages import part_of, project_page, takes_effect
from projects.roles import Permission, roles_with
from projects.views.tabs import work_tabs

Wrong = tuple[str, forms.Form] | None
"""The row, by its key (empty is the one that adds), and its form as it came back wrong."""


@project_page
@require_GET
def settings(request: HttpRequest, project: Project) -> HttpResponse:
    part = part_of(request)
    if part in SECTIONS:
        return _section(request, project, part)
    context: dict[str, Any] = _frame(request, project) | {"tabs": work_tabs(project, "work-settings")}
    for section in SECTIONS.values():
        context |= section(request, project, None)
    return render(request, "projects/work_settings.html", context)


def _frame(request: HttpRequest, project: Project) -> dict[str, Any]:
    roles = [role.label.lower() for role in roles_with(Permission.PLAN)]
    return {
        "project": project,
        "why_not": rules.why_not(user_of(request), Permission.PLAN, project.pk),
        "planners": f"{', '.join(roles[:-1])} and {roles[-1]}",
    }


def _section(request: HttpRequest, project: Project, name: str, wrong: Wrong = None) -> HttpResponse:
    """The section again for htmx, the page for a form without it."""
    if not getattr(request, "htmx", False) and wrong is None:
        return redirect("projects:work-settings", key=project.key)
    context = _frame(request, project) | SECTIONS[name](request, project, wrong)
    status = status_of(wrong[1]) if wrong else 200
    return render(request, f"projects/parts/settings_{name}.html", context, status=status)


def _form_of(wrong: Wrong, key: str, fresh: forms.Form) -> forms.Form:
    return wrong[1] if wrong and wrong[0] == key else fresh


# --- statuses -------------------------------------------------------------------------------------------------------


def _statuses(request: HttpRequest, project: Project, wrong: Wrong) -> dict[str, Any]:
    found, held = list(queries.item_statuses(project)), queries.items_by_status(project)
    sizes, places = Counter(one.group for one in found), Counter[str]()
    rows = []
    for one in found:
        count = held.get((one.group, None if one.is_main else one.pk), 0)
        rows.append(
            {
                "status": one,
                "group": one.get_group_display(),
                "count": count,
                "form": _form_of(wrong, one.key, StatusForm.of(one)),
                "is_first": places[one.group] == 0,
                "is_last": places[one.group] == sizes[one.group] - 1,
                "why_not_remove": operations.why_not_remove_status(one, count),
            }
        )
        places[one.group] += 1
    new = _form_of(wrong, "", NewStatusForm(auto_id="status-new-%s", initial={"group": ItemState.IN_PROGRESS}))
    return {"statuses": rows, "new_status": new}


@project_page
@require_POST
def status_add(request: HttpRequest, project: Project) -> HttpResponse:
    form = NewStatusForm(request.POST, auto_id="status-new-%s")
    is_done = takes_effect(
        form, lambda: operations.add_status(project=project, by=user_of(request), **form.cleaned_data)
    )
    return _section(request, project, "statuses", None if is_done else ("", form))


@project_page
@require_POST
def status(request: HttpRequest, project: Project, status: str) -> HttpResponse:
    """One of them: `act` is up, down or remove; else its name and limit are saved."""
    found, act, by = queries.item_status(project, status), request.POST.get("act", ""), user_of(request)
    if act == "remove":
        operations.remove_status(status=found, by=by)
    elif act in STEPS:
        group = [one for one in queries.item_statuses(project) if one.group == found.group]
        operations.place_status(status=found, at=_next_place(group, found, act), by=by)
    else:
        form = StatusForm.of(found, request.POST)
        version = _version(request)
        if not takes_effect(
            form,
            lambda: operations.revise_status(status=found, values=form.cleaned_data, by=by, expected_version=version),
        ):
            return _section(request, project, "statuses", (found.key, form))
    return _section(request, project, "statuses")


STEPS = {"up": -1, "down": 1}


def _next_place(rows: "list[ItemStatus] | list[ItemField]", row: ItemStatus | ItemField, act: str) -> int:
    at = [one.pk for one in rows].index(row.pk)
    return max(0, min(at + STEPS[act], len(rows) - 1))


def _version(request: HttpRequest) -> int | None:
    return whole_of(request.POST.get("version", ""))


# --- fields ---------------------------------------------------------------------------------------------------------


def _fields(request: HttpRequest, project: Project, wrong: Wrong) -> dict[str, Any]:
    found = list(queries.item_fields(project))
    rows = [
        {
            "field": one,
            "form": _form_of(wrong, one.key, FieldForm.of(one)),
            "has_choices": one.type == FieldType.CHOICE,
            "is_first": place == 0,
            "is_last": place == len(found) - 1,
        }
        for place, one in enumerate(found)
    ]
    return {"fields": rows, "new_field": _form_of(wrong, "", NewFieldForm(auto_id="field-new-%s"))}


@project_page
@require_POST
def field_add(request: HttpRequest, project: Project) -> HttpResponse:
    form = NewFieldForm(request.POST, auto_id="field-new-%s")
    is_done = takes_effect(
        form, lambda: operations.define_field(project=project, by=user_of(request), **form.cleaned_data)
    )
    return _section(request, project, "fields", None if is_done else ("", form))


@project_page
@require_POST
def field(request: HttpRequest, project: Project, field: str) -> HttpResponse:
    """One of them: `act` is up, down or remove; else its name and choices are saved."""
    found, act, by = queries.item_field(project, field), request.POST.get("act", ""), user_of(request)
    if act == "remove":
        operations.remove_field(field=found, by=by)
    elif act in STEPS:
        operations.place_field(field=found, at=_next_place(list(queries.item_fields(project)), found, act), by=by)
    else:
        form = FieldForm.of(found, request.POST)
        version = _version(request)
        if not takes_effect(
            form,
            lambda: operations.revise_field(field=found, values=form.cleaned_data, by=by, expected_version=version),
        ):
            return _section(request, project, "fields", (found.key, form))
    return _section(request, project, "fields")


# --- templates ------------------------------------------------------------------------------------------------------


def _templates(request: HttpRequest, project: Project, wrong: Wrong) -> dict[str, Any]:
    rows, seen = [], _version(request)
    for one in queries.item_templates(project):
        is_wrong = bool(wrong and wrong[0] == str(one.pk))
        rows.append(
            {
                "template": one,
                "said": said_of(one.values),
                "title": one.values.get("title", ""),
                "form": _form_of(wrong, str(one.pk), TemplateForm(template=one)),
                "is_wrong": is_wrong,
                "is_overtaken": is_wrong and seen not in (None, one.version),
            }
        )
    is_wrong = bool(wrong and not wrong[0])
    return {"templates": rows, "new_template": _form_of(wrong, "", TemplateForm()), "new_template_wrong": is_wrong}


@project_page
@require_POST
def template_add(request: HttpRequest, project: Project) -> HttpResponse:
    form = TemplateForm(request.POST)

    def save() -> None:
        name, values = form.cleaned_data["name"], form.values()
        operations.save_template(project=project, name=name, values=values, replaces=False, by=user_of(request))

    return _section(request, project, "templates", None if takes_effect(form, save) else ("", form))


@project_page
@require_POST
def template(request: HttpRequest, project: Project, template: int) -> HttpResponse:
    """One of them: `act` is remove; else what it says is saved."""
    found, by = queries.item_template(project, template), user_of(request)
    if request.POST.get("act") == "remove":
        operations.remove_template(template=found, by=by)
        return _section(request, project, "templates")
    form, version = TemplateForm(request.POST, template=found), _version(request)

    def save() -> None:
        name, values = form.cleaned_data["name"], form.values()
        operations.revise_template(template=found, name=name, values=values, by=by, expected_version=version)

    return _section(request, project, "templates", None if takes_effect(form, save) else (str(found.pk), form))


# --- views ----------------------------------------------------------------------------------------------------------


def _views(request: HttpRequest, project: Project, wrong: Wrong) -> dict[str, Any]:
    user, page = user_of(request), reverse("projects:items", args=[project.key])
    rows = [
        {
            "view": one,
            "url": f"{page}?{one.query}&layout={one.layout}",
            "said": [f"{name}: {value}" for name, value in parse_qsl(one.query)],
            "is_mine": one.owner_id == user.pk,
            "form": _form_of(wrong, str(one.pk), ViewForm.of(one)),
            "why_not_remove": rules.why_not_remove_view(user, one),
        }
        for one in queries.saved_views(project, user)
    ]
    return {"views": rows, "items_url": page}


@project_page
@require_POST
def view(request: HttpRequest, project: Project, view: int) -> HttpResponse:
    """One of them: `act` is remove; else its name, and whether it is shared, are saved."""
    found, by = queries.saved_view(project, user_of(request), view), user_of(request)
    if request.POST.get("act") == "remove":
        operations.remove_view(view=found, by=by)
        return _section(request, project, "views")
    form = ViewForm.of(found, request.POST)
    is_done = takes_effect(form, lambda: operations.revise_view(view=found, by=by, **form.cleaned_data))
    return _section(request, project, "views", None if is_done else (str(found.pk), form))


SECTIONS: dict[str, Callable[[HttpRequest, Project, Wrong], dict[str, Any]]] = {
    "statuses": _statuses,
    "fields": _fields,
    "templates": _templates,
    "views": _views,
}
