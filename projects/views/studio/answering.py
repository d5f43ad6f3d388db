"""What a button or a form of the studio answers with."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.errors import DomainError, LedgerClosed
from core.refusals import status_of
from projects import documents, queries
from projects.models import Project
from projects.pages import takes_effect
from projects.views.studio import editing
from projects.views.studio.addressing import chosen, studio_url
from projects.views.studio.showing import show


def sent(
    request: HttpRequest,
    project: Project,
    form: forms.Form,
    act: Callable[[], Any],
    section: str,
    name: str,
    precedent: int | None = None,
    number: int | None = None,
) -> HttpResponse:
    """Back to the section once it took effect; else the form again with what is wrong."""
    if takes_effect(form, act):
        messages.success(request, "Saved.")
        return redirect(studio_url(project, section, number, precedent=precedent))
    return refused(request, project, form, section, name, precedent, number)


def refused(
    request: HttpRequest,
    project: Project,
    form: forms.Form,
    section: str,
    name: str,
    precedent: int | None = None,
    number: int | None = None,
) -> HttpResponse:
    """The section with the form, by the name that it has there, as it was sent and with what is wrong."""
    revision = queries.dossier_of(project).version  # before the content, as the page does
    content = documents.content_of(project)
    number = number if number is not None else chosen(request, content, section)
    own = editing.form_of(project, section, content, number, revision)
    more = {name: form} | ({"precedent": precedent} if precedent is not None else {})
    return show(request, project, content, section=section, number=number, form=own, status=status_of(form), more=more)


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
    except LedgerClosed:
        raise
    except DomainError as exc:
        messages.error(request, exc.message)
    else:
        messages.success(request, said)
    return redirect(studio_url(project, section, number))
