"""Checks on a loaded model whose compiled code would follow its indices wherever they lead.

skops vouches for the types in a file, not for their content: a tree whose child index points outside its nodes crashes
the process (or reads its memory) at the first prediction, and one that points backwards never ends. So every tree's
children must lie after their parent and inside the tree, and every feature inside the rows that the owner accepts.
"""

import functools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.ensemble import IsolationForest
from sklearn.ensemble._forest import BaseForest
from sklearn.ensemble._gb import BaseGradientBoosting
from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE
from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor
from sklearn.neighbors import BallTree, KDTree
from sklearn.tree._tree import Tree
from sklearn.utils.validation import check_array

from models_registry.serving.errors import ModelError

MAX_OBJECTS = 5_000_000
FILE_INPUTS = ("file", "filename")
BITSET_WIDTH = 8


def check_structure(model: Any) -> None:
    """Raises ModelError (`unsafe_structure`) when following the model's own indices would leave its arrays."""
    for thing in _reachable(model):
        if isinstance(thing, functools.partial) and thing.func is not check_array:
            raise _unsafe("it holds a function bound to arguments")
        if isinstance(thing, KDTree | BallTree):
            _check_space_tree(thing)
        if isinstance(thing, BaseEstimator):
            _check_estimator(thing)


def _unsafe(reason: str) -> ModelError:
    return ModelError(f"The model is not safe to run: {reason}.", code="unsafe_structure")


def _reachable(root: Any) -> Iterator[Any]:
    """Every object below `root`, once each. Arrays of numbers and strings are not entered."""
    seen: dict[int, Any] = {}
    waiting = [root]
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen or thing is None or isinstance(thing, str | bytes | int | float | type):
            continue
        seen[id(thing)] = thing
        if len(seen) > MAX_OBJECTS:
            raise _unsafe("it has too many parts")
        yield thing
        waiting.extend(_parts(thing))


def _parts(thing: Any) -> list[Any]:
    if isinstance(thing, dict):
        return [*thing.keys(), *thing.values()]
    if isinstance(thing, list | tuple | set | frozenset):
        return list(thing)
    if isinstance(thing, np.ndarray):
        return thing.ravel().tolist() if thing.dtype == object else []
    if isinstance(thing, functools.partial):
        return [thing.func, thing.args, thing.keywords]
    return list(getattr(thing, "__dict__", {}).values())


def _check_estimator(estimator: Any) -> None:
    held = vars(estimator)
    if held.get("input") in FILE_INPUTS:
        raise _unsafe("it reads files that the rows name")
    width = int(held.get("n_features_in_", 0))
    if isinstance(held.get("tree_"), Tree):
        _check_tree(held["tree_"], width)
    if isinstance(estimator, BaseForest | BaseGradientBoosting):
        _check_members(held.get("estimators_", ()), width)
    if isinstance(estimator, IsolationForest):
        _check_members(held.get("estimators_", ()), min(map(len, held.get("estimators_features_", [()]))))
    if "_predictors" in held:
        _check_boosting(estimator, held["_predictors"], width)


def _check_members(members: Any, width: int) -> None:
    """These ensembles hand their rows to the members' trees without asking the members."""
    for member in np.ravel(np.asarray(members, dtype=object)):
        tree = getattr(member, "tree_", None)
        if isinstance(tree, Tree):
            _check_tree(tree, width)


def _check_tree(tree: Any, width: int) -> None:
    left, right, feature = tree.children_left, tree.children_right, tree.feature
    inner = left != -1
    _check_children(np.arange(tree.node_count)[inner], left[inner], right[inner], tree.node_count)
    _check_features(feature[inner], width)


def _check_children(parents: np.ndarray, left: np.ndarray, right: np.ndarray, n: int) -> None:
    if n < 1:
        raise _unsafe("it has a tree without nodes")
    children = np.concatenate([left, right]).astype(np.int64)
    if np.any(children >= n) or np.any(children <= np.concatenate([parents, parents])):
        raise _unsafe("it has a tree whose nodes lead outside of it or back")


def _check_features(features: np.ndarray, width: int) -> None:
    if features.size and (features.min() < 0 or features.max() >= width):
        raise _unsafe(f"it has a tree that asks for feature {features.max()} of {width}")


def _check_boosting(estimator: Any, rounds: Any, width: int) -> None:
    categorical = np.zeros(width, dtype=bool)
    named = getattr(getattr(estimator, "_bin_mapper", None), "is_categorical_", None)
    if named is not None:
        categorical = np.asarray(named, dtype=bool)
    if categorical.size != width or _prepared_width(estimator, width) != width:
        raise _unsafe("its own preparation changes the number of features")
    for tree in np.ravel(np.asarray([list(each) for each in rounds], dtype=object)):
        if not isinstance(tree, TreePredictor):
            raise _unsafe("it boosts something that is not a tree")
        _check_predictor(tree, width, categorical)


def _prepared_width(estimator: Any, width: int) -> int:
    preparation = getattr(estimator, "_preprocessor", None)
    if preparation is None:
        return width
    names = getattr(preparation, "feature_names_in_", None)
    row = np.zeros((1, width)) if names is None else pd.DataFrame(np.zeros((1, len(names))), columns=names)
    try:
        return int(preparation.transform(row).shape[1])
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise _unsafe(f"its own preparation fails ({error})") from error


def _check_predictor(tree: Any, width: int, categorical: np.ndarray) -> None:
    nodes, bitsets = tree.nodes, tree.raw_left_cat_bitsets
    if nodes.dtype != PREDICTOR_RECORD_DTYPE or nodes.ndim != 1:
        raise _unsafe("a tree's nodes are of another type")
    inner = nodes["is_leaf"] == 0
    splits = nodes[inner]
    _check_children(np.flatnonzero(inner), splits["left"], splits["right"], len(nodes))
    _check_features(splits["feature_idx"], width)
    named = splits[splits["is_categorical"] != 0]
    if not len(named):
        return
    if bitsets.shape[1:] != (BITSET_WIDTH,) or named["bitset_idx"].max() >= len(bitsets):
        raise _unsafe("a tree asks for categories that it does not have")
    if not categorical[named["feature_idx"]].all():
        raise _unsafe("a tree takes a number for a category")


def _check_space_tree(tree: Any) -> None:
    data, index, nodes, _bounds = (np.asarray(each) for each in tree.get_arrays())
    n = len(data)
    if index.size != n or (n and (index.min() < 0 or index.max() >= n)):
        raise _unsafe("a search tree leads outside of its points")
    if nodes["idx_start"].min() < 0 or nodes["idx_end"].max() > n or np.any(nodes["idx_start"] > nodes["idx_end"]):
        raise _unsafe("a search tree leads outside of its points")
