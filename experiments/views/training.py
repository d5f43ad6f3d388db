"""The form that starts a training."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from core.pages import now, user_of
from core.refusals import status_of
from experiments import operations, queries, rules
from experiments.forms import TrainForm
from experiments.models import DatasetVersion, Run
from experiments.training import ESTIMATORS
from projects.models import Project
from projects.pages import part_of, project_page, takes_effect

MOST_VERSIONS = 100
FIRST = "hist_gradient_boosting"


@project_page
@require_http_methods(["GET", "POST"])
def train(request: HttpRequest, project: Project) -> HttpResponse:
    versions = queries.recent_versions(project, at_most=MOST_VERSIONS)
    context: dict[str, Any] = {
        "project": project,
        "why_not": rules.why_not_train(user_of(request), project.pk),
        "estimators": ESTIMATORS.values(),
    }
    if not versions:
        return render(request, "experiments/train.html", context)
    if part_of(request) == "fields":
        form = _form(request.GET.dict(), versions, is_bound=False)
        return render(request, "experiments/parts/train_fields.html", context | {"form": form})
    form = _form(request.POST.dict() or request.GET.dict(), versions, is_bound=request.method == "POST")
    started: list[Run] = []
    if form.is_bound and takes_effect(form, lambda: started.append(_start(request, project, form, versions))):
        return redirect("experiments:run", key=project.key, run_id=started[0].run_id)
    return render(request, "experiments/train.html", context | {"form": form}, status=status_of(form))


def _form(asked: dict[str, Any], versions: list[DatasetVersion], *, is_bound: bool) -> TrainForm:
    """What was chosen so far decides which targets and settings there are."""
    version = next((one for one in versions if str(one.pk) == asked.get("version")), versions[0])
    estimator = asked.get("estimator") if asked.get("estimator") in ESTIMATORS else FIRST
    kept = {name: asked[name] for name in ("target", "experiment", "seed") if asked.get(name)}
    form = TrainForm(asked if is_bound else None, versions=versions, version=version, estimator=str(estimator))
    form.initial.update(kept)
    return form


def _start(request: HttpRequest, project: Project, form: TrainForm, versions: list[DatasetVersion]) -> Run:
    given = form.cleaned_data
    return operations.start_training(
        project=project,
        experiment_name=given["experiment"],
        dataset_version=next(one for one in versions if str(one.pk) == given["version"]),
        target=given["target"],
        estimator=given["estimator"],
        settings=form.settings(),
        seed=given["seed"],
        max_seconds=given["max_seconds"],
        max_memory_mb=given["max_memory_mb"],
        run_name=given["run_name"],
        by=user_of(request),
        now=now(),
    )
