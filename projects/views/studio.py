"""The scoping studio: the dossier part by part, judged while it is written."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError, NotFound, PreconditionFailed
from core.pages import now, show_on, user_of
from projects import documents, operations, queries, rules, scoping
from projects import studio as shapes
from projects.forms import CaseForm, NewOptionForm, OptionForm, StudioForm, TodayForm, tidy
from projects.models import Project
from projects.operations import fields
from projects.operations.dossier import DOSSIER_FIELDS, OPTION_FIELDS
from projects.pages import part_of, project_page
from projects.roles import Permission
from projects.scoping import templates

PARTS = {
    "sections": "projects/parts/studio_sections.html",
    "body": "projects/parts/studio_body.html",
    "result": "projects/parts/studio_result.html",
}
FORMS: dict[str, type[StudioForm]] = {"case": CaseForm, "today": TodayForm, "options": OptionForm}
LIVE = "dossier. option."


@project_page
@require_http_methods(["GET", "POST"])
def studio(request: HttpRequest, project: Project) -> HttpResponse:
    """One part of the dossier beside the sections and the result; POST saves the part."""
    revision = queries.dossier_of(project).version  # before the content: a form may know too little, never too much
    content = documents.content_of(project)
    section = _section(request)
    option = _chosen(request, content) if section == "options" else None
    if request.method == "GET" or section not in FORMS or (section == "options" and option is None):
        form = _form(section, content, option, revision)
        return _page(request, project, content, section=section, option=option, form=form)
    bound = FORMS[section](request.POST)
    return _saved(request, project, content, section, option, bound)


@project_page
@require_POST
def try_out(request: HttpRequest, project: Project) -> HttpResponse:
    """What the result would be with the form as it stands. Nothing is kept; what cannot be read stays as it was."""
    content = documents.content_of(project)
    section = _section(request)
    option = _chosen(request, content) if section == "options" else None
    form = FORMS.get(section, CaseForm)(request.POST)
    form.is_valid()
    given = {name: value for name, value in form.cleaned_data.items() if name != "revision"}
    trouble = ""
    try:
        fields.checked(given, OPTION_FIELDS if option else DOSSIER_FIELDS)
    except DomainError as exc:
        given, trouble = {}, exc.message
    return _result(request, project, _with(content, given, option), option=option, trouble=trouble, is_trial=True)


@project_page
@require_POST
def template(request: HttpRequest, project: Project) -> HttpResponse:
    """Begin from a template."""
    return _then(
        request,
        project,
        lambda: operations.start_from_template(
            project=project, template=request.POST.get("template", ""), by=user_of(request), now=now()
        ),
        "Filled from the template: replace its figures by your own.",
    )


@project_page
@require_POST
def option_add(request: HttpRequest, project: Project) -> HttpResponse:
    form = NewOptionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "An option needs a title.")
        return redirect(_url(project, "options"))
    try:
        made = operations.add_option(project=project, values=form.cleaned_data, by=user_of(request), now=now())
    except DomainError as exc:
        messages.error(request, exc.message)
        return redirect(_url(project, "options"))
    return redirect(_url(project, "options", made.number))


@project_page
@require_POST
def option_remove(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    option = queries.option(project, number)
    return _then(
        request,
        project,
        lambda: operations.remove_option(option=option, by=user_of(request), now=now()),
        f"{option.title} is out; earlier revisions keep it.",
    )


def _then(request: HttpRequest, project: Project, act: Callable[[], Any], said: str) -> HttpResponse:
    try:
        act()
    except DomainError as exc:
        messages.error(request, exc.message)
    else:
        messages.success(request, said)
    return redirect(_url(project, "options"))


def _saved(
    request: HttpRequest,
    project: Project,
    content: dict[str, Any],
    section: str,
    option: int | None,
    form: StudioForm,
) -> HttpResponse:
    """Save what the form really changed since the revision that it began with."""
    conflict: list[dict[str, str]] = []
    if form.is_valid():
        before = _before(project, form.cleaned_data["revision"], option)
        given = {name: value for name, value in form.values().items() if fields.plain(value) != before.get(name)}
        try:
            _write(request, project, option, given, {name: before.get(name) for name in given})
        except PreconditionFailed as exc:
            form, conflict = _overtaken(project, section, option, given, exc)
        except DomainError as exc:
            show_on(form, exc)
        else:
            messages.success(request, "Saved.")
            return redirect(_url(project, section, option))
    status = 412 if conflict else 422
    return _page(request, project, content, section=section, option=option, form=form, conflict=conflict, status=status)


def _overtaken(
    project: Project, section: str, option: int | None, given: dict[str, Any], refusal: PreconditionFailed
) -> tuple[StudioForm, list[dict[str, str]]]:
    """The form anew: theirs where only they changed something; where both did, ours stays and both are told."""
    revision = queries.dossier_of(project).version
    current = _fields(documents.content_of(project), option)
    form = FORMS[section](initial=current | given | {"revision": revision})
    overtaken = [one.field for one in refusal.errors if one.field]
    return form, [
        {
            "label": str(form.fields[name].label),
            "theirs": fields.shown(current.get(name)),
            "yours": fields.shown(given[name]),
        }
        for name in overtaken
    ]


def _write(
    request: HttpRequest, project: Project, option: int | None, given: dict[str, Any], seen: dict[str, Any]
) -> None:
    if option is None:
        operations.revise_dossier(project=project, values=given, by=user_of(request), now=now(), seen=seen)
    else:
        operations.revise_option(
            option=queries.option(project, option), values=given, by=user_of(request), now=now(), seen=seen
        )


def _page(
    request: HttpRequest,
    project: Project,
    content: dict[str, Any],
    *,
    section: str,
    option: int | None,
    form: StudioForm | None,
    conflict: list[dict[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    part = part_of(request)
    if part == "result":
        return _result(request, project, content, option=option)
    found = scoping.studio(content)
    context = {
        "project": project,
        "dossier": queries.dossier_of(project),
        "section": section,
        "option": option,
        "form": form.as_asked() if form else None,
        "conflict": conflict,
        "query": _query(section, option),
        "studio_live": LIVE,
        "why_not": rules.why_not(user_of(request), Permission.EDIT_SCOPE, project.pk),
        "templates": templates.names(),
        "new_option": NewOptionForm(auto_id="new_%s"),
        **_shown(content, found, option),
    }
    return render(request, PARTS.get(part, "projects/studio.html"), context, status=status)


def _result(
    request: HttpRequest,
    project: Project,
    content: dict[str, Any],
    *,
    option: int | None,
    trouble: str = "",
    is_trial: bool = False,
) -> HttpResponse:
    section = _section(request)
    context = {
        "project": project,
        "query": _query(section, option),
        "studio_live": LIVE,
        "trouble": trouble,
        "is_trial": is_trial,
        "why_not": rules.why_not(user_of(request), Permission.EDIT_SCOPE, project.pk),
        **_shown(content, scoping.studio(content), option),
    }
    return render(request, PARTS["result"], context)


def _shown(content: dict[str, Any], found: scoping.Studio, option: int | None) -> dict[str, Any]:
    card = shapes.shown(content, found, option)
    return {
        "found": found,
        "currency": content["currency"],
        "sections": shapes.sections(content, found),
        "options": shapes.options(content, found),
        "card": card,
        "quadrants": shapes.drawn(content, found, card.number if card else None),
        "today_value": shapes.amount(found.today_value) if found.today_value is not None else None,
    }


def _form(section: str, content: dict[str, Any], option: int | None, revision: int) -> StudioForm | None:
    if section not in FORMS or (section == "options" and option is None):
        return None
    return FORMS[section](initial=_fields(content, option) | {"revision": revision})


def _section(request: HttpRequest) -> str:
    return request.GET.get("section", "case")


def _chosen(request: HttpRequest, content: Mapping[str, Any]) -> int | None:
    """The number of the option in the address, else the first one's."""
    numbers = [option["number"] for option in content["options"]]
    asked = request.GET.get("option", "")
    if not asked:
        return numbers[0] if numbers else None
    if not (asked.isascii() and asked.isdigit() and int(asked) in numbers):
        raise NotFound(f"There is no option {asked} in this project.")
    return int(asked)


def _fields(content: Mapping[str, Any], option: int | None) -> dict[str, Any]:
    found = content if option is None else next((one for one in content["options"] if one["number"] == option), {})
    return {name: tidy(value) for name, value in found.items()}


def _before(project: Project, revision: int, option: int | None) -> dict[str, Any]:
    """What the form began with: the dossier, or an option of it, as that revision has it."""
    if revision == 0:
        return documents.dossier_json(queries.dossier_of(project)) if option is None else {}
    return _fields(queries.dossier_revision(project, revision).content, option)


def _with(content: dict[str, Any], given: dict[str, Any], option: int | None) -> dict[str, Any]:
    """The dossier with these fields in place of its own."""
    plain = {name: fields.plain(value) for name, value in given.items()}
    if option is None:
        return content | plain
    changed = [one | plain if one["number"] == option else one for one in content["options"]]
    return content | {"options": changed}


def _query(section: str, option: int | None) -> str:
    return f"?section={section}" + (f"&option={option}" if option is not None else "")


def _url(project: Project, section: str, option: int | None = None) -> str:
    return reverse("projects:studio", args=[project.key]) + _query(section, option)
