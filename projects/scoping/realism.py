"""Is it as hard as the team thinks? Our problem against a finished one, dimension by dimension.

The outside view: what the precedent really took, times how much harder ours is, against what the team says.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from projects.scoping.priors import DEFAULT, Priors

Rating = int | None
Ratings = Mapping[str, Rating]


@dataclass(frozen=True)
class Dimension:
    """One way in which a problem can be harder than its precedent. `weight` is its share in the similarity."""

    key: str
    label: str
    question: str
    is_critical: bool
    weight: float


DIMENSIONS: tuple[Dimension, ...] = (
    Dimension("label", "Label definition and delay", "What is right, and when is it known?", True, 0.16),
    Dimension("base_rate", "Base rate", "How rare is what is looked for?", False, 0.10),
    Dimension("data", "Data at decision time", "How much is there, and is it there when it is needed?", True, 0.16),
    Dimension("signal", "Signal ceiling", "How well could anybody tell from these data?", True, 0.12),
    Dimension("adversary", "Adversary, change over time", "Does somebody adapt to it, or the world move?", True, 0.10),
    Dimension("latency", "Latency and throughput", "How soon, and how many at once?", True, 0.08),
    Dimension("costs", "Cost asymmetry", "How unequal are the two mistakes?", False, 0.08),
    Dimension("integration", "Integration", "How many systems have to change?", False, 0.08),
    Dimension("regulation", "Regulation and explanation", "What has to be explained, and to whom?", True, 0.06),
    Dimension("team", "Team and tools", "Who has done it before, with what?", False, 0.06),
)

CRITICAL: frozenset[str] = frozenset(one.key for one in DIMENSIONS if one.is_critical)

RATINGS: dict[Rating, str] = {
    -1: "easier",
    0: "the same",
    1: "somewhat harder",
    2: "much harder",
    3: "different in kind",
    None: "unknown",
}


@dataclass(frozen=True)
class Span:
    """A figure with its range: lowest <= central <= highest."""

    lowest: float
    central: float
    highest: float

    def times(self, factor: float) -> "Span":
        return Span(self.lowest * factor, self.central * factor, self.highest * factor)


@dataclass(frozen=True)
class Outcome:
    """What the comparison asks for before the project may commit."""

    re_estimate: bool
    """The team's estimate is not believed: another team estimates too."""
    probes: tuple[str, ...]
    """Critical dimensions to probe on real data, at most three person-days each."""
    spike: bool
    """A full spike of at most three weeks."""
    sponsor: bool
    """Nothing to compare with: the sponsor decides on the outside view alone."""

    @property
    def asks(self) -> tuple[str, ...]:
        """The same as sentences, the most costly first."""
        said = []
        if self.spike:
            said.append(
                "A spike of at most three weeks: a critical dimension is different in kind, or too many unknown."
            )
        if self.re_estimate:
            said.append("An independent estimate and a spike: the precedent says that it takes much longer.")
        if self.probes:
            names = ", ".join(one.label.lower() for one in DIMENSIONS if one.key in self.probes)
            said.append(f"A probe of at most three person-days on real data for each of: {names}.")
        if self.sponsor:
            said.append("There is no precedent: the sponsor decides, on the outside view alone.")
        return tuple(said)


def counted(rating: Rating, priors: Priors = DEFAULT) -> int:
    """What a rating counts as: unknown counts as hard."""
    return priors.unknown if rating is None else rating


def agreed(team: Ratings, second: Ratings, priors: Priors = DEFAULT) -> dict[str, Rating]:
    """The harder of two blind ratings, for every dimension. What nobody rated is unknown.

    Where one says "unknown" and the other knows it to be as hard, it is known.
    """
    return {one.key: _harder(team.get(one.key), second.get(one.key), priors) for one in DIMENSIONS}


def disputes(team: Ratings, second: Ratings, priors: Priors = DEFAULT) -> tuple[str, ...]:
    """The dimensions that the two rated so differently that they have to talk."""
    return tuple(
        one.key
        for one in DIMENSIONS
        if one.key in team
        and one.key in second
        and abs(counted(team[one.key], priors) - counted(second[one.key], priors)) >= priors.dispute_from
    )


def factor(ratings: Ratings, priors: Priors = DEFAULT) -> Span:
    """How many times harder: the hardest difference alone, all of them overlapping, all of them in full.

    Central: ln M = sum over k of decay^k * ln m_(k), the differences sorted from the hardest. All that is easier
    together counts once, so that five small comforts cannot outweigh one difference in kind. A weighted product as in
    COCOMO's effort multipliers (Boehm 1981), with decay since the plain product was measured to flag 86 to 94% of
    sound projects.
    """
    values = _values(ratings, priors)
    harder = sorted((math.log(priors.multipliers[value]) for value in values if value > 0), reverse=True)
    eased = priors.multipliers[-1] if any(value < 0 for value in values) else 1.0
    central = sum(priors.decay**k * logarithm for k, logarithm in enumerate(harder))
    return Span(
        lowest=eased * math.exp(harder[0] if harder else 0.0),
        central=eased * math.exp(central),
        highest=eased * math.exp(sum(harder)),
    )


def similarity(ratings: Ratings, priors: Priors = DEFAULT) -> float:
    """C = product of s_i^w_i: how alike the two problems are, from 0 to 1. A picture, not a gate.

    A weighted geometric mean, so that one strange dimension is not averaged away.
    """
    values = zip(DIMENSIONS, _values(ratings, priors), strict=True)
    return math.exp(sum(one.weight * math.log(priors.similarities[value]) for one, value in values))


def optimism(*, precedent_actual: float, team_estimate: float, harder: Span) -> Span:
    """R = E_precedent_actual * M / E_team(P50): above 1 the team says less than the outside view does.

    Raises ValueError unless both efforts are positive.
    """
    if not (precedent_actual > 0 and team_estimate > 0):
        raise ValueError(f"efforts are above 0: got {precedent_actual:g} and {team_estimate:g}")
    return harder.times(precedent_actual / team_estimate)


def outcome(ratings: Ratings, ratio: Span | None, priors: Priors = DEFAULT) -> Outcome:
    """What has to happen before the project may commit. `ratio` None: there is no precedent, and so no comparison."""
    if ratio is None:
        return Outcome(re_estimate=False, probes=(), spike=False, sponsor=True)
    critical = {key: ratings.get(key) for key in CRITICAL}
    hardest = max(counted(value, priors) for value in critical.values())
    unknown = sum(value is None for value in critical.values())
    return Outcome(
        re_estimate=ratio.central > priors.most_optimism,
        probes=hard_critical(ratings, priors),
        spike=hardest >= priors.spike_from or unknown > priors.most_unknown,
        sponsor=False,
    )


def hard_critical(ratings: Ratings, priors: Priors = DEFAULT) -> tuple[str, ...]:
    """The critical dimensions in which ours is much harder, or nobody knows."""
    return tuple(
        one.key for one in DIMENSIONS if one.is_critical and counted(ratings.get(one.key), priors) >= priors.probe_from
    )


def refuse_wrong(ratings: Ratings) -> None:
    """Raise ValueError for a dimension or a rating that there is not."""
    known = {one.key for one in DIMENSIONS}
    for key, value in ratings.items():
        if key not in known:
            raise ValueError(f"there is no dimension {key!r}: choose of {', '.join(sorted(known))}")
        if isinstance(value, bool) or value not in RATINGS:
            raise ValueError(f"a rating is -1, 0, 1, 2, 3 or unknown: got {value!r} for {key}")


def _values(ratings: Ratings, priors: Priors) -> list[int]:
    return [counted(ratings.get(one.key), priors) for one in DIMENSIONS]


def _harder(one: Rating, other: Rating, priors: Priors) -> Rating:
    first, second = counted(one, priors), counted(other, priors)
    if first == second:
        return other if one is None else one
    return one if first > second else other
