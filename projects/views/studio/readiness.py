"""Data readiness in the studio: what a person answers."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from core.pages import now, user_of
from projects import operations
from projects.forms.dossier import AnswerForm
from projects.models import Project, ReadinessAnswer
from projects.pages import project_page
from projects.views.studio.answering import sent


@project_page
@require_POST
def answer(request: HttpRequest, project: Project, check: str) -> HttpResponse:
    form = AnswerForm(request.POST, check=check)

    def act() -> ReadinessAnswer:
        given = form.cleaned_data
        return operations.answer_readiness(
            project=project,
            check=check,
            is_met=given["is_met"],
            reason=given["reason"],
            expected_version=given["version"],
            by=user_of(request),
            now=now(),
        )

    return sent(request, project, form, act, "data", "answer_form")
