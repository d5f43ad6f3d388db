"""What a button or a form of the studio answers with."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.errors import DomainError
from projects import documents
from projects.models import Project
from projects.pages import takes_effect
from projects.views.studio.addressing import studio_url
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
    content = documents.content_of(project)
    more = {name: form} | ({"precedent": precedent} if precedent is not None else {})
    return show(request, project, content, section=section, number=number, form=None, status=422, more=more)


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
