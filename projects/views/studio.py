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
from projects.enums import SpikeState
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
from projects.forms.spikes import SpikeForm
from projects.models import Ceiling, Precedent, Project, Sheet
from projects.operations import fields
from projects.operations.dossier import DOSSIER_FIELDS, OPTION_FIELDS
from projects.pages import part_of, project_page, takes_effect
from projects.roles import Permission
from projects.scoping import templates
from projects.views import sections

PARTS = {
    "sections": "projects/parts/studio_sections.html",
    "body": "projects/parts/studio_body.html",
    "result": "projects/parts/studio_result.html",
}
FORMS: dict[str, type[StudioForm]] = {
    "case": CaseForm,
    "today": TodayForm,
    "options": OptionForm,
    "spikes": SpikeForm,
}
LISTS = {"options": "option", "spikes": "spike"}
"""Sections that edit one of several things, and the word for its number in the address."""
LIVE = "dossier. option. precedent. sheet. ceiling. spike. kill_criterion. objection."


@project_page
@require_http_methods(["GET", "POST"])
def studio(request: HttpRequest, project: Project) -> HttpResponse:
    """One part of the dossier beside the sections and the result; POST saves the part."""
    revision = queries.dossier_of(project).version  # before the content: a form may know too little, never too much
    content = documents.content_of(project)
    section = _section(request)
    number = _chosen(request, content, section)
    if request.method == "GET" or section not in FORMS or (section in LISTS and number is None):
        form = _form(section, content, number, revision)
        return _page(request, project, content, section=section, number=number, form=form)
    bound = _blank(section, content, request.POST)
    return _saved(request, project, content, section, number, bound)


@project_page
@require_POST
def try_out(request: HttpRequest, project: Project) -> HttpResponse:
    """What the result would be with the form as it stands. Nothing is kept; what cannot be read stays as it was."""
    content = documents.content_of(project)
    section = _section(request)
    option = _option_of(section, _chosen(request, content, section))
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
    return then(
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
        return redirect(studio_url(project, "options"))
    try:
        made = operations.add_option(project=project, values=form.cleaned_data, by=user_of(request), now=now())
    except DomainError as exc:
        messages.error(request, exc.message)
        return redirect(studio_url(project, "options"))
    return redirect(studio_url(project, "options", made.number))


@project_page
@require_POST
def option_remove(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    option = queries.option(project, number)
    return then(
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

    return sent(request, project, form, act, "precedents", "precedent_form")


@project_page
@require_POST
def precedent_rate(request: HttpRequest, project: Project, number: int) -> HttpResponse:
    form = SheetForm(request.POST)
    precedent = queries.precedent(project, number)

    def act() -> Sheet:
        return operations.rate_precedent(
            precedent=precedent, ratings=form.ratings(), evidence=form.evidence(), by=user_of(request), now=now()
        )

    return sent(request, project, form, act, "precedents", "sheet_form", precedent=number)


@project_page
@require_POST
def ceiling_seal(request: HttpRequest, project: Project) -> HttpResponse:
    form = CeilingForm(request.POST)

    def act() -> Ceiling:
        return operations.seal_ceiling(project=project, values=form.cleaned_data, by=user_of(request), now=now())

    return sent(request, project, form, act, "ceiling", "ceiling_form")


@project_page
@require_POST
def ceiling_open(request: HttpRequest, project: Project) -> HttpResponse:
    ceiling = queries.ceiling(project)
    if ceiling is None:
        raise NotFound("No ceiling is sealed yet.")
    act = partial(operations.open_ceiling, ceiling=ceiling, by=user_of(request), now=now())
    return then(request, project, act, "The ceiling is open.", section="ceiling")


def sent(
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
        return redirect(studio_url(project, section, precedent=precedent))
    content = documents.content_of(project)
    more = {name: form} | ({"precedent": precedent} if precedent is not None else {})
    return _page(request, project, content, section=section, number=None, form=None, status=422, more=more)


def then(
    request: HttpRequest,
    project: Project,
    act: Callable[[], Any],
    said: str,
    section: str = "options",
    number: int | None = None,
) -> HttpResponse:
    """Back to the section, with what happened or why not."""
    try:
        act()
    except DomainError as exc:
        messages.error(request, exc.message)
    else:
        messages.success(request, said)
    return redirect(studio_url(project, section, number))


def _saved(
    request: HttpRequest,
    project: Project,
    content: dict[str, Any],
    section: str,
    number: int | None,
    form: StudioForm,
) -> HttpResponse:
    """Save what the form really changed since the revision that it began with."""
    conflict: list[dict[str, str]] = []
    if form.is_valid():
        before = _before(project, form.cleaned_data["revision"], section, number)
        given = {name: value for name, value in form.values().items() if fields.plain(value) != before.get(name)}
        try:
            _write(request, project, section, number, given, {name: before.get(name) for name in given})
        except PreconditionFailed as exc:
            form, conflict = _overtaken(project, section, number, given, exc)
        except DomainError as exc:
            show_on(form, exc)
        else:
            messages.success(request, "Saved.")
            return redirect(studio_url(project, section, number))
    status = 412 if conflict else 422
    return _page(request, project, content, section=section, number=number, form=form, conflict=conflict, status=status)


def _overtaken(
    project: Project, section: str, number: int | None, given: dict[str, Any], refusal: PreconditionFailed
) -> tuple[StudioForm, list[dict[str, str]]]:
    """The form anew: theirs where only they changed something; where both did, ours stays and both are told."""
    revision = queries.dossier_of(project).version
    current = _fields(documents.content_of(project), section, number)
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
    request: HttpRequest,
    project: Project,
    section: str,
    number: int | None,
    given: dict[str, Any],
    seen: dict[str, Any],
) -> None:
    by, at = user_of(request), now()
    if given.get("precedent") is not None:
        given = given | {"precedent": queries.precedent(project, given["precedent"])}
    if number is None:
        operations.revise_dossier(project=project, values=given, by=by, now=at, seen=seen)
    elif section == "spikes":
        operations.revise_spike(spike=queries.spike(project, number), values=given, by=by, now=at, seen=seen)
    else:
        operations.revise_option(option=queries.option(project, number), values=given, by=by, now=at, seen=seen)


def _page(
    request: HttpRequest,
    project: Project,
    content: dict[str, Any],
    *,
    section: str,
    number: int | None,
    form: StudioForm | None,
    conflict: list[dict[str, str]] | None = None,
    status: int = 200,
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    part, option = part_of(request), _option_of(section, number)
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
        "query": _query(section, number),
        "studio_live": LIVE,
        "why_not": rules.why_not(user_of(request), Permission.EDIT_SCOPE, project.pk),
        "templates": templates.names(),
        "new_option": NewOptionForm(auto_id="new_%s"),
        **_shown(content, found, option),
        **_of_section(request, project, section, content, number),
        **(more or {}),
    }
    return render(request, PARTS.get(part, "projects/studio.html"), context, status=status)


def _of_section(
    request: HttpRequest, project: Project, section: str, content: Mapping[str, Any], number: int | None
) -> dict[str, Any]:
    """What only this section shows."""
    user = user_of(request)
    if section == "spikes":
        return sections.spikes(project, content, number, user)
    if section == "kill":
        return sections.kill_criteria(project, user, now().date())
    if section == "objections":
        return sections.objections(project, user)
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


def _form(section: str, content: dict[str, Any], number: int | None, revision: int) -> StudioForm | None:
    if section not in FORMS or (section in LISTS and number is None):
        return None
    if section == "spikes" and not _is_planned(content, number):
        return None
    return _blank(section, content, initial=_fields(content, section, number) | {"revision": revision})


def _blank(section: str, content: Mapping[str, Any], data: Any = None, **kwargs: Any) -> StudioForm:
    """The section's form; an option's knows the precedents that there are."""
    if section != "options":
        return FORMS.get(section, CaseForm)(data, **kwargs)
    return OptionForm(data, precedents=[(one["number"], one["title"]) for one in content["precedents"]], **kwargs)


def _section(request: HttpRequest) -> str:
    return request.GET.get("section", "case")


def _chosen(request: HttpRequest, content: Mapping[str, Any], section: str) -> int | None:
    """The number of the option or spike in the address, else the first one's."""
    if section not in LISTS:
        return None
    numbers = [one["number"] for one in content[section]]
    asked = request.GET.get(LISTS[section], "")
    if not asked:
        return numbers[0] if numbers else None
    if not (asked.isascii() and asked.isdigit() and int(asked) in numbers):
        raise NotFound(f"There is no {LISTS[section]} {asked} in this project.")
    return int(asked)


def _option_of(section: str, number: int | None) -> int | None:
    return number if section == "options" else None


def _is_planned(content: Mapping[str, Any], number: int | None) -> bool:
    return any(one["number"] == number and one["state"] == SpikeState.PLANNED for one in content["spikes"])


def _fields(content: Mapping[str, Any], section: str, number: int | None) -> dict[str, Any]:
    if number is None:
        found = content
    else:
        found = next((one for one in content.get(section, ()) if one["number"] == number), {})
    return {name: tidy(value) for name, value in found.items()}


def _before(project: Project, revision: int, section: str, number: int | None) -> dict[str, Any]:
    """What the form began with: the dossier, or one thing of it, as that revision has it."""
    if revision == 0:
        return documents.dossier_json(queries.dossier_of(project)) if number is None else {}
    return _fields(queries.dossier_revision(project, revision).content, section, number)


def _with(content: dict[str, Any], given: dict[str, Any], option: int | None) -> dict[str, Any]:
    """The dossier with these fields in place of its own."""
    plain = {name: fields.plain(value) for name, value in given.items()}
    if option is None:
        return content | plain
    changed = [one | plain if one["number"] == option else one for one in content["options"]]
    return content | {"options": changed}


def _query(section: str, number: int | None) -> str:
    return f"?section={section}" + (f"&{LISTS[section]}={number}" if number is not None else "")


def studio_url(project: Project, section: str, number: int | None = None, precedent: int | None = None) -> str:
    at = reverse("projects:studio", args=[project.key]) + _query(section, number)
    return at + (f"&precedent={precedent}" if precedent is not None else "")
