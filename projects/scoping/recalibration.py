"""What finished projects teach: the multipliers and their decay, refitted and shrunk towards the default.

With few finished projects the default counts for most: k = n / (n + 12).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.arrays import Array, np
from projects.scoping.priors import DEFAULT, Priors
from projects.scoping.realism import DIMENSIONS, Ratings, counted

_LEVELS = (1, 2, 3)
_DECAYS = [percent / 100 for percent in range(30, 101, 2)]
_STIFFNESS = 1.0
"""How much a fit that leaves the default is worth in squared error of the logarithm: ridge regression."""


@dataclass(frozen=True)
class Finished:
    """A finished project: how it was rated against its precedent, and how many times the precedent's effort it took."""

    ratings: Ratings
    times: float


def recalibrated(finished: Sequence[Finished], priors: Priors = DEFAULT) -> Priors:
    """The priors after these projects. Multipliers stay in order, so that harder never becomes cheaper.

    For each decay the logarithms of the multipliers are a linear regression on the observed ln(times), held to the
    default by a ridge (Hoerl and Kennard 1970); the best is shrunk by n / (n + 12) (Efron and Morris 1975).
    Raises ValueError for a project that took no effort.
    """
    if not finished:
        return priors
    if any(not one.times > 0 or not math.isfinite(one.times) for one in finished):
        raise ValueError("a finished project took more than 0 times its precedent's effort")
    start = np.array([math.log(priors.multipliers[level]) for level in _LEVELS])
    decay, logs = min((_fitted(finished, g, start, priors) for g in _DECAYS), key=lambda fit: fit[0])[1:]
    share = len(finished) / (len(finished) + priors.shrinkage)
    ordered = np.maximum.accumulate(np.maximum(start + share * (logs - start), 0.0))
    table = {-1: priors.multipliers[-1], 0: 1.0} | dict(zip(_LEVELS, (float(m) for m in np.exp(ordered)), strict=True))
    return replace(
        priors,
        multipliers=table,
        decay=priors.decay + share * (decay - priors.decay),
        finished=priors.finished + len(finished),
    )


def _fitted(finished: Sequence[Finished], decay: float, start: Array, priors: Priors) -> tuple[float, float, Array]:
    """The penalised squared error with this decay, the decay, and the logarithms that reach it."""
    weights = np.array([_weights(one.ratings, decay, priors) for one in finished])
    seen = np.array([math.log(one.times) - _eased(one.ratings, priors) for one in finished])
    left = seen - weights @ start
    moved = np.linalg.solve(weights.T @ weights + _STIFFNESS * np.eye(len(_LEVELS)), weights.T @ left)
    error = float(np.sum((left - weights @ moved) ** 2) + _STIFFNESS * (moved @ moved + (decay - priors.decay) ** 2))
    return error, decay, start + moved


def _weights(ratings: Ratings, decay: float, priors: Priors) -> list[float]:
    """How often each level counts, after decay: the coefficients of ln m."""
    harder = sorted((counted(ratings.get(one.key), priors) for one in DIMENSIONS), reverse=True)
    return [sum(decay**k for k, value in enumerate(harder) if value == level) for level in _LEVELS]


def _eased(ratings: Ratings, priors: Priors) -> float:
    easier = any(counted(ratings.get(one.key), priors) < 0 for one in DIMENSIONS)
    return math.log(priors.multipliers[-1]) if easier else 0.0
