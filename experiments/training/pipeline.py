"""The preparation of columns and the estimators, all of types that a skops file holds and serving trusts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler

from experiments.tabular import Column, Kind
from experiments.training.estimators import Value

RARE_ROWS = 10
MAX_ONE_HOT = 60
MAX_ORDINAL = 250


def build_preparation(estimator: str, columns: Sequence[Column]) -> ColumnTransformer:
    """Turns the model frame into float64 (n, width): numbers first, then booleans, then categories.

    A missing or never seen category is allowed everywhere: it is a category of its own, or none.
    """
    numbers = [c.name for c in columns if c.kind in (Kind.NUMERIC, Kind.INTEGER)]
    flags = [c.name for c in columns if c.kind == Kind.BOOLEAN]
    names = [c.name for c in columns if c.kind in (Kind.CATEGORICAL, Kind.TEXT)]
    number, flag, category = _steps(estimator)
    parts = [("numbers", number, numbers), ("flags", flag, flags), ("categories", category, names)]
    return ColumnTransformer(
        [part for part in parts if part[2]], remainder="drop", sparse_threshold=0, verbose_feature_names_out=False
    )


def _steps(estimator: str) -> tuple[Any, Any, Any]:
    """Transformers of numbers, booleans and categories. MinMaxScaler also turns a frame's own booleans to numbers."""
    if estimator == "hist_gradient_boosting":
        ordinal = OrdinalEncoder(
            handle_unknown="use_encoded_value",
            unknown_value=np.nan,
            encoded_missing_value=np.nan,
            max_categories=MAX_ORDINAL,
        )
        return "passthrough", MinMaxScaler(), ordinal
    one_hot = OneHotEncoder(
        handle_unknown="ignore", min_frequency=RARE_ROWS, max_categories=MAX_ONE_HOT, sparse_output=False
    )
    flags = Pipeline([("scale", MinMaxScaler()), ("impute", SimpleImputer(strategy="most_frequent"))])
    impute = SimpleImputer(strategy="median", add_indicator=True)
    if estimator == "logistic_regression":
        return Pipeline([("impute", impute), ("scale", StandardScaler())]), flags, one_hot
    return impute, flags, one_hot


def build_estimator(estimator: str, params: dict[str, Value], *, columns: Sequence[Column], seed: int) -> Any:
    """An unfitted estimator with `params` as `validate_params` returned them."""
    if estimator == "logistic_regression":
        return LogisticRegression(**params, random_state=seed)
    if estimator == "random_forest":
        return RandomForestClassifier(**params, random_state=seed, n_jobs=1)
    ordered = sorted(c.kind in (Kind.CATEGORICAL, Kind.TEXT) for c in columns)  # categories come last
    return HistGradientBoostingClassifier(
        **params, categorical_features=ordered, early_stopping=False, random_state=seed
    )
