"""How one is told, the chat of a project, and stopping a kind of mail from the mail."""

from typing import Any

from django.conf import settings as house
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from core.pages import page, public, user_of
from core.refusals import status_of
from inbox import links, operations, queries, rules
from inbox.enums import Channel, Kind
from inbox.forms import ChatForm, PreferencesForm
from projects.models import Project
from projects.pages import project_page, takes_effect


@page
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """By kind and channel, when, and where to."""
    user = user_of(request)
    found = queries.preferences_of(user)
    form = PreferencesForm(request.POST or None, initial=PreferencesForm.initial_of(found))

    def act() -> None:
        operations.set_preferences(values=form.values(), by=user, expected_version=form.cleaned_data["version"])

    if takes_effect(form, act):
        messages.info(request, "From now on you are told like this.")
        return redirect("inbox:settings")
    context = {"form": form, "found": found, "matrix": form.matrix(), "mail": house.EMAIL_URL, "channels": Channel}
    return render(request, "inbox/settings.html", context, status=status_of(form))


@project_page
@require_http_methods(["GET", "POST"])
def chat(request: HttpRequest, project: Project) -> HttpResponse:
    """What a project's chat is told of."""
    found = queries.channel_of(project)
    form = ChatForm(request.POST or None, initial=ChatForm.initial_of(found))

    def act() -> None:
        operations.set_channel(project=project, by=user_of(request), **form.values())

    if takes_effect(form, act):
        messages.info(request, "The chat is told from now on.")
        return redirect("inbox:chat", key=project.key)
    why_not = rules.why_not_set_channel(user_of(request), project)
    context = {"project": project, "form": form, "found": found, "why_not": why_not}
    return render(request, "inbox/chat.html", context, status=status_of(form))


@project_page
@require_POST
def chat_remove(request: HttpRequest, project: Project) -> HttpResponse:
    operations.remove_channel(project=project, by=user_of(request))
    messages.info(request, "The chat is told nothing any more.")
    return redirect("inbox:chat", key=project.key)


@csrf_exempt  # programs of mail post here without having seen the page (RFC 8058): the signed address is the permission
@public
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, signed: str) -> HttpResponse:
    """Looking changes nothing, for programs look at links in mails; one press of the button does."""
    user, kind = links.unsubscribed(signed)
    if request.method == "POST":
        operations.unsubscribe(user=user, kind=kind)
    context: dict[str, Any] = {"kind": Kind(kind).label if kind else "", "is_done": request.method == "POST"}
    return render(request, "inbox/unsubscribe.html", context)
