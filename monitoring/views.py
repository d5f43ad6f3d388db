"""The monitoring page of each watched deployment, and what can be done there."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import NotFound
from core.pages import now, user_of
from core.refusals import status_of
from models_registry.models import Comparison, Deployment
from monitoring import operations, queries, rules, tables
from monitoring.forms import PolicyChangeForm, PolicyForm, RetrainForm
from monitoring.models import Monitor, Retraining
from monitoring.operations.monitors import SETTINGS
from projects.models import Project, Scope
from projects.pages import part_of, project_page, takes_effect

# As many windows as the heat map shows at a glance, and as the list below it.
MAP_WINDOWS = 28
LISTED = 8
PARTS = {
    "drift": "monitoring/parts/drift.html",
    "performance": "monitoring/parts/performance.html",
    "windows": "monitoring/parts/windows.html",
    "alerts": "monitoring/parts/alerts.html",
    "way": "monitoring/parts/way.html",
    "state": "monitoring/parts/state.html",
}


@project_page
@require_GET
def monitoring(request: HttpRequest, project: Project) -> HttpResponse:
    """The first watched deployment; without any, those that could be watched."""
    first = queries.visible_monitors(project).order_by("deployment__name").first()
    if first is not None:
        return redirect("monitoring:monitor", key=project.key, name=first.deployment.name)
    context = {
        "project": project,
        "deployments": queries.unmonitored_deployments(project).order_by("name"),
        "why_not": rules.why_not_monitor(user_of(request), project.pk),
    }
    return render(request, "monitoring/nothing_watched.html", context)


@project_page
@require_GET
def monitor(request: HttpRequest, project: Project, name: str) -> HttpResponse:
    found = queries.monitor_of(project=project, name=name)
    part = PARTS.get(part_of(request))
    context = {"project": project, "monitor": found, "deployment": found.deployment, "url": _url(found)}
    if part is not None:
        return render(request, part, context | _part(request, found, part_of(request)))
    for each in PARTS:
        context |= _part(request, found, each)
    return render(request, "monitoring/monitor.html", context | _frame(request, found))


@project_page
@require_http_methods(["GET", "POST"])
def watch(request: HttpRequest, project: Project, name: str) -> HttpResponse:
    """Set up the monitor of a deployment."""
    deployment = Deployment.objects.filter(project=project, name=name).select_related("live_version__model").first()
    if deployment is None:
        raise NotFound(f"There is no deployment {name!r}.")
    form = PolicyForm(request.POST or None)
    if takes_effect(
        form,
        lambda: operations.create_monitor(deployment=deployment, by=user_of(request), now=now(), **form.cleaned_data),
    ):
        messages.success(request, f"{name} is watched from now on; the first window is checked when it is over.")
        return redirect("monitoring:monitor", key=project.key, name=name)
    context = {
        "project": project,
        "deployment": deployment,
        "form": form,
        "why_not": rules.why_not_monitor(user_of(request), project.pk),
    }
    return render(request, "monitoring/watch.html", context, status=status_of(form))


@project_page
@require_http_methods(["GET", "POST"])
def policy(request: HttpRequest, project: Project, name: str) -> HttpResponse:
    found = queries.monitor_of(project=project, name=name)
    initial = {setting: getattr(found, setting) for setting in (*SETTINGS, "version")}
    form = PolicyChangeForm(request.POST or None, initial=initial)
    if takes_effect(form, lambda: _update(request, found, dict(form.cleaned_data))):
        messages.success(request, "Policy saved.")
        return redirect("monitoring:monitor", key=project.key, name=name)
    context = {
        "project": project,
        "deployment": found.deployment,
        "form": form,
        "why_not": rules.why_not_monitor(user_of(request), project.pk),
        "is_change": True,
    }
    return render(request, "monitoring/watch.html", context, status=status_of(form))


@project_page
@require_POST
def retrain(request: HttpRequest, project: Project, name: str) -> HttpResponse:
    found = queries.monitor_of(project=project, name=name)
    form = RetrainForm(request.POST)
    if takes_effect(
        form,
        lambda: operations.start_retraining(
            monitor=found, alert=None, by=user_of(request), now=now(), reason=form.cleaned_data["reason"]
        ),
    ):
        messages.success(request, "A retraining has begun. What comes of it needs a second person's approval.")
        return redirect("monitoring:monitor", key=project.key, name=name)
    context = {"project": project, "monitor": found, "deployment": found.deployment, "url": _url(found)}
    for each in PARTS:
        context |= _part(request, found, each)
    context |= _frame(request, found) | {"retrain_form": form}
    return render(request, "monitoring/monitor.html", context, status=status_of(form))


@project_page
@require_POST
def acknowledge(request: HttpRequest, project: Project, alert_id: int) -> HttpResponse:
    alert = queries.alert_by_id(project=project, alert_id=alert_id)
    operations.acknowledge_alert(alert=alert, by=user_of(request), now=now())
    return _after_alert(request, alert.monitor)


@project_page
@require_POST
def resolve(request: HttpRequest, project: Project, alert_id: int) -> HttpResponse:
    alert = queries.alert_by_id(project=project, alert_id=alert_id)
    operations.resolve_alert(alert=alert, by=user_of(request), now=now(), because="settled by hand")
    return _after_alert(request, alert.monitor)


def _after_alert(request: HttpRequest, monitor: Monitor) -> HttpResponse:
    """The card again for htmx, the page for a plain form."""
    if not getattr(request, "htmx", False):
        return redirect(_url(monitor))
    context = {"project": monitor.project, "monitor": monitor, "deployment": monitor.deployment, "url": _url(monitor)}
    return render(request, PARTS["alerts"], context | _part(request, monitor, "alerts"))


def _update(request: HttpRequest, monitor: Monitor, values: dict[str, Any]) -> None:
    version = values.pop("version")
    operations.update_monitor(monitor=monitor, by=user_of(request), now=now(), expected_version=version, **values)


def _url(monitor: Monitor) -> str:
    return reverse("monitoring:monitor", args=[monitor.project.key, monitor.deployment.name])


def _frame(request: HttpRequest, monitor: Monitor) -> dict[str, Any]:
    """What stands around the live parts."""
    user = user_of(request)
    project = monitor.project
    watched = queries.visible_monitors(project).order_by("deployment__name")
    return {
        "tabs": [
            {
                "label": each.deployment.name,
                "url": reverse("monitoring:monitor", args=[project.key, each.deployment.name]),
                "here": each.pk == monitor.pk,
            }
            for each in watched
        ],
        "unwatched": queries.unmonitored_deployments(project).order_by("name"),
        "retrain_form": RetrainForm(),
        "why_not_retrain": rules.why_not_retrain(user, project.pk) or _why_not_now(monitor),
    }


def _why_not_now(monitor: Monitor) -> str | None:
    return "A retraining is under way already." if queries.open_retraining(monitor) else None


def _part(request: HttpRequest, monitor: Monitor, part: str) -> dict[str, Any]:
    """What one live part shows."""
    if part in ("drift", "performance", "windows"):
        windows = queries.recent_windows(monitor, limit=MAP_WINDOWS)
        return {"drift": _drift, "performance": _performance, "windows": _windows}[part](monitor, windows)
    if part == "way":
        return _way(monitor)
    alerts = queries.alerts_of(monitor, limit=LISTED)
    return {
        "alerts": [(alert, tables.ALERT_TONES[alert.state]) for alert in alerts],
        "open_alerts": [alert for alert in alerts if alert.state != "resolved"],
        "why_not": rules.why_not_monitor(user_of(request), monitor.project_id),
    }


def _drift(monitor: Monitor, windows: list[Any]) -> dict[str, Any]:
    return {"heat": tables.heat_map(windows), "windows_shown": len(windows)}


def _performance(monitor: Monitor, windows: list[Any]) -> dict[str, Any]:
    scope = Scope.objects.filter(project=monitor.project_id).first()
    metric = tables.metric_of(windows, scope)
    return {
        "performance": tables.performance_chart(windows, scope),
        "metric": tables.words(metric) if metric else "Performance",
    }


def _windows(monitor: Monitor, windows: list[Any]) -> dict[str, Any]:
    return {"window_rows": tables.window_rows(windows[-LISTED:])}


def _way(monitor: Monitor) -> dict[str, Any]:
    retraining = queries.last_retraining(monitor)
    alert = queries.open_alert(monitor)
    if retraining is not None and not retraining.is_open and alert is not None and retraining.alert_id != alert.pk:
        retraining = None  # the alert that is open now is still to be answered
    hops = tables.way(
        monitor,
        key=monitor.project.key,
        streak=queries.streak(monitor),
        alert=alert,
        retraining=retraining,
        labels=queries.labels_since(monitor.deployment, retraining.labels_since) if retraining else None,
        comparison=_comparison(retraining),
    )
    tone = tables.RETRAINING_TONES[retraining.state] if retraining else ""
    return {"hops": hops, "retraining": retraining, "retraining_tone": tone}


def _comparison(retraining: Retraining | None) -> Comparison | None:
    if retraining is None or retraining.model_version_id is None:
        return None
    found = Comparison.objects.filter(challenger=retraining.model_version_id).select_related("project")
    return found.order_by("-pk").first()
