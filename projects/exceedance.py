"""How much a year's losses may come to: risks with a price, as a loss-exceedance curve. Knows no Django.

Each risk comes true so often a year as a Poisson distribution says, and each time costs what a lognormal distribution
says whose 5 % and 95 % quantiles are the two ends of the interval that somebody gave (Hubbard and Seiersen, How to
Measure Anything in Cybersecurity Risk, 2016; FAIR: Freund and Jones, Measuring and Managing Information Risk, 2014).
A year's sum is a compound Poisson distribution (Klugman, Panjer and Willmot, Loss Models): its mean is known exactly,
its quantiles are simulated.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

from core.arrays import Array, np

YEARS = 20_000
SEED = 7
POINTS = 24
INTERVAL = 0.90
HIGH_QUANTILE = 0.95

MOST_FREQUENT = 52.0
MOST_MONEY = 1e12
WIDEST = 10_000.0
"""The high end over the low end, at most: beyond it the mean is all tail, and says nothing."""

_Z = NormalDist().inv_cdf((1 + INTERVAL) / 2)


@dataclass(frozen=True)
class Loss:
    """`frequency` times a year; `low` to `high` is what it costs each time, in nine of ten cases."""

    frequency: float
    low: float
    high: float

    @property
    def spread(self) -> float:
        """The standard deviation of the logarithm."""
        return (math.log(self.high) - math.log(self.low)) / 2 / _Z

    @property
    def centre(self) -> float:
        """The mean of the logarithm."""
        return (math.log(self.high) + math.log(self.low)) / 2

    @property
    def expected(self) -> float:
        """A year: frequency x exp(mu + sigma^2 / 2)."""
        return self.frequency * math.exp(self.centre + self.spread**2 / 2)


@dataclass(frozen=True)
class Exceedance:
    """`points` are (loss, chance that a year's losses are above it), the losses rising evenly in their logarithm;
    `any_loss` is the chance that anything is lost in a year."""

    expected: float
    high: float
    any_loss: float
    points: tuple[tuple[float, float], ...]


def exceedance(losses: Sequence[Loss]) -> Exceedance | None:
    """Of all of them together, each independent of the others; None of none."""
    return _of(tuple(losses)) if losses else None


@lru_cache(maxsize=256)
def _of(losses: tuple[Loss, ...]) -> Exceedance:
    years = np.sort(sum(_years(loss, index) for index, loss in enumerate(losses)))
    bad = years[years > 0]
    return Exceedance(
        expected=sum(loss.expected for loss in losses),
        high=float(np.quantile(years, HIGH_QUANTILE)),
        any_loss=bad.size / YEARS,
        points=_points(bad) if bad.size else (),
    )


def _years(loss: Loss, index: int) -> Array:
    """What each of so many years costs (YEARS,). The draws of a risk stay the same while another one is changed."""
    rng = np.random.default_rng([SEED, index])
    times = rng.poisson(loss.frequency, YEARS)
    costs = rng.lognormal(loss.centre, loss.spread, int(times.sum()))
    return np.asarray(np.bincount(np.repeat(np.arange(YEARS), times), weights=costs, minlength=YEARS), dtype=float)


def _points(rising: Array) -> tuple[tuple[float, float], ...]:
    low, high = float(rising[0]), float(np.quantile(rising, 0.999))
    grid = np.geomspace(low, max(high, low * 1.001), POINTS)
    above = (rising.size - np.searchsorted(rising, grid, side="right")) / YEARS
    return tuple((float(one), float(share)) for one, share in zip(grid, above, strict=True))
