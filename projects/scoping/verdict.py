"""Both axes at once. Neither replaces the other: what copies an easier precedent can look cheap, and what nobody can
pay for can be honestly estimated."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from projects.scoping.affordability import (
    Affordability,
    Case,
    Ceiling,
    Plan,
    StatusQuo,
    assess,
    marginal_benefit,
)
from projects.scoping.draws import DRAWS, SEED
from projects.scoping.priors import DEFAULT, Priors
from projects.scoping.realism import Outcome, Ratings, Span, factor, hard_critical, optimism, outcome, similarity
from projects.scoping.tornado import Bar, tornado

Quadrant = Literal["build", "harder_than_it_looks", "nobody_can_pay", "neither"]


@dataclass(frozen=True)
class Precedent:
    """A finished project: what it really took, in person-months, and how ours compares with it."""

    actual_effort: float
    ratings: Ratings


@dataclass(frozen=True)
class Option:
    """One way to do it. `spiked` are the critical dimensions that a spike settled in its proceed zone, `killed`
    what spikes that ended in their kill zone tested; `estimate` is the team's P50 in person-months."""

    key: str
    plan: Plan
    estimate: float
    precedent: Precedent | None = None
    spiked: frozenset[str] = frozenset()
    is_re_estimated: bool = False
    killed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What is known of one option. `open_critical` are the critical dimensions still to be tested."""

    key: str
    quadrant: Quadrant
    is_realistic: bool
    is_affordable: bool
    harder: Span | None
    ratio: Span | None
    similarity: float | None
    outcome: Outcome
    open_critical: tuple[str, ...]
    money: Affordability
    marginal: float | None
    cheaper: str | None
    reasons: tuple[str, ...]
    tornado: tuple[Bar, ...]


def judge(
    case: Case,
    today: StatusQuo,
    ceiling: Ceiling,
    options: Sequence[Option],
    priors: Priors = DEFAULT,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> tuple[Verdict, ...]:
    """Each option, in the order given, with the outside view taken into its effort, against the next cheaper one."""
    ratios = [_ratio(option, priors) for option in options]
    plans = [_corrected(option, ratio) for option, ratio in zip(options, ratios, strict=True)]
    found = [assess(case, today, plan, ceiling, priors, draws=draws, seed=seed) for plan in plans]
    verdicts = []
    for option, ratio, plan, money in zip(options, ratios, plans, found, strict=True):
        cheaper = _next_cheaper(money, zip(options, found, strict=True))
        marginal = marginal_benefit(money, cheaper[1]) if cheaper else None
        bars = tornado(case, today, plan, priors, ratio=ratio)
        verdicts.append(_verdict(option, ratio, money, marginal, cheaper[0].key if cheaper else None, bars, priors))
    return tuple(verdicts)


def reasons_not_affordable(money: Affordability, marginal: float | None, priors: Priors = DEFAULT) -> tuple[str, ...]:
    """Why it is not to be paid for; empty if it is. Every resource has to suffice by itself."""
    said = [
        f"{one.name.capitalize()} suffices with probability {one.probability:.2f}; at least {priors.least_buildable:g}."
        for one in money.resources
        if not one.suffices
    ]
    if not money.needed.is_possible:
        said.append(money.needed.sentence)
    if money.p_pays < priors.least_worthwhile:
        said.append(f"It beats today with probability {money.p_pays:.2f}; at least {priors.least_worthwhile:g}.")
    if marginal is not None and marginal < priors.hurdle:
        said.append(
            f"A unit of cost more brings {marginal:.2f} over the next cheaper option; at least {priors.hurdle:g}."
        )
    return tuple(said)


def reasons_not_realistic(
    option: Option, ratio: Span | None, open_critical: Sequence[str], priors: Priors
) -> tuple[str, ...]:
    """Why the promise is not believed; empty if it is."""
    said = []
    if ratio is not None and ratio.central > priors.most_optimism and not option.is_re_estimated:
        said.append(
            f"The precedent says {ratio.central:.2f} times the team's estimate; at most {priors.most_optimism:g}."
        )
    if open_critical:
        said.append(f"Critical and not tested: {', '.join(open_critical)}.")
    if option.killed:
        said.append(f"A spike ended in its kill zone: {', '.join(option.killed)}.")
    return tuple(said)


def _ratio(option: Option, priors: Priors) -> Span | None:
    if option.precedent is None:
        return None
    harder = factor(option.precedent.ratings, priors)
    return optimism(precedent_actual=option.precedent.actual_effort, team_estimate=option.estimate, harder=harder)


def _corrected(option: Option, ratio: Span | None) -> Plan:
    """Effort = PERT x max(1, R) x overrun: the outside view never makes a plan cheaper."""
    return replace(option.plan, harder=max(1.0, ratio.central if ratio else 1.0))


def _next_cheaper(
    mine: Affordability, others: Iterable[tuple[Option, Affordability]]
) -> tuple[Option, Affordability] | None:
    cheaper = [(option, money) for option, money in others if money.cost < mine.cost]
    return max(cheaper, key=lambda pair: pair[1].cost, default=None)


def _verdict(
    option: Option,
    ratio: Span | None,
    money: Affordability,
    marginal: float | None,
    cheaper: str | None,
    bars: tuple[Bar, ...],
    priors: Priors,
) -> Verdict:
    ratings: Ratings = option.precedent.ratings if option.precedent else {}
    found = outcome(ratings, ratio, priors)
    hard = hard_critical(ratings, priors) if option.precedent else ()
    still_open = tuple(key for key in hard if key not in option.spiked)
    unreal = reasons_not_realistic(option, ratio, still_open, priors)
    unpaid = reasons_not_affordable(money, marginal, priors)
    return Verdict(
        key=option.key,
        quadrant=_QUADRANTS[not unreal, not unpaid],
        is_realistic=not unreal,
        is_affordable=not unpaid,
        harder=factor(ratings, priors) if option.precedent else None,
        ratio=ratio,
        similarity=similarity(ratings, priors) if option.precedent else None,
        outcome=found,
        open_critical=still_open,
        money=money,
        marginal=marginal,
        cheaper=cheaper,
        reasons=unreal + unpaid,
        tornado=bars,
    )


_QUADRANTS: dict[tuple[bool, bool], Quadrant] = {
    (True, True): "build",
    (False, True): "harder_than_it_looks",
    (True, False): "nobody_can_pay",
    (False, False): "neither",
}
