"""From a file to a model that may be run."""

import json
import warnings
import zipfile
from pathlib import Path
from typing import Any

import skops.io
import yaml
from sklearn.base import BaseEstimator

from models_registry.serving.errors import ModelError, UntrustedModel
from models_registry.serving.model import LoadedModel
from models_registry.serving.signature import Signature, inputs_of, output_of, signature_from_mlflow
from models_registry.serving.structure import check_structure
from models_registry.serving.trusted import TRUSTED

MODEL_FILE = "model.skops"
SIGNATURE_FILE = "signature.json"
MLMODEL_FILE = "MLmodel"
SCHEMA_MEMBER = "schema.json"
PICKLES = (".pkl", ".pickle", ".joblib", ".pt", ".pth")
MAX_MEMBERS = 500_000
MAX_DECODED = 4_000_000_000


def load_model(path: str | Path, *, signature: dict[str, Any] | None = None) -> LoadedModel:
    """Load a skops file, or a directory that holds `model.skops` (MLflow's own layout, or a training's output).

    `signature` is the content of a `signature.json`; without it the directory's own, the MLmodel's, and at last what
    the estimator remembers of its columns are used.
    Raises ModelError (`format_not_allowed`, `model_unreadable`, `model_too_large`, `unsafe_structure`,
    `signature_mismatch`) or UntrustedModel.
    """
    path = Path(path)
    file = _model_file(path) if path.is_dir() else path
    _check_archive(file)
    _check_types(file)
    estimator, notes = _load(file)
    if not isinstance(estimator, BaseEstimator) or not hasattr(estimator, "predict"):
        raise ModelError(f"The file holds a {type(estimator).__name__}, not a fitted estimator.")
    check_structure(estimator)
    _use_one_process(estimator)
    return LoadedModel(estimator=estimator, signature=_signature(estimator, path, signature), notes=notes)


def _model_file(directory: Path) -> Path:
    if (directory / MODEL_FILE).is_file():
        return directory / MODEL_FILE
    pickles = [each.name for each in directory.iterdir() if each.suffix in PICKLES]
    if pickles:
        raise _not_allowed(f"“{pickles[0]}” is a pickle")
    raise ModelError(f"There is no {MODEL_FILE} in the model's directory.", code="format_not_allowed")


def _not_allowed(reason: str) -> ModelError:
    return ModelError(
        f"{reason}, which runs code of its author's when it is loaded. Save the model with skops instead: "
        'mlflow.sklearn.log_model(..., serialization_format="skops").',
        code="format_not_allowed",
    )


def _check_archive(file: Path) -> None:
    if not zipfile.is_zipfile(file):
        head = file.read_bytes()[:2] if file.is_file() else b""
        if file.suffix in PICKLES or head[:1] == b"\x80":
            raise _not_allowed("The file is a pickle")
        raise ModelError("The file is not a skops model, or it is cut off.")
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
    if any(each.filename.endswith(PICKLES) for each in members):
        raise _not_allowed("The archive holds a pickle")
    if SCHEMA_MEMBER not in {each.filename for each in members}:
        raise ModelError("The archive is not a skops model.")
    if len(members) > MAX_MEMBERS or sum(each.file_size for each in members) > MAX_DECODED:
        raise ModelError(f"The model unpacks to more than {MAX_DECODED:,} bytes.", code="model_too_large")


def _check_types(file: Path) -> None:
    try:
        found = skops.io.get_untrusted_types(file=file)
    except Exception as error:  # the file is a stranger's: whatever it makes skops raise, it is unreadable
        raise _unreadable(error) from error
    foreign = sorted(set(found) - set(TRUSTED))
    if foreign:
        raise UntrustedModel(f"The model holds types that are not trusted: {', '.join(foreign[:10])}.", types=foreign)


def _load(file: Path) -> tuple[Any, list[str]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            estimator = skops.io.load(file, trusted=list(TRUSTED))
        except Exception as error:  # as above
            raise _unreadable(error) from error
    return estimator, sorted({str(each.message).splitlines()[0] for each in caught})


def _unreadable(error: Exception) -> ModelError:
    return ModelError(f"The model cannot be read: {type(error).__name__}: {str(error)[:200]}")


def _use_one_process(estimator: Any) -> None:
    """A prediction must not start a pool of processes, whatever the model was fitted with."""
    jobs = {name: None for name in estimator.get_params(deep=True) if name.split("__")[-1] == "n_jobs"}
    estimator.set_params(**jobs)


def _signature(estimator: Any, path: Path, given: dict[str, Any] | None) -> Signature:
    ours = given or _read_json(path / SIGNATURE_FILE)
    output = output_of(estimator)
    remembered = inputs_of(estimator)
    signature = (
        Signature.from_json(ours)
        if ours
        else _mlflow_signature(path, estimator) or (Signature(remembered, output) if remembered else None)
    )
    if signature is None:
        raise ModelError(
            "Neither the model nor a signature says which columns it takes. Log it with a signature.",
            code="signature_mismatch",
        )
    _check_agreement(signature, estimator)
    return signature


def _read_json(path: Path) -> dict[str, Any] | None:
    return json.loads(path.read_bytes()) if path.is_file() else None


def _mlflow_signature(path: Path, estimator: Any) -> Signature | None:
    file = path / MLMODEL_FILE
    if not file.is_file():
        return None
    inputs = ((yaml.safe_load(file.read_text()) or {}).get("signature") or {}).get("inputs")
    return signature_from_mlflow(inputs, output=output_of(estimator)) if inputs else None


def _check_agreement(signature: Signature, estimator: Any) -> None:
    names = getattr(estimator, "feature_names_in_", None)
    width = getattr(estimator, "n_features_in_", None)
    if names is not None and set(map(str, names)) != set(signature.names):
        different = sorted(set(map(str, names)) ^ set(signature.names))
        message = f"The signature and the model differ in the columns {', '.join(different[:5])}."
        raise ModelError(message, code="signature_mismatch")
    if names is None and width is not None and width != len(signature.inputs):
        message = f"The signature has {len(signature.inputs)} columns, the model takes {width}."
        raise ModelError(message, code="signature_mismatch")
    classes = output_of(estimator).classes
    if signature.output.classes and signature.output.classes != classes:
        raise ModelError("The signature and the model differ in their classes.", code="signature_mismatch")
