"""What is to be trained on what."""

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from core.child import Anticipated
from experiments.training.estimators import Value, validate_params

HOLDOUT_SCOPES = ("all", "recent")


@dataclass(frozen=True, kw_only=True)
class DataSpec:
    """Which rows are learnt from and which are held out; paths are of Parquet files, relative to the scratch directory.

    Without `holdout_path` a quarter (`holdout_fraction`) of all rows is held out by the hash of their content, so
    rows that an earlier version of the data held out are held out again. With it, that table is the holdout, and
    rows that also occur in it are taken out of the training.
    `extra_train_paths` are newer labelled rows with the same columns; they are split like the others. With
    `holdout_scope` "recent" only their held-out rows make the holdout (older held-out rows are then used by neither
    side), which answers how good a model is on what comes in now.
    `features` None takes every usable column. `positive_label` None takes the last class in sorted order.
    """

    train_path: Path
    target: str
    extra_train_paths: tuple[Path, ...] = ()
    holdout_path: Path | None = None
    holdout_scope: str = "all"
    holdout_fraction: float = 0.25
    features: tuple[str, ...] | None = None
    positive_label: Any = None


@dataclass(frozen=True, kw_only=True)
class TrainingSpec(DataSpec):
    """The spec of `python -m experiments.training`: the data, and what is fitted on them."""

    estimator: str
    params: dict[str, Value] = field(default_factory=dict)
    seed: int = 0
    out: Path = Path(".")

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "TrainingSpec":
        """Raises Anticipated (`bad_spec`) or Invalid (a setting of the estimator)."""
        unknown = set(data) - {each.name for each in fields(cls)}
        missing = {"train_path", "target", "estimator"} - set(data)
        if unknown or missing:
            raise Anticipated("bad_spec", f"The training's spec has unknown {unknown} or lacks {missing}.")
        values = {key: value for key, value in data.items() if value is not None}
        spec = cls(
            **values
            | {
                "train_path": Path(data["train_path"]),
                "extra_train_paths": tuple(Path(path) for path in values.get("extra_train_paths", ())),
                "holdout_path": Path(data["holdout_path"]) if data.get("holdout_path") else None,
                "features": tuple(data["features"]) if data.get("features") else None,
                "params": validate_params(data["estimator"], values.get("params", {})),
                "out": Path(values.get("out", ".")),
            }
        )
        spec._check()
        return spec

    def _check(self) -> None:
        if not 0.05 <= self.holdout_fraction <= 0.5:
            message = f"“holdout_fraction” must lie between 0.05 and 0.5, not {self.holdout_fraction}."
            raise Anticipated("bad_spec", message)
        if self.holdout_scope not in HOLDOUT_SCOPES:
            raise Anticipated("bad_spec", f"“holdout_scope” must be all or recent, not {self.holdout_scope!r}.")
        if self.holdout_scope == "recent" and not self.extra_train_paths:
            raise Anticipated("bad_spec", "A holdout of recent rows needs recent rows (“extra_train_paths”).")
