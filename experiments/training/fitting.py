"""Fitting in steps, so that there is a curve to watch and a place to stop."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

STEPS = 20
MIN_STEP = 5
SIZE_PARAM = {"random_forest": "n_estimators", "hist_gradient_boosting": "max_iter", "logistic_regression": "max_iter"}
NOUN = {"random_forest": "tree", "hist_gradient_boosting": "round", "logistic_regression": "iteration"}


@dataclass(frozen=True)
class Step:
    """`done` of `total` trees, rounds or iterations are fitted."""

    done: int
    total: int
    noun: str


def fit_in_steps(name: str, model: Any, X: np.ndarray, y: np.ndarray) -> Iterator[Step]:
    """Fit `model` in at most about twenty parts, each going on from the one before (`warm_start`).

    After each part the model may be used. Trees and rounds come out as if fitted at once. A logistic regression
    starts its optimiser anew in each part from the weights it has, and ends when a part needs no full round.
    """
    param = SIZE_PARAM[name]
    total = int(model.get_params()[param])
    model.set_params(warm_start=True)
    if name == "logistic_regression":
        yield from _fit_weights(model, X, y, total)
    else:
        yield from _fit_trees(model, X, y, param=param, total=total, noun=NOUN[name])
    model.set_params(warm_start=False)


def _fit_trees(model: Any, X: np.ndarray, y: np.ndarray, *, param: str, total: int, noun: str) -> Iterator[Step]:
    size = max(MIN_STEP, -(-total // STEPS))
    for done in [*range(size, total, size), total]:
        model.set_params(**{param: done})
        with warnings.catch_warnings():
            # Class weights are computed from the same y in every part, which is all that this warning asks for.
            warnings.filterwarnings("ignore", message="class_weight presets", category=UserWarning)
            model.fit(X, y)
        yield Step(done=done, total=total, noun=noun)


def _fit_weights(model: Any, X: np.ndarray, y: np.ndarray, total: int) -> Iterator[Step]:
    size = max(MIN_STEP, -(-total // STEPS))
    done = 0
    while done < total:
        model.set_params(max_iter=min(size, total - done))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(X, y)
        used = int(np.max(model.n_iter_))
        done += used
        yield Step(done=done, total=total, noun="iteration")
        if used < min(size, total - done + used):
            break
    model.set_params(max_iter=total)
