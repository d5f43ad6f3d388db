"""What the version is, how it was made, and how it does."""

from typing import Any

from documents.evidence.registry import moment, number, of_version
from documents.paper import Answer, Fact, Facts
from experiments import comparing, recipes
from experiments import queries as of_runs
from models_registry import queries
from models_registry.models import Comparison, ModelVersion


@of_version("model.identity")
def identity(version: ModelVersion) -> Answer:
    return Answer.of_facts(
        model=version.model.name,
        version=str(version.number),
        state=version.get_state_display(),
        about=version.description or version.model.description,
        format=version.get_format_display(),
        digest=version.digest,
        registered=f"{moment(version.created_at)}, {version.created_by or 'Throughline'}",
    )


@of_version("model.signature")
def signature(version: ModelVersion) -> Answer:
    """What goes in, and what comes out."""
    found = queries.signature_of(version) or {}
    rows = [[str(one.get("name", "")), str(one.get("kind", "")), _range(one)] for one in found.get("inputs", [])]
    answer = Answer.of_table(["Column", "Kind", "In training"], rows, missing="which columns it takes")
    output = found.get("output") or {}
    task = [Facts([Fact("Gives", str(output["task"]))])] if output.get("task") else []
    return Answer([*answer.blocks, *task], [*answer.missing, *([] if task else ["what it gives"])])


@of_version("model.environment")
def environment(version: ModelVersion) -> Answer:
    if version.run is None:
        return Answer(missing=["the run that made it"])
    found = recipes.environment(version.run, queries.training_of(version))
    rows = [[one] for one in found.packages]
    python = [Facts([Fact("Python", found.python)])] if found.python else []
    answer = Answer.of_table(["Package"], rows, missing="its packages")
    return Answer([*python, *answer.blocks], [*([] if python else ["the version of Python"]), *answer.missing])


@of_version("model.training")
def training(version: ModelVersion) -> Answer:
    """How it came to be: code, settings, seed."""
    if version.run is None:
        return Answer(missing=["the run that made it"])
    lines = recipes.recipe(version.run, queries.training_of(version))
    facts = [Fact("Run", version.run.name), *(Fact(line.name, line.value) for line in lines)]
    has_code = any(line.name in ("Code", "Commit") for line in lines)
    params = sorted(version.run.params.items()) if queries.training_of(version) is None else []
    facts += [Fact(name, value) for name, value in params]
    return Answer([Facts(facts)], [] if has_code else ["the commit of its code"])


@of_version("model.measured")
def measured(version: ModelVersion) -> Answer:
    """On the frozen holdout, with intervals, against what served when it was compared last."""
    found = _last_comparison(version)
    if found is None or not found.result:
        return Answer(missing=["a comparison on the holdout"])
    against = str(found.champion) if found.champion else "nothing: it was the first"
    facts = Facts([
        Fact("Compared with", against),
        Fact("Rows", f"{found.result['n']:,}, {found.result.get('positives', 0):,} of them positive"),
        Fact("Holdout", found.holdout_digest),
        Fact("Compared", moment(found.created_at)),
    ])  # fmt: skip
    if found.result.get("alone"):
        rows = [
            [one["metric"], number(one["value"]), _interval(one["low"], one["high"])] for one in found.result["alone"]
        ]
        return Answer([facts, *Answer.of_table(["Metric", "Value", "95% interval"], rows, missing="").blocks])
    rows = [_compared(one) for one in found.result["metrics"]]
    head = ["Metric", "This version", "The other", "Difference", "95% interval"]
    return Answer([facts, *Answer.of_table(head, rows, missing="").blocks])


@of_version("model.slices")
def slices(version: ModelVersion) -> Answer:
    """Metrics of parts of the rows, where its run logged them as `metric/part`."""
    maps = comparing.slice_maps([version.run], of_runs.latest_metrics([version.run])) if version.run else []
    table = [[one.metric, part, cell.text] for one in maps for part, [cell] in one.rows]
    return Answer.of_table(["Metric", "Part", "Value"], table, missing="metrics by group (logged as metric/group)")


@of_version("model.reproduced")
def reproduced(version: ModelVersion) -> Answer:
    """Whether somebody ran it again, and what came of it."""
    done = [recipes.outcome(one) for one in of_runs.reproductions_of(version.run)] if version.run else []
    rows = [[one.one.again.name, one.label, moment(one.one.created_at)] for one in done if one.one.result is not None]
    return Answer.of_table(["Run", "Outcome", "When"], rows, missing="a second run of the same training")


@of_version("model.files")
def files(version: ModelVersion) -> Answer:
    rows = [[path, digest] for path, digest in queries.files_left(version)]
    return Answer.of_table(["File", "SHA-256"], rows, missing="its files")


def _last_comparison(version: ModelVersion) -> Comparison | None:
    rows = Comparison.objects.select_related("champion__model").filter(challenger=version, result__isnull=False)
    return rows.order_by("-pk").first()


def _compared(one: dict[str, Any]) -> list[str]:
    values = [number(one["value_b"]), number(one["value_a"]), f"{one['difference']:+.4g}"]
    return [one["metric"], *values, _interval(one["ci_low"], one["ci_high"])]


def _interval(low: float, high: float) -> str:
    return f"{low:.4g} to {high:.4g}"


def _range(column: dict[str, Any]) -> str:
    if column.get("categories"):
        return f"{len(column['categories'])} values"
    if column.get("low") is not None:
        return f"{number(column['low'])} to {number(column['high'])}"
    return ""
