"""The scoping studio: the dossier part by part, judged while it is written."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError, NotFound, PreconditionFailed
from core.pages import now, show_on, user_of
from projects import documents, operations, queries, rules, scoping
from projects import studio as shapes
from projects.forms.dossier import (
    CaseForm,
    CeilingForm,
    NewOptionForm,
    OptionForm,
    PrecedentForm,
    SheetForm,
    StudioForm,
    TodayForm,
)
from projects.forms.fields import tidy
from projects.models import Ceiling, Precedent, Project, Sheet
from projects.operations import fields
from projects.operations.dossier import DOSSIER_FIELDS, OPTION_FIELDS
from projects.pages import part_of, project_page, takes_effect
from projects.roles import Permission
from projects.scoping import templates

PARTS = {
    "sections": "projects/parts/studio_sections.html",
    "body": "projects/parts/studio_body.html",
    "result": "projects/parts/studio_result.html",
}
FORMS: dict[str, type[StudioForm]] = {"case": CaseForm, "today": TodayForm, "options": OptionForm}
LIVE = "dossier. option. precedent. sheet. ceiling."


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
    bound = _blank(section, content, request.POST)
    return _saved(request, project, content, section, option, bound)


@project_page
@require_POST
def try_out(request: HttpRequest, project: Project) -> HttpResponse:
    """What the result would be with the form as it stands. Nothing is kept; what cannot be read stays as it was."""
    content = documents.content_of(project)
    section = _section(request)
    option = _chosen(request, content) if section == "options" else None
    form = _blank(section, content, request.POST)
    form.is_valid()
    given = {name: value for name, value in form.cleaned_data.items() if name != "revision"}
    compared = {"precedent": given.pop("precedent")} if "precedent" in given else {}
    trouble = ""
    try:
        fields.checked(given, OPTION_FIELDS if option else DOSSIER_FIELDS)
    except DomainError as exc:
        given, trouble = {}, exc.message
    return _result(
        request, project, _with(content, given | compared, option), option=option, trouble=trouble, is_trial=True
    )


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


@project_page
@require_POST
def precedent_add(request: HttpRequest, project: Project) -> HttpResponse:
    form = PrecedentForm(request.POST)

    def act() -> Precedent:
        return operations.add_precedent(project=project, values=form.cleaned_data, by=user_of(request), now=now())

    return _sent(request, project, form, act, "precedents", "precedent_form")


@project_page
@require_POST
def precedent_rate(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    form = SheetForm(request.POST)
    precedent = queries.precedent(project, number)

    def act() -> Sheet:
        return operations.rate_precedent(
            precedent=precedent, ratings=form.ratings(), evidence=form.evidence(), by=user_of(request), now=now()
        )

    return _sent(request, project, form, act, "precedents", "sheet_form", precedent=number)


@project_page
@require_POST
def ceiling_seal(request: HttpRequest, project: Project) -> HttpResponse:
    form = CeilingForm(request.POST)

    def act() -> Ceiling:
        return operations.seal_ceiling(project=project, values=form.cleaned_data, by=user_of(request), now=now())

    return _sent(request, project, form, act, "ceiling", "ceiling_form")


@project_page
@require_POST
def ceiling_open(request: HttpRequest, project: Project) -> HttpResponse:
    ceiling = queries.ceiling(project)
    if ceiling is None:
        raise NotFound("No ceiling is sealed yet.")
    act = partial(operations.open_ceiling, ceiling=ceiling, by=user_of(request), now=now())
    return _then(request, project, act, "The ceiling is open.", section="ceiling")


def _sent(
    request: HttpRequest,
    project: Project,
    form: forms.Form,
    act: Callable[[], Any],
    section: str,
    name: str,
    precedent: int | None = None,
) -> HttpResponse:
    """Back to the section once it took effect; else the form again with what is wrong."""
    if takes_effect(form, act):
        messages.success(request, "Saved.")
        return redirect(_url(project, section, precedent=precedent))
    content = documents.content_of(project)
    more = {name: form} | ({"precedent": precedent} if precedent is not None else {})
    return _page(request, project, content, section=section, option=None, form=None, status=422, more=more)


def _then(
    request: HttpRequest, project: Project, act: Callable[[], Any], said: str, section: str = "options"
) -> HttpResponse:
    try:
        act()
    except DomainError as exc:
        messages.error(request, exc.message)
    else:
        messages.success(request, said)
    return redirect(_url(project, section))


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
    form = _blank(section, documents.content_of(project), initial=current | given | {"revision": revision})
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
    if given.get("precedent") is not None:
        given = given | {"precedent": queries.precedent(project, given["precedent"])}
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
    more: Mapping[str, Any] | None = None,
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
        **_of_section(request, project, section, content),
        **(more or {}),
    }
    return render(request, PARTS.get(part, "projects/studio.html"), context, status=status)


def _of_section(request: HttpRequest, project: Project, section: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """What only this section shows."""
    user = user_of(request)
    if section == "ceiling":
        ceiling = queries.ceiling(project)
        return {
            "ceiling": ceiling,
            "ceiling_form": CeilingForm(),
            "why_not_seal": rules.why_not_seal(user, project),
            "why_not_open": rules.why_not_open(user, ceiling) if ceiling else None,
        }
    if section != "precedents" or not content["precedents"]:
        return {"precedent_form": PrecedentForm()}
    numbers = [one["number"] for one in content["precedents"]]
    asked = request.GET.get("precedent", "")
    number = int(asked) if asked in map(str, numbers) else numbers[0]
    precedent = queries.precedent(project, number)
    mine = next((sheet for sheet in precedent.sheets.all() if sheet.rater_id == user.pk), None)
    return {
        "precedent_form": PrecedentForm(),
        "precedent": number,
        "query": f"?section=precedents&precedent={number}",
        "compared": shapes.compared(content, number),
        "mine": mine,
        "sheet_form": SheetForm(initial=_rated(mine) if mine else None),
        "why_not_rate": rules.why_not_rate(user, precedent),
    }


def _rated(sheet: Sheet) -> dict[str, Any]:
    evidence = {f"{key}_evidence": text for key, text in sheet.evidence.items()}
    return {key: "unknown" if value is None else value for key, value in sheet.ratings.items()} | evidence


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
        "precedents": content["precedents"],
        "quadrants": shapes.drawn(content, found, card.number if card else None),
        "today_value": shapes.amount(found.today_value) if found.today_value is not None else None,
    }


def _form(section: str, content: dict[str, Any], option: int | None, revision: int) -> StudioForm | None:
    if section not in FORMS or (section == "options" and option is None):
        return None
    return _blank(section, content, initial=_fields(content, option) | {"revision": revision})


def _blank(section: str, content: Mapping[str, Any], data: Any = None, **kwargs: Any) -> StudioForm:
    """The section's form; an option's knows the precedents that there are."""
    if section != "options":
        return FORMS.get(section, CaseForm)(data, **kwargs)
    return OptionForm(data, precedents=[(one["number"], one["title"]) for one in content["precedents"]], **kwargs)


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


def _url(project: Project, section: str, option: int | None = None, precedent: int | None = None) -> str:
    at = reverse("projects:studio", args=[project.key]) + _query(section, option)
    return at + (f"&precedent={precedent}" if precedent is not None else "")
