"""A loaded model: rows in, labels and scores out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from experiments.tabular import Column, Kind, Table
from experiments.tabular.frames import frame_of_rows, model_frame
from models_registry.serving.errors import ModelError
from models_registry.serving.signature import ANY, Signature
from models_registry.serving.validation import CellWarning, find_warnings


@dataclass(frozen=True)
class Prediction:
    """One entry a row. `scores` are of the positive class (binary), of the label (multiclass), or the value itself.

    `probabilities` holds one number a class, in the signature's order; None where the model gives none.
    """

    labels: list[Any]
    scores: list[float]
    probabilities: list[list[float]] | None = None
    warnings: list[CellWarning] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """`notes` are things to know of the file, such as another version of scikit-learn."""

    estimator: Any
    signature: Signature
    notes: list[str] = field(default_factory=list)

    def predict(self, rows: Sequence[dict[str, Any]]) -> Prediction:
        """Predict rows that `validate_rows` found nothing wrong with.

        Raises ModelError: `not_finite_output`, or `signature_mismatch` when the model refuses what its signature says.
        """
        labels, scores, probabilities = self._run(self._frame(rows))
        return Prediction(
            labels=labels,
            scores=scores.tolist(),
            probabilities=None if probabilities is None else probabilities.tolist(),
            warnings=find_warnings(self.signature, rows),
        )

    def scores(self, table: Table) -> np.ndarray:
        """Scores (n,) of a table's rows; other columns are ignored. Raises ModelError (`signature_mismatch`)."""
        missing = [name for name in self.signature.names if name not in table.names]
        if missing:
            raise ModelError(f"The table has no column “{missing[0]}”.", code="signature_mismatch", field=missing[0])
        columns = [_as_held(column, table) for column in self.signature.columns]
        return self._run(self._renamed(model_frame(table, columns)))[1]

    def _frame(self, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
        if any(each.kind == ANY for each in self.signature.inputs):
            # Nobody said what the columns hold: pandas' own reading of the values is what the model was fitted on.
            frame = pd.DataFrame.from_records(list(rows), columns=self.signature.names)
            return self._renamed(frame)
        return self._renamed(frame_of_rows(rows, self.signature.columns))

    def _renamed(self, frame: pd.DataFrame) -> Any:
        """An estimator fitted on an array without names gets an array."""
        named = getattr(self.estimator, "feature_names_in_", None) is not None
        return frame if named else frame.to_numpy()

    def _run(self, frame: Any) -> tuple[list[Any], np.ndarray, np.ndarray | None]:
        try:
            return self._outputs(frame)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            raise ModelError(f"The model refused the rows: {error}", code="signature_mismatch") from error

    def _outputs(self, frame: Any) -> tuple[list[Any], np.ndarray, np.ndarray | None]:
        output = self.signature.output
        if output.task != "regression" and hasattr(self.estimator, "predict_proba"):
            probabilities = np.asarray(self.estimator.predict_proba(frame), dtype=np.float64)
            best = probabilities.argmax(axis=1)
            named = [output.classes[i] for i in best]
            positive = output.positive_index
            scores = probabilities.max(axis=1) if positive is None else probabilities[:, positive]
            return named, _require_finite(scores), probabilities
        labels = np.asarray(self.estimator.predict(frame))
        if output.task == "binary" and hasattr(self.estimator, "decision_function"):
            return labels.tolist(), _require_finite(self.estimator.decision_function(frame)), None
        if output.task == "regression":
            return labels.tolist(), _require_finite(labels.astype(np.float64)), None
        return labels.tolist(), np.ones(len(labels)), None


def _as_held(column: Column, table: Table) -> Column:
    """A column of any kind is read as the table holds it."""
    is_text = str(table.type_of(column.name)) == "string"
    if column.kind == Kind.TEXT and not is_text:
        return Column(name=column.name, kind=Kind.NUMERIC, nullable=column.nullable)
    return column


def _require_finite(scores: np.ndarray) -> np.ndarray:
    if not np.isfinite(scores).all():
        row = int(np.flatnonzero(~np.isfinite(scores))[0])
        raise ModelError(f"The model's score of row {row} is not a finite number.", code="not_finite_output")
    return scores
