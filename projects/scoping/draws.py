"""Random draws that stay the same while a slider moves: quantiles of fixed uniform numbers.

A Latin hypercube (McKay, Beckman and Conover 1979): each input's draws fill its distribution evenly, so 20,000 of them
give a probability to well below a percentage point. Raising an input raises each of its draws, so what is shown moves
the way the slider did, without flicker.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

from core.arrays import Array, np
from projects.scoping.priors import DEFAULT, Priors

DRAWS = 20_000
SEED = 7
MOST_INPUTS = 32

_GRID = 513


@dataclass(frozen=True)
class Range:
    """Lowest, most likely, highest: equal where nothing is in doubt. Raises ValueError if out of order."""

    low: float
    likely: float
    high: float

    def __post_init__(self) -> None:
        if not all(math.isfinite(value) for value in (self.low, self.likely, self.high)):
            raise ValueError("a range has finite numbers")
        if not self.low <= self.likely <= self.high:
            raise ValueError(
                f"a range is lowest, most likely, highest: got {self.low:g}, {self.likely:g}, {self.high:g}"
            )

    @classmethod
    def fixed(cls, value: float) -> "Range":
        return cls(value, value, value)

    @property
    def is_fixed(self) -> bool:
        return self.low == self.high

    def times(self, factor: float) -> "Range":
        """Scaled by a factor of at least 0."""
        return Range(self.low * factor, self.likely * factor, self.high * factor)

    def mean(self, priors: Priors = DEFAULT) -> float:
        """(low + 4 likely + high) / 6."""
        return (self.low + priors.pert_weight * self.likely + self.high) / (2 + priors.pert_weight)


@lru_cache(maxsize=8)
def uniforms(draws: int = DRAWS, seed: int = SEED) -> Array:
    """A Latin hypercube of MOST_INPUTS rows, each a shuffle of the middles of `draws` equal parts of (0, 1)."""
    even = (np.arange(draws, dtype=np.float64) + 0.5) / draws
    shuffled = np.random.default_rng(seed).permuted(np.tile(even, (MOST_INPUTS, 1)), axis=1)
    shuffled.setflags(write=False)
    return shuffled


def pert(estimate: Range, at: Array, priors: Priors = DEFAULT) -> Array:
    """The quantiles `at` of the PERT beta distribution of a three-point estimate.

    Beta(1 + 4 (m-a)/(b-a), 1 + 4 (b-m)/(b-a)) on [a, b] (Malcolm et al. 1959; Vose 2008), inverted on a grid.
    """
    if estimate.is_fixed:
        return np.full(at.shape, estimate.low)
    width = estimate.high - estimate.low
    peak = min(max((estimate.likely - estimate.low) / width, 0.0), 1.0) if math.isfinite(width) else 0.5
    grid, below = _beta(1 + priors.pert_weight * peak, 1 + priors.pert_weight * (1 - peak))
    return estimate.low + np.interp(at, below, grid) * width


def overrun(at: Array, priors: Priors = DEFAULT) -> Array:
    """The quantiles `at` of how many times over its estimate a project goes: most a little, some without bound.

    A lognormal body capped where the tail starts, and a Pareto tail (Flyvbjerg and Budzier 2011): with the default
    P50 1.10, P80 1.47, P90 2.30, P95 3.80.
    """
    body_share = 1 - priors.tail_share
    in_body = np.minimum(at / body_share, 1.0)
    body = priors.body_median * np.exp(priors.body_spread * np.interp(in_body, *_normal()))
    left = np.maximum((1 - at) / priors.tail_share, 1e-12)
    tail = priors.tail_start * left ** (-1 / priors.tail_shape)
    drawn = np.where(at < body_share, np.minimum(body, priors.tail_start), tail)
    return np.minimum(drawn, priors.tail_cap)


@lru_cache(maxsize=1024)
def _beta(a: float, b: float) -> tuple[Array, Array]:
    """A grid of [0, 1] and the share below each of its points; both parameters are at least 1."""
    grid = np.linspace(0.0, 1.0, _GRID)
    density = grid ** (a - 1) * (1 - grid) ** (b - 1)
    below = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2)])
    return grid, below / below[-1]


@lru_cache(maxsize=1)
def _normal() -> tuple[Array, Array]:
    """Shares and the normal quantiles at them."""
    shares = np.concatenate([[1e-9, 1e-7, 1e-5, 1e-4], np.linspace(0.0005, 0.9995, 2000), [0.9999, 0.99999, 1 - 1e-9]])
    return shares, np.array([NormalDist().inv_cdf(share) for share in shares])
