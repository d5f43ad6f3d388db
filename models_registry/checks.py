"""What a version must show before it may be approved: computed from the records, never typed in."""

from dataclasses import dataclass, replace
from typing import Any

from django.urls import reverse

from experiments.metric_names import canonical
from experiments.models import RunInput
from models_registry import queries, signatures
from models_registry.enums import ModelFormat, ReviewState
from models_registry.models import Comparison, ModelVersion, Review
from models_registry.queries.files import ENVIRONMENT_FILES
from projects import gates
from projects.gates import Check, State
from projects.models import Scope
from projects.queries import scope_of

DEFAULT_METRIC = "average_precision"


def metric_of(scope: Scope) -> str:
    """The scope's metric as the comparison names it."""
    return canonical(scope.metric) or DEFAULT_METRIC


@dataclass(frozen=True)
class Evidence:
    """What the checks of one review are computed from, read once."""

    version: ModelVersion
    champion: ModelVersion | None
    yardstick: queries.Yardstick | None
    comparison: Comparison | None
    scope: Scope
    run_metrics: dict[str, float]

    @property
    def metric(self) -> str:
        return metric_of(self.scope)

    @property
    def result(self) -> dict[str, Any] | None:
        return self.comparison.result if self.comparison else None

    def compared(self) -> dict[str, Any] | None:
        """The comparison by the scope's metric, or by the primary one."""
        return _named((self.result or {}).get("metrics"), self.metric)

    def alone(self) -> dict[str, Any] | None:
        return _named((self.result or {}).get("alone"), self.metric)

    def measured(self) -> float | None:
        """The version's own value of the scope's metric on the holdout."""
        compared, alone = self.compared(), self.alone()
        if compared and compared["metric"] == self.metric:
            return compared["value_b"]
        return alone["value"] if alone and alone["metric"] == self.metric else None

    def value(self) -> float | None:
        """As measured here; else as its run logged it."""
        measured = self.measured()
        return measured if measured is not None else self.run_metrics.get(self.metric)


def evidence_for(review: Review) -> Evidence:
    """Of an open review against what serves now; of a closed one as it was when it was decided."""
    version = review.model_version
    yardstick = queries.yardstick_of(version)
    run_metrics = dict(queries.metrics_of_run(version))
    scope = scope_of(review.project)
    if review.state != ReviewState.OPEN:
        decided_on = queries.comparison_decided_on(review)
        champion = decided_on.champion if decided_on else None
        return Evidence(version, champion, yardstick, decided_on, scope, run_metrics)
    champion = queries.champion_for(version, review.deployment)
    comparison = (
        queries.comparison_of(challenger=version, champion=champion, holdout_digest=yardstick.holdout)
        if yardstick
        else None
    )
    return Evidence(version, champion, yardstick, comparison, scope, run_metrics)


def review_checks(review: Review, evidence: Evidence | None = None) -> list[Check]:
    """What every check says now, in the order they are shown."""
    found = evidence or evidence_for(review)
    return [
        _beats_the_champion(found, review),
        _reaches_the_minimal_useful_value(found),
        _lineage_is_pinned(found.version),
        replace(gates.no_critical_risk_is_open(review.project), label="The risk register has no open critical risk"),
        _loads_without_executing_code(found.version),
        _signature_is_known(found.version),
    ]


def _beats_the_champion(found: Evidence, review: Review) -> Check:
    label = (
        "Beats the champion on the same holdout with 95% confidence"
        if found.champion
        else "Beats today's value with 95% confidence"
    )
    state, value = _verdict(found)
    url = reverse("models_registry:review", args=[review.project.key, review.number]) + "#comparison"
    return Check("beats_champion", label, state, value, "comparison", url)


def _verdict(found: Evidence) -> tuple[State, str]:
    if found.yardstick is None:
        return _without_yardstick(found.version)
    if found.comparison is None:
        return "wait", "the comparison has not started"
    if found.comparison.error:
        return "bad", found.comparison.error
    if found.result is None:
        return "wait", _progress(found.comparison)
    return _against_champion(found) if found.champion else _against_today(found)


def _without_yardstick(version: ModelVersion) -> tuple[State, str]:
    chosen = queries.evaluation_of(version)
    if chosen is None:
        return "bad", "it was trained elsewhere: say on the version's page on which data it is judged"
    if chosen.error:
        return "bad", f"{chosen.dataset_version}: {chosen.error}"
    return "wait", f"holding rows of {chosen.dataset_version} out"


def _progress(comparison: Comparison) -> str:
    job = comparison.job
    return f"comparing, {job.percent} %" if job is not None and job.is_open else "comparing"


def _against_champion(found: Evidence) -> tuple[State, str]:
    compared = found.compared()
    assert compared is not None, "a comparison with a champion has metrics"
    value = (
        f"{compared['difference']:+.3f} [{compared['ci_low']:+.3f}, {compared['ci_high']:+.3f}] {compared['metric']}"
    )
    return ("ok" if compared["better"] == "b" else "bad"), f"{value} on {compared['n']:,} rows{_caveat(found)}"


def _caveat(found: Evidence) -> str:
    """Of a model that was trained elsewhere, nobody here knows which rows it has seen."""
    chosen = found.yardstick.chosen if found.yardstick else ""
    return f" of {chosen}, which it may have seen: it was trained elsewhere" if chosen else ""


def _against_today(found: Evidence) -> tuple[State, str]:
    """Without a champion the interval must lie beyond what is reached today."""
    alone, scope = found.alone(), found.scope
    assert alone is not None, "a measurement alone has metrics"
    today = scope.baseline if scope.baseline is not None else scope.minimal_useful
    value = f"{alone['metric']} {alone['value']:.3f} [{alone['low']:.3f}, {alone['high']:.3f}]"
    if alone["metric"] != found.metric:
        return "bad", f"{value}; the scope's metric {scope.metric} was not measured"
    if today is None:
        return "bad", f"{value}; the scope has no value of today to compare with"
    is_beyond = alone["low"] > today if scope.direction == Scope.Direction.HIGHER else alone["high"] < today
    return ("ok" if is_beyond else "bad"), f"{value}, today {today:g}{_caveat(found)}"


def _reaches_the_minimal_useful_value(found: Evidence) -> Check:
    state, value = _usefulness(found)
    label = "Reaches the minimal useful value agreed in scope"
    return Check("minimal_useful", label, state, value, "scope", _scope_url(found.version))


def _usefulness(found: Evidence) -> tuple[State, str]:
    scope, value = found.scope, found.value()
    if scope.minimal_useful is None:
        return "bad", "no minimal useful value is agreed in scope"
    if value is None:
        is_coming = found.comparison is not None and found.result is None and not found.comparison.error
        return ("wait", "being measured") if is_coming else ("bad", f"{found.metric} was not measured")
    is_higher = scope.direction == Scope.Direction.HIGHER
    reached = value >= scope.minimal_useful if is_higher else value <= scope.minimal_useful
    bound = "at least" if is_higher else "at most"
    return ("ok" if reached else "bad"), f"{found.metric} {value:.3f}, {bound} {scope.minimal_useful:g}"


def _lineage_is_pinned(version: ModelVersion) -> Check:
    pinned = lineage_of(version)
    missing = [name for name, value in pinned.items() if not value]
    value = f"missing: {', '.join(missing)}" if missing else ", ".join(f"{k} {v}" for k, v in pinned.items())
    label = "Training data, code and environment pinned"
    return Check("lineage", label, "bad" if missing else "ok", value, "lineage", _version_url(version) + "#lineage")


def lineage_of(version: ModelVersion) -> dict[str, str]:
    """What the version was made of, short enough to show; "" where nobody recorded it."""
    training = queries.training_of(version)
    if training is not None:
        packages = training.environment.get("packages") or training.environment
        return {
            "data": training.dataset_version.digest[:8],
            "code": training.code_version[:12],
            "environment": f"{len(packages)} packages" if packages else "",
            "seed": str(training.seed),
        }
    return _lineage_of_client(version)


def _lineage_of_client(version: ModelVersion) -> dict[str, str]:
    """What an MLflow client told about its run."""
    run = version.run
    if run is None:
        return {"data": "", "code": "", "environment": "", "seed": ""}
    data = RunInput.objects.filter(run=run).order_by("pk").first()
    names = {path.rsplit("/", 1)[-1] for path, _ in queries.files_left(version)}
    seeds = [value for key, value in run.params.items() if key.rsplit("__", 1)[-1] in ("random_state", "seed")]
    return {
        "data": data.digest[:8] if data else "",
        "code": run.tags.get("mlflow.source.git.commit", "")[:12],
        "environment": next((name for name in ENVIRONMENT_FILES if name in names), ""),
        "seed": next((seed for seed in seeds if seed != "None"), ""),
    }


def _loads_without_executing_code(version: ModelVersion) -> Check:
    is_safe = version.format == ModelFormat.SKOPS and version.model_blob_id is not None
    label = "The model file loads without executing code"
    value = f"{version.get_format_display()}, sha256 {version.digest[:8]}…"
    return Check("format", label, "ok" if is_safe else "bad", value, "files", _version_url(version) + "#files")


def _signature_is_known(version: ModelVersion) -> Check:
    inputs = signatures.inputs_of(queries.signature_of(version))
    value = f"{len(inputs)} columns" if inputs else "nobody said which columns the model takes"
    url = _version_url(version) + "#signature"
    return Check("signature", "Signature known", "ok" if inputs else "bad", value, "signature", url)


def _named(entries: list[dict[str, Any]] | None, metric: str) -> dict[str, Any] | None:
    """The entry of this metric, else the first."""
    if not entries:
        return None
    return next((each for each in entries if each["metric"] == metric), entries[0])


def _version_url(version: ModelVersion) -> str:
    return reverse("models_registry:version", args=[version.project.key, version.model.name, version.number])


def _scope_url(version: ModelVersion) -> str:
    return reverse("projects:scope", args=[version.project.key])
