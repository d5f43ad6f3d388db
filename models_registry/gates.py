"""What the registry adds to the gates of a project."""

from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

from django.db.models import Case, Q, When
from django.urls import reverse

from core.charts import number
from core.numbers import whole_of
from experiments.gates import slices_of
from experiments.queries import LARGEST
from experiments.slicing import joined, shown
from models_registry import events as names
from models_registry import queries
from models_registry.checks import Evidence, lineage_of
from models_registry.enums import DeploymentState, VersionState
from models_registry.models import Comparison, Deployment, ModelVersion
from projects.attained import Attained, Strength, attains
from projects.cardfacts import CardFact, card_fact, linked
from projects.enums import Gate
from projects.facts import Reading, fact
from projects.gates import Check, contribution, decision, gate_check
from projects.models import Project, Scope, WorkItem
from projects.policy import Estimate, Slice, Type, from_json
from projects.subjects import Subject, subject_kind

contribution(Gate.RELEASE, names.VERSION_CREATED, names.VERSION_REVISED, names.VERSION_ARCHIVED, names.VERSION_DELETED)
for _gate in (Gate.RELEASE, Gate.RETIREMENT):
    contribution(
        _gate,
        names.DEPLOYMENT_CREATED,
        names.DEPLOYMENT_UPDATED,
        names.DEPLOYMENT_ROLLED_BACK,
        names.DEPLOYMENT_PAUSED,
        names.DEPLOYMENT_RESUMED,
        names.DEPLOYMENT_RETIRED,
    )
# Whoever decides a review did not make the version; what has it measured says nothing of its own.
decision(
    Gate.RELEASE,
    names.REVIEW_DECIDED,
    names.REVIEW_APPROVED,
    names.REVIEW_DECISION_WITHDRAWN,
    names.COMPARISON_STARTED,
)


MOST_ASKED = 5
"""Versions that are looked at for a value of the goal's metric."""


@fact("model.gain", Type.ESTIMATE, doc="The newest compared version less the champion, by the primary metric.")
def _gain(project: Project) -> Reading:
    found = _newest_comparison(project, champion__isnull=False)
    primary = found.result["primary"] if found and found.result else None
    return _interval(primary, found, value="difference", low="ci_low", high="ci_high")


@fact("model.value", Type.ESTIMATE, doc="The primary metric of the newest version that was measured alone.")
def _value(project: Project) -> Reading:
    found = _newest_comparison(project, champion=None)
    primary = found.result["alone"][0] if found and found.result and found.result.get("alone") else None
    return _interval(primary, found, value="value", low="low", high="high")


@fact("model.slices", Type.SLICES, doc="The newest measured version by parts of its holdout, and what its run logged.")
def _slices(project: Project) -> Reading:
    found = Comparison.objects.filter(project=project, result__isnull=False).select_related("challenger__model")
    newest = found.select_related("challenger__run").order_by("-pk").first()
    if newest is None:
        return Reading(None, shown="unknown")
    slices = joined(_measured_slices(newest), slices_of(newest.challenger.run))
    source, identity = str(newest.challenger), _identity_of(newest)
    return Reading(slices or None, shown=shown(slices), source=source, identity=identity)


@fact("lineage.complete", Type.BOOLEAN, doc="Data, code, environment and seed of the newest version are recorded.")
def _lineage_complete(project: Project) -> Reading:
    """Of the candidate: the newest version that is not put aside."""
    versions = ModelVersion.objects.filter(project=project).exclude(state=VersionState.ARCHIVED)
    version = versions.select_related("model", "project", "run").order_by("-pk").first()
    if version is None:
        return Reading(None, shown="unknown")
    missing = [name for name, value in lineage_of(version).items() if not value]
    shown = f"missing: {', '.join(missing)}" if missing else "yes"
    url = reverse("models_registry:version", args=[project.key, version.model.name, version.number])
    return Reading(not missing, shown=shown, source=str(version), url=f"{url}#lineage", identity=_identity(version))


def _measured_slices(comparison: Comparison) -> tuple[Slice, ...]:
    found = from_json((comparison.result or {}).get("slices"), Type.SLICES)
    return found if isinstance(found, tuple) else ()


def _newest_comparison(project: Project, **which: object) -> Comparison | None:
    found = Comparison.objects.filter(project=project, result__isnull=False, **which)
    return found.select_related("challenger__model").order_by("-pk").first()


def _interval(found: dict[str, Any] | None, of: Comparison | None, *, value: str, low: str, high: str) -> Reading:
    """The interval as an estimate: its standard error is half its width over the quantile of its level."""
    if found is None or any(found.get(name) is None for name in (value, low, high)):
        return Reading(None, shown="unknown")
    error = (found[high] - found[low]) / 2 / NormalDist().inv_cdf((1 + found["level"]) / 2)
    shown = f"{found['metric']} {number(found[value], 3)} ({number(found[low], 3)} to {number(found[high], 3)})"
    estimate = Estimate(found[value], max(0.0, error))
    return Reading(
        estimate,
        shown=shown,
        source=str(of.challenger) if of else "",
        identity=_identity_of(of) if of else {},
    )


def _identity_of(comparison: Comparison) -> dict[str, Any]:
    return {"comparison": comparison.pk} | _identity(comparison.challenger)


def _identity(version: ModelVersion) -> dict[str, Any]:
    """What cannot be another version, nor the same one with other files or another card."""
    return {"version": str(version), "revision": version.version, "digest": version.digest}


@gate_check(Gate.RELEASE, order=20)
def version_is_approved(project: Project) -> Check:
    approved = ModelVersion.objects.filter(project=project, state=VersionState.APPROVED).select_related("model")
    newest = approved.order_by("-updated_at", "-pk").first()
    return Check(
        id="approved_version",
        label="A model version is approved by a second person",
        state="ok" if newest else "bad",
        value=str(newest) if newest else "none yet",
        source="models",
        url=reverse("models_registry:models", args=[project.key]),
        identity=_identity(newest) if newest else {},
    )


@gate_check(Gate.RELEASE, order=30)
def approved_version_is_live(project: Project) -> Check:
    live = _live(project)
    serving = [one for one in live if one.live_version.state == VersionState.APPROVED]
    return Check(
        id="live_deployment",
        label="An approved version is deployed and live",
        state="ok" if serving else "bad",
        value=", ".join(f"{one.name}: {one.live_version}" for one in serving) or "nothing is live",
        source="deployments",
        url=reverse("models_registry:deployments", args=[project.key]),
        identity={one.name: {"deployment": one.version} | _identity(one.live_version) for one in serving},
    )


@gate_check(Gate.RETIREMENT, order=10)
def nothing_is_live_any_more(project: Project) -> Check:
    live = _live(project, DeploymentState.LIVE, DeploymentState.PAUSED)
    return Check(
        id="nothing_live",
        label="No deployment is live any more",
        state="wait" if live else "ok",
        value=", ".join(one.name for one in live) or "all retired",
        source="deployments",
        url=reverse("models_registry:deployments", args=[project.key]),
    )


def _live(project: Project, *states: DeploymentState) -> list[Deployment]:
    found = Deployment.objects.filter(project=project, state__in=states or [DeploymentState.LIVE])
    return list(found.select_related("live_version__model").order_by("name"))


@attains(Strength.VERSION)
def _measured_version(project: Project, scope: Scope) -> Attained | None:
    """Of a version that is live; else of the newest that is approved; else of the newest. Those without a value are
    passed over, a few of them."""
    live = Q(pk__in=[one.live_version_id for one in _live(project)])
    nearest = Case(When(live, then=0), When(state=VersionState.APPROVED, then=1), default=2)
    versions = ModelVersion.objects.filter(project=project).exclude(state=VersionState.ARCHIVED)
    found = versions.select_related("model", "project").annotate(place=nearest).order_by("place", "-pk")[:MOST_ASKED]
    return next((told for version in found if (told := _told_of(version, scope, is_live=version.place == 0))), None)


def _told_of(version: ModelVersion, scope: Scope, *, is_live: bool) -> Attained | None:
    comparison = Comparison.objects.filter(challenger=version, result__isnull=False).order_by("-pk").first()
    evidence = Evidence(version, None, None, comparison, scope, dict(queries.metrics_of_run(version)))
    value = evidence.value()
    if value is None or not abs(value) < LARGEST:
        return None
    url = reverse("models_registry:version", args=[version.project.key, version.model.name, version.number])
    where = "by its run" if evidence.measured() is None else "on its holdout"
    stands = "live" if is_live else version.get_state_display().lower()
    return Attained(value, of=str(version), url=url, measured=f"{where}, {stands}")


@subject_kind("version")
def _version(project: Project, id: str) -> Subject | None:
    """By model and number: `scorer@3`."""
    name, _, digits = id.rpartition("@")
    number = whole_of(digits)
    if number is None:
        return None
    version = (
        ModelVersion.objects.select_related("model").filter(project=project, model__name=name, number=number).first()
    )
    if version is None:
        return None
    return Subject(str(version), reverse("models_registry:version", args=[project.key, name, version.number]))


_TONES = {VersionState.APPROVED: "ok", VersionState.IN_REVIEW: "thread", VersionState.CHANGES_REQUESTED: "bad"}


@card_fact
def _approvals(project: Project, items: Sequence[WorkItem]) -> dict[int, list[CardFact]]:
    """How the versions that a card is about stand with their approval."""
    links = linked(items, "version")
    if not links:
        return {}
    wanted = {target for targets in links.values() for target in targets}
    rows = ModelVersion.objects.filter(project=project, model__name__in=[one.rpartition("@")[0] for one in wanted])
    known = {f"{one.model.name}@{one.number}": one for one in rows.select_related("model")}
    return {
        number: [_standing(project, known[target]) for target in targets if target in known]
        for number, targets in links.items()
    }


def _standing(project: Project, version: ModelVersion) -> CardFact:
    url = reverse("models_registry:version", args=[project.key, version.model.name, version.number])
    tone = _TONES.get(VersionState(version.state), "")
    return CardFact(f"{version} {version.get_state_display().lower()}", url, "badge-check", tone)
