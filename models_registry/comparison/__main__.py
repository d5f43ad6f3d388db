"""Load champion and challenger, score both on one frozen holdout, and compare.

Spec, paths relative to the scratch directory:

    {"champion_model", "challenger_model", "holdout_path", "target", "positive_label": null,
     "champion_signature": null, "challenger_signature": null, "metrics": null, "n_boot": 1000, "seed": 0,
     "level": 0.95}

The models are skops files or directories; the signatures, where given, the JSON of a training's `signature.json`.
Without a champion (null) the challenger is measured alone: `{"alone": [interval...], "n", "positives"}` with an
interval `{"metric", "value", "low", "high", "level"}`. With one:

Result `{"primary": comparison, "metrics": [comparison...], "delong": comparison, "n", "positives", "verdict"}` with
`verdict` "better", "worse" or "no_difference" for the challenger by the primary metric (the first), and a comparison
`{"metric", "value_a", "value_b", "difference", "ci_low", "ci_high", "level", "n", "positives", "better", "method"}`.

Both carry `"slices"`, the challenger on parts of the holdout: see `models_registry.comparison.slices`.
"""

from dataclasses import asdict
from typing import Any

import numpy as np

from core import child

DEFAULT_METRICS = ["average_precision", "roc_auc", "recall_at_1pct_fpr", "log_loss", "brier"]
VERDICTS = {"b": "better", "a": "worse", None: "no_difference"}


@child.main
def run(spec: dict[str, Any]) -> dict[str, Any]:
    child.progress(0.0, "starting")
    # scikit-learn takes seconds to import on a busy machine: the first sign of life comes before it.
    from experiments.tabular import read_table  # noqa: PLC0415
    from models_registry.comparison import bootstrap_ci, compare_all, delong_interval, slices  # noqa: PLC0415

    holdout = read_table(spec["holdout_path"], format="parquet")
    scores = []
    names = ["champion", "challenger"] if spec.get("champion_model") else ["challenger"]
    for part, name in enumerate(names):
        child.progress(0.1 + 0.2 * part, f"scoring with the {name}")
        scores.append(_scores(spec, name, holdout))
    y = _truth(holdout, spec["target"], scores[0][1])
    known = np.array([value is not None for value in holdout.texts(spec["target"])])
    y, known_scores = y[known], [score[known] for score, _ in scores]
    child.progress(0.5, f"comparing on {len(y):,} rows")
    level = spec.get("level") or 0.95
    metrics, n_boot, seed = spec.get("metrics") or DEFAULT_METRICS, spec.get("n_boot") or 1000, spec.get("seed") or 0
    columns = {name: holdout.texts(name)[known] for name in _columns(holdout, spec["target"])}
    parts = [each.as_json() for each in slices(y, known_scores[-1], columns, metric=metrics[0], seed=seed)]
    if len(names) == 1:
        (score,) = known_scores
        found = [bootstrap_ci(y, score, metric=each, n_boot=n_boot, seed=seed, level=level) for each in metrics]
        return {"alone": [asdict(each) for each in found], "n": len(y), "positives": int(y.sum()), "slices": parts}
    a, b = known_scores
    compared = compare_all(y, a, b, metrics=metrics, n_boot=n_boot, seed=seed, level=level)
    child.progress(1.0, "done")
    return {
        "primary": compared[0].as_json(),
        "metrics": [each.as_json() for each in compared],
        "delong": delong_interval(y, a, b, level=level).as_json(),
        "n": compared[0].n,
        "positives": compared[0].positives,
        "verdict": VERDICTS[compared[0].better],
        "slices": parts,
    }


def _columns(holdout: Any, target: str) -> list[str]:
    """The columns by which there are slices: categories, not numbers."""
    return [name for name in holdout.names if name != target and str(holdout.type_of(name)) in ("string", "bool")]


def _scores(spec: dict[str, Any], name: str, holdout: Any) -> tuple[np.ndarray, Any]:
    """A binary model's scores of the positive class (n,), and that class."""
    from models_registry.serving import load_model  # noqa: PLC0415 (as above)

    model = load_model(spec[f"{name}_model"], signature=spec.get(f"{name}_signature"))
    output = model.signature.output
    if output.task != "binary":
        raise child.Anticipated("not_binary", f"The {name} has {len(output.classes)} classes; two are compared here.")
    positive = _named(output.classes, spec.get("positive_label"), default=output.positive, name=name)
    scores = model.scores(holdout)
    return (scores if positive == output.positive else 1 - scores), positive


def _named(classes: tuple[Any, ...], wanted: Any, *, default: Any, name: str) -> Any:
    """The class that `wanted` means, however it is written (true, True, "true")."""
    if wanted is None:
        return default
    for each in classes:
        if str(each).lower() == str(wanted).lower():
            return each
    raise child.Anticipated("positive_label_missing", f"The {name} knows no class {wanted!r}: {list(classes)}.")


def _truth(holdout: Any, target: str, positive: Any) -> np.ndarray:
    """Whether each row is positive (n,), whatever type the target is stored in."""
    if target not in holdout.names:
        raise child.Anticipated("target_missing", f"The holdout has no column “{target}”.")
    if str(holdout.type_of(target)) == "string":
        return holdout.texts(target) == str(positive)
    return holdout.numbers(target) == float(positive)


if __name__ == "__main__":
    run()
