"""Models and their versions."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.pages import now, user_of
from core.refusals import status_of
from experiments import queries as experiments
from experiments.models import DatasetVersion, Run
from models_registry import operations, peeks, queries, rules, tables
from models_registry.enums import DeploymentState, ModelFormat, VersionState
from models_registry.forms import AliasForm, DeployForm, EvaluationForm, ProposeForm, ReviewForm
from models_registry.models import Deployment, ModelVersion, RegisteredModel
from projects.models import Project
from projects.pages import part_of, project_page, takes_effect
from projects.views.comments import Room, discussion, talk


@project_page
@require_GET
def models(request: HttpRequest, project: Project) -> HttpResponse:
    """Every model with its versions, their states, and where they serve."""
    rows = [(model, _version_rows(model)) for model in queries.models_with_versions(project)]
    context = {"project": project, "models": rows}
    template = "parts/models.html" if part_of(request) == "models" else "models.html"
    return render(request, f"models_registry/{template}", context)


@project_page
@require_GET
def versions_of_run(request: HttpRequest, project: Project, run_id: str) -> HttpResponse:
    """What became of a run, a part of its page: the versions made of it, and where they serve."""
    run = experiments.run_by_id(project=project, run_id=run_id)
    rows = [_version_row(version, _serving(version.model)) for version in queries.versions_of_run(run)]
    context = {"project": project, "run": run, "rows": rows}
    return render(request, "models_registry/parts/run_versions.html", context)


def _version_rows(model: RegisteredModel) -> list[dict[str, Any]]:
    serving = _serving(model)
    return [_version_row(version, serving) for version in model.versions.all()]


def _serving(model: RegisteredModel) -> dict[int, list[str]]:
    """The names of the model's deployments that are not retired, by the version that they serve."""
    serving: dict[int, list[str]] = {}
    for deployment in model.deployments.all():
        if deployment.state != DeploymentState.RETIRED:
            serving.setdefault(deployment.live_version_id, []).append(deployment.name)
    return serving


def _version_row(version: ModelVersion, serving: dict[int, list[str]]) -> dict[str, Any]:
    return {
        "version": version,
        "tone": tables.VERSION_TONES[VersionState(version.state)],
        "aliases": [alias.name for alias in version.aliases.all()],
        "serves": serving.get(version.pk, []),
    }


@project_page
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, project: Project) -> HttpResponse:
    """Make a version of a run's model: `?run=ID`."""
    run = experiments.run_by_id(project=project, run_id=request.GET.get("run", ""))
    names = list(queries.visible_models(project).order_by("-updated_at").values_list("name", flat=True)[:20])
    form = ProposeForm(request.POST or None, initial={"name": names[0] if names else ""})
    made: list[ModelVersion] = []
    if takes_effect(form, lambda: made.append(_propose(request, project, run, **form.cleaned_data))):
        return redirect(tables.version_url(project, made[0]))
    context = {
        "project": project,
        "run": run,
        "run_url": tables.run_url(project, run.run_id),
        "form": form,
        "names": names,
        "why_not": rules.why_not_register(user_of(request), project.pk),
    }
    return render(request, "models_registry/propose.html", context, status=status_of(form))


@transaction.atomic
def _propose(request: HttpRequest, project: Project, run: Run, *, name: str, description: str) -> ModelVersion:
    """The name without a version would be a leftover, if the run has no model after all."""
    by = user_of(request)
    model = operations.ensure_model(project=project, name=name, by=by, now=now())
    return operations.create_version(model=model, run=run, description=description, by=by, now=now())


@project_page
@require_GET
def version(request: HttpRequest, project: Project, name: str, number: int) -> HttpResponse:
    found = queries.version_of(project=project, name=name, number=number)
    if part_of(request) == "peek":
        return render(request, "ui/peek.html", peeks.of_version(found))
    if part_of(request) == "state":
        return render(request, "models_registry/parts/version_state.html", _state(request, project, found))
    return render(request, "models_registry/version.html", _whole(request, project, found))


@project_page
@require_POST
def request_review(request: HttpRequest, project: Project, name: str, number: int) -> HttpResponse:
    found = queries.version_of(project=project, name=name, number=number)
    form = ReviewForm(request.POST, deployments=_deployments(found))
    made: list[Any] = []

    def ask() -> None:
        given = form.cleaned_data
        made.append(operations.request_review(version=found, by=user_of(request), now=now(), **given))

    if takes_effect(form, ask):
        return redirect("models_registry:review", key=project.key, number=made[0].number)
    return _again(request, project, found, review_form=form)


@project_page
@require_POST
def choose_evaluation(request: HttpRequest, project: Project, name: str, number: int) -> HttpResponse:
    found = queries.version_of(project=project, name=name, number=number)
    form = EvaluationForm(request.POST, versions=_data(project))

    def act() -> None:
        data, target = form.cleaned_data["dataset"], form.cleaned_data["target"]
        operations.choose_evaluation(version=found, dataset_version=data, target=target, by=user_of(request), now=now())

    if takes_effect(form, act):
        return redirect(tables.version_url(project, found))
    return _again(request, project, found, evaluation_form=form)


@project_page
@require_POST
def deploy(request: HttpRequest, project: Project, name: str, number: int) -> HttpResponse:
    found = queries.version_of(project=project, name=name, number=number)
    form = DeployForm(request.POST)

    def act() -> None:
        operations.deploy_version(
            project=project, name=form.cleaned_data["name"], version=found, by=user_of(request), now=now()
        )

    if takes_effect(form, act):
        messages.success(request, f"{found} serves as {form.cleaned_data['name']}.")
        return redirect("models_registry:deployment", key=project.key, name=form.cleaned_data["name"])
    return _again(request, project, found, deploy_form=form)


@project_page
@require_POST
def set_alias(request: HttpRequest, project: Project, name: str, number: int) -> HttpResponse:
    found = queries.version_of(project=project, name=name, number=number)
    form = AliasForm(request.POST)

    def act() -> None:
        alias = form.cleaned_data["alias"].strip()
        operations.set_alias(model=found.model, alias=alias, version=found, by=user_of(request), now=now())

    if takes_effect(form, act):
        return redirect(tables.version_url(project, found))
    return _again(request, project, found, alias_form=form)


@project_page
@require_POST
def delete_alias(request: HttpRequest, project: Project, name: str, number: int, alias: str) -> HttpResponse:
    found = queries.version_of(project=project, name=name, number=number)
    operations.delete_alias(model=found.model, alias=alias, by=user_of(request), now=now())
    messages.info(request, f"The alias {alias} is gone.")
    return redirect(tables.version_url(project, found))


@project_page
@require_POST
def archive(request: HttpRequest, project: Project, name: str, number: int) -> HttpResponse:
    found = queries.version_of(project=project, name=name, number=number)
    operations.archive_version(version=found, by=user_of(request), now=now())
    messages.info(request, f"{found} is archived.")
    return redirect(tables.version_url(project, found))


@project_page
@require_http_methods(["GET", "POST"])
def comments(
    request: HttpRequest, project: Project, name: str, number: int, comment_id: int | None = None
) -> HttpResponse:
    found = queries.version_of(project=project, name=name, number=number)
    return talk(request, project, _room(project, found), comment_id)


def _room(project: Project, found: ModelVersion) -> Room:
    names = ("models_registry:version", "models_registry:version-comments", "models_registry:version-comment")
    return Room(operations.VERSION_TALK, found, names, [project.key, found.model.name, found.number])


def _again(request: HttpRequest, project: Project, found: ModelVersion, **forms: Any) -> HttpResponse:
    """The page once more, with the form that came back wrong."""
    context = _whole(request, project, found) | forms
    return render(request, "models_registry/version.html", context, status=status_of(*forms.values()))


def _state(request: HttpRequest, project: Project, found: ModelVersion) -> dict[str, Any]:
    """What changes while the page is open."""
    serving = list(queries.serving(found))
    return {
        "project": project,
        "version": found,
        "tone": tables.VERSION_TONES[VersionState(found.state)],
        "line": tables.lineage(project, found, queries.training_of(found), serving),
        "reviews": [tables.review_row(review) for review in queries.reviews_of(found)],
        "serving": serving,
        "judged": tables.judged_on(project, queries.evaluation_of(found)),
    }


def _whole(request: HttpRequest, project: Project, found: ModelVersion) -> dict[str, Any]:
    user = user_of(request)
    deployments = _deployments(found)
    signature = queries.signature_of(found) or {}
    shown = _state(request, project, found) | discussion(request, project, _room(project, found))
    return shown | {
        "metrics": queries.metrics_of_run(found),
        "inputs": signature.get("inputs") or [],
        "output": signature.get("output"),
        "files": queries.files_left(found),
        "run_url": tables.run_url(project, found.run.run_id) if found.run else "",
        "aliases": list(found.aliases.order_by("name")),
        "can_ask": found.state in (VersionState.CANDIDATE, VersionState.CHANGES_REQUESTED),
        "can_choose": _can_choose(found),
        "why_not_choose": rules.why_not_evaluate(user, project.pk),
        "evaluation_form": EvaluationForm(versions=_data(project)),
        "can_deploy": found.state == VersionState.APPROVED,
        "can_archive": found.state not in (VersionState.IN_REVIEW, VersionState.ARCHIVED),
        "why_not_ask": rules.why_not_request_review(user, project.pk),
        "why_not_deploy": rules.why_not_deploy(user, project.pk),
        "why_not_register": rules.why_not_register(user, project.pk),
        "review_form": ReviewForm(deployments=deployments, initial={"deployment": deployments.first()}),
        "deploy_form": DeployForm(initial={"name": _suggested(found, deployments)}),
        "alias_form": AliasForm(),
    }


def _can_choose(found: ModelVersion) -> bool:
    """Whether it makes sense to offer a choice of data to judge it on."""
    is_decided = found.state in (VersionState.APPROVED, VersionState.ARCHIVED)
    return found.format == ModelFormat.SKOPS and not is_decided and queries.training_of(found) is None


def _data(project: Project) -> "QuerySet[DatasetVersion]":
    return experiments.visible_versions(project).defer("profile").order_by("-pk")


def _deployments(found: ModelVersion) -> Any:
    standing = Deployment.objects.filter(model=found.model).exclude(state=DeploymentState.RETIRED)
    return standing.order_by("name", "pk")


def _suggested(found: ModelVersion, deployments: Any) -> str:
    first = deployments.first()
    return first.name if first else "".join(c if c.isalnum() else "-" for c in found.model.name.lower()).strip("-")[:60]
