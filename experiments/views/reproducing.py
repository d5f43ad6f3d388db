"""How to reproduce a run: what is known of its code, data and environment; running it again; taking it along."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from core import files
from core.pages import now, user_of
from core.refusals import status_of
from experiments import operations, queries, recipes, rules
from experiments.forms import ReproduceForm
from experiments.models import Reproduction, Run
from experiments.reproduction import launch_of
from projects.models import Project
from projects.pages import project_page, takes_effect

MOST = 10


@project_page
@require_http_methods(["GET", "POST"])
def reproduce(request: HttpRequest, project: Project, run_id: str) -> HttpResponse:
    """GET is the section alone; POST runs it again, and leads to the new run."""
    run = queries.run_by_id(project=project, run_id=run_id)
    if request.method == "GET":
        return render(request, "experiments/parts/reproduce.html", section(request, project, run))
    form, made = ReproduceForm(request.POST), []
    if takes_effect(form, lambda: made.append(_start(request, run, form))):
        url = reverse("experiments:run", args=[project.key, made[0].again.run_id])
        if getattr(request, "htmx", False):
            return HttpResponse(status=204, headers={"HX-Redirect": url})
        return redirect(url)
    context = section(request, project, run) | {"reproduce_form": form}
    return render(request, "experiments/parts/reproduce.html", context, status=status_of(form))


def _start(request: HttpRequest, run: Run, form: ReproduceForm) -> Reproduction:
    given = form.cleaned_data
    return operations.reproduce_run(
        run=run,
        relative_tolerance=given["relative_tolerance"],
        absolute_tolerance=given["absolute_tolerance"],
        by=user_of(request),
        now=now(),
    )


@project_page
@require_GET
def project_zip(request: HttpRequest, project: Project, run_id: str) -> HttpResponse:
    """The run as an MLflow Project."""
    run = queries.run_by_id(project=project, run_id=run_id)
    content = recipes.project_of(run, portal=request.build_absolute_uri("/"))
    return files.download(content, name=recipes.project_name(run), media_type="application/zip")


def section(request: HttpRequest, project: Project, run: Run) -> dict[str, Any]:
    """The context of `experiments/parts/reproduce.html`, which the page of a run includes."""
    training = getattr(run, "training", None)
    reproduces = Reproduction.objects.select_related("first").filter(again=run).first()
    return {
        "project": project,
        "run": run,
        "training": training,
        "command": "" if training else launch_of(run.tags, run.params).command,
        "recipe": recipes.recipe(run, training),
        "environment": recipes.environment(run, training),
        "reproduces": reproduces,
        "outcome": recipes.outcome(reproduces) if reproduces else None,
        "reproductions": [recipes.outcome(one) for one in queries.reproductions_of(run)[:MOST]],
        "why_not_reproduce": rules.why_not_reproduce(user_of(request), run),
        "reproduce_form": ReproduceForm(),
        "reproduce_url": reverse("experiments:run-reproduce", args=[project.key, run.run_id]),
    }
