"""The page of the studio: a part beside the sections and the result, saved, tried, begun."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError, PreconditionFailed
from core.pages import now, user_of
from core.refusals import show_on, status_of
from projects import documents, operations, queries
from projects.forms.dossier import StudioForm
from projects.models import Project
from projects.operations import fields
from projects.operations.dossier import OPTION_FIELDS, dossier_fields
from projects.pages import project_page
from projects.views.studio import editing
from projects.views.studio.addressing import chosen, option_of, section_of, studio_url
from projects.views.studio.answering import then
from projects.views.studio.showing import result, show


@project_page
@require_http_methods(["GET", "POST"])
def studio(request: HttpRequest, project: Project) -> HttpResponse:
    """One part of the dossier beside the sections and the result; POST saves the part."""
    revision = queries.dossier_of(project).version  # before the content: a form may know too little, never too much
    content = documents.content_of(project)
    section = section_of(request)
    number = chosen(request, content, section)
    if request.method == "GET" or not editing.is_edited(section, number):
        form = editing.form_of(project, section, content, number, revision)
        return show(request, project, content, section=section, number=number, form=form)
    bound = editing.blank(project, section, content, request.POST)
    return _saved(request, project, content, section, number, bound)


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
        given, seen = editing.changed(project, section, number, form)
        try:
            editing.write(project, section, number, given, seen, by=user_of(request), now=now())
        except PreconditionFailed as exc:
            form, conflict = editing.overtaken(project, section, number, given, exc)
        except DomainError as exc:
            show_on(form, exc)
        else:
            messages.success(request, "Saved.")
            return redirect(studio_url(project, section, number))
    status = 412 if conflict else status_of(form)
    return show(request, project, content, section=section, number=number, form=form, conflict=conflict, status=status)


@project_page
@require_POST
def try_out(request: HttpRequest, project: Project) -> HttpResponse:
    """What the result would be with the form as it stands. Nothing is kept; what cannot be read stays as it was."""
    content = documents.content_of(project)
    section = section_of(request)
    option = option_of(section, chosen(request, content, section))
    form = editing.blank(project, section, content, request.POST)
    form.is_valid()
    given = {name: value for name, value in form.cleaned_data.items() if name != "revision"}
    compared = {"precedent": given.pop("precedent")} if "precedent" in given else {}
    trouble = ""
    try:
        fields.checked(given, OPTION_FIELDS if option else dossier_fields(now()))
    except DomainError as exc:
        given, trouble = {}, exc.message
    would_be = editing.tried(content, given | compared, option)
    return result(request, project, would_be, option=option, trouble=trouble, is_trial=True)


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
def take_priors(request: HttpRequest, project: Project) -> HttpResponse:
    """Judge the dossier by what finished projects have taught since it was begun."""

    def act() -> Any:
        return operations.take_newest_priors(project=project, by=user_of(request), now=now())

    return then(request, project, act, "Judged by what the finished projects have taught.")
