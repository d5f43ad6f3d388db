"""Loading a model that somebody sent, and predicting with it. Pure: no Django.

`load_model(path)` takes skops files only, trusts scikit-learn's own types from a list of ours, and checks the
structures that scikit-learn itself would index blindly. `validate_rows` finds what is wrong with rows before that.
"""

from models_registry.serving.errors import ModelError, UntrustedModel
from models_registry.serving.loading import load_model
from models_registry.serving.model import LoadedModel, Prediction
from models_registry.serving.signature import Input, Output, Signature, signature_from_mlflow
from models_registry.serving.validation import MAX_ROWS, CellError, CellWarning, find_warnings, validate_rows

__all__ = [
    "MAX_ROWS",
    "CellError",
    "CellWarning",
    "Input",
    "LoadedModel",
    "ModelError",
    "Output",
    "Prediction",
    "Signature",
    "UntrustedModel",
    "find_warnings",
    "load_model",
    "signature_from_mlflow",
    "validate_rows",
]
