"""What a version is judged and watched by, wherever it was trained."""

from dataclasses import dataclass
from typing import Any

from models_registry import signatures
from models_registry.models import Evaluation, ModelVersion
from models_registry.queries.files import training_of


@dataclass(frozen=True)
class Yardstick:
    """The digest of the frozen holdout, and the column to predict.

    `chosen` is "" for a version that was trained here; else the data that somebody chose to judge it on.
    """

    target: str
    holdout: str
    chosen: str = ""


def yardstick_of(version: ModelVersion) -> Yardstick | None:
    """Of its training here, else of the evaluation that was chosen for it; None while there is neither."""
    training = training_of(version)
    if training is not None:
        if training.holdout_id is None:
            return None
        return Yardstick(training.target, training.holdout_id)
    found = evaluation_of(version)
    if found is None or found.holdout_id is None:
        return None
    return Yardstick(found.target, found.holdout_id, chosen=str(found.dataset_version))


def reference_of(version: ModelVersion) -> str | None:
    """The digest of what the version's inputs are compared with: the rows that were not held out, in bins."""
    made_by = training_of(version) or evaluation_of(version)
    return made_by.reference_id if made_by is not None else None


def evaluation_of(version: ModelVersion) -> Evaluation | None:
    found = Evaluation.objects.select_related("dataset_version__dataset", "job", "created_by")
    return found.filter(version=version).first()


def signature_of(version: ModelVersion) -> dict[str, Any] | None:
    """What the version takes and gives: as its files say, completed by its evaluation."""
    if signatures.is_complete(version.signature):
        return version.signature
    completed = Evaluation.objects.filter(version=version).values_list("signature", flat=True).first()
    return completed or version.signature
