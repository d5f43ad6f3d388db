"""Connecting a notebook: a token for this project alone, what to paste, and the first run as it arrives."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.numbers import BIG, whole_of
from core.operations import create_token
from core.pages import now, user_of
from core.refusals import status_of
from core.roles import Scope
from experiments import listing, rules, runtable
from experiments.enums import RunSource
from experiments.forms import ConnectForm
from experiments.models import Run
from projects.models import Project
from projects.pages import part_of, project_page, takes_effect


@project_page
@never_cache
@require_http_methods(["GET", "POST"])
def connect(request: HttpRequest, project: Project) -> HttpResponse:
    since = _since(request, project)
    context = {"project": project} | _first_run(project, since)
    if part_of(request) == "first":
        return render(request, "experiments/parts/first_run.html", context)
    form, made = ConnectForm(request.POST or None), []
    done = takes_effect(form, lambda: made.append(_make_token(request, project, **form.cleaned_data)))
    context |= {
        "form": ConnectForm() if done else form,
        "token": made[0] if made else "",
        "why_not": rules.why_not_train(user_of(request), project.pk),
        "snippets": _snippets(request, project, made[0] if made else "tl_..."),
    }
    return render(request, "experiments/connect.html", context, status=status_of(form))


def _make_token(request: HttpRequest, project: Project, *, label: str, days: int) -> str:
    user = user_of(request)
    scopes = (Scope.READ, Scope.WRITE)
    made = create_token(user=user, label=label, scopes=scopes, stream_id=project.pk, days=days, by=user, now=now())
    return made.text


def _since(request: HttpRequest, project: Project) -> int:
    """The newest run there was when the page was opened: what is newer has arrived since."""
    given = whole_of(request.GET.get("since", ""), most=BIG)
    if given is not None:
        return given
    return Run.objects.filter(project=project).order_by("-pk").values_list("pk", flat=True).first() or 0


def _first_run(project: Project, since: int) -> dict[str, Any]:
    arrived = listing.active_runs(project).filter(pk__gt=since, source=RunSource.MLFLOW).order_by("pk").first()
    url = reverse("experiments:connect", args=[project.key])
    return {
        "arrived": arrived,
        "shade": runtable.shade_of(arrived) if arrived else 0,
        "part_url": f"{url}?part=first&since={since}",
    }


def _snippets(request: HttpRequest, project: Project, token: str) -> list[tuple[str, str]]:
    uri = request.build_absolute_uri(f"/p/{project.key}")
    python = (
        "import os\n"
        f'os.environ["MLFLOW_TRACKING_URI"] = "{uri}"\n'
        f'os.environ["MLFLOW_TRACKING_TOKEN"] = "{token}"\n\n'
        "import mlflow\n"
        'mlflow.set_experiment("First steps")\n'
        "with mlflow.start_run():\n"
        '    mlflow.log_param("model", "baseline")\n'
        '    mlflow.log_metric("loss", 0.42)'
    )
    shell = f"export MLFLOW_TRACKING_URI={uri}\nexport MLFLOW_TRACKING_TOKEN={token}"
    return [("In a notebook", python), ("In a shell", shell)]
