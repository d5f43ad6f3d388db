"""Objections in the studio: handed in blind."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from core.pages import now, user_of
from projects import operations
from projects.forms.spikes import ObjectionForm
from projects.models import Objection, Project
from projects.pages import project_page
from projects.views.studio.answering import sent


@project_page
@require_POST
def hand_in(request: HttpRequest, project: Project) -> HttpResponse:
    form = ObjectionForm(request.POST)

    def act() -> Objection:
        return operations.hand_in_objection(project=project, by=user_of(request), now=now(), **form.cleaned_data)

    return sent(request, project, form, act, "objections", "objection_form")
