"""The rows on which a model is judged, and what the rest of them look like."""

from pathlib import Path
from typing import Any

from core import child
from experiments.tabular import write_canonical
from experiments.training import outputs
from experiments.training.data import TrainingData, load
from experiments.training.spec import DataSpec
from models_registry.serving import LoadedModel, load_model
from models_registry.serving.signature import ANY


def hold_out(spec: dict[str, Any], *, files: dict[str, str]) -> dict[str, Any]:
    """Write the holdout and the reference into `spec["out"]`. Raises Anticipated, TableError or ModelError."""
    model = load_model(spec["model"])
    child.progress(0.2, "reading the data")
    features = tuple(model.signature.names)
    data = load(DataSpec(train_path=Path(spec["table_path"]), target=spec["target"], features=features))
    _require_same_classes(model, data)
    child.progress(0.6, "scoring the held-out rows")
    scores = model.scores(data.holdout)
    out = Path(spec["out"])
    write_canonical(data.holdout, out / files["holdout"])
    outputs.write_json(out / files["reference"], outputs.reference(data, scores if data.labels.is_binary else None))
    child.progress(1.0, "done")
    return {
        "rows": {"reference": data.train.rows, "holdout": data.holdout.rows},
        "signature": _signature(model, data),
    }


def _require_same_classes(model: LoadedModel, data: TrainingData) -> None:
    known, found = (sorted(map(_name, classes)) for classes in (model.signature.output.classes, data.labels.classes))
    if known != found:
        raise child.Anticipated(
            "classes_differ",
            f"“{data.target}” has the classes {', '.join(found[:10])}, and the model knows "
            f"{', '.join(known[:10]) or 'none: it is no classifier'}.",
        )


def _name(value: Any) -> str:
    """A class however it is written: true, True and "true" are one, and so are 1 and 1.0."""
    text = str(value).lower()
    return {"true": "1", "false": "0"}.get(text, text.removesuffix(".0"))


def _signature(model: LoadedModel, data: TrainingData) -> dict[str, Any]:
    """The model's own, with what the data say of each column; the kind too, where the model does not know it."""
    seen = {each["name"]: each for each in outputs.signature(data)["inputs"]}
    stated = model.signature.as_json()
    for each in stated["inputs"]:
        said = seen.get(each["name"])
        if said is not None:
            each["kind"] = said["kind"] if each["kind"] == ANY else each["kind"]
            each |= {name: said[name] for name in ("categories", "low", "high")}
    return stated | {"target": data.target}
