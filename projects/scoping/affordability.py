"""Can we pay for it, and does it pay? Ranges of effort, quality and price against the sponsor's ceiling.

Money is in one currency, time in years where nothing else is said, effort in person-months.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from core.arrays import Array, np
from projects.scoping.draws import DRAWS, SEED, Range, overrun, pert, uniforms
from projects.scoping.priors import DEFAULT, Priors

MOST_SKILLS = 12

ResourceKind = Literal["money", "skill", "run_cost", "latency", "alerts"]


@dataclass(frozen=True)
class Case:
    """What is at stake: `volume` decisions a year, of which the share `base_rate` is what is looked for.

    `benefit` is what catching one is worth, `review_cost` the price of looking at one alert, `false_alarm_cost` what
    a wrong alert costs beyond that. Building is paid over `years`; a person-month costs `month_price`.
    """

    volume: Range
    base_rate: Range
    benefit: Range
    review_cost: Range
    false_alarm_cost: Range
    month_price: float
    years: float = 3.0


@dataclass(frozen=True)
class StatusQuo:
    """How today's way does, measured: its value is that of a model that did as well."""

    recall: float
    false_alarm_rate: float
    run_cost: float


@dataclass(frozen=True)
class Plan:
    """What an option promises and takes. `harder` is max(1, R) of the outside view; `effort` is the team's."""

    effort: Range
    recall: Range
    false_alarm_rate: Range
    run_cost: Range
    skills: Mapping[str, Range] = field(default_factory=dict)
    latency_ms: Range | None = None
    harder: float = 1.0

    def __post_init__(self) -> None:
        if len(self.skills) > MOST_SKILLS:
            raise ValueError(f"at most {MOST_SKILLS} skills: got {len(self.skills)}")


@dataclass(frozen=True)
class Ceiling:
    """What the sponsor gives at most: `money` for building, the rest a year or each. None: no limit was set."""

    money: float | None = None
    skills: Mapping[str, float] = field(default_factory=dict)
    run_cost: float | None = None
    latency_ms: float | None = None
    alerts: float | None = None


@dataclass(frozen=True)
class Resource:
    """How likely one resource suffices: `as_submitted` by the team alone, `probability` by the outside view."""

    kind: ResourceKind
    name: str
    ceiling: float
    as_submitted: float
    probability: float
    p50: float
    p80: float
    suffices: bool


@dataclass(frozen=True)
class Needed:
    """The recall from which the option pays, with the most that the reviewers' capacity allows, and what to say."""

    recall: float
    allowed: float
    sentence: str

    @property
    def is_possible(self) -> bool:
        return self.recall <= min(1.0, self.allowed)


@dataclass(frozen=True)
class Affordability:
    """What the draws say of one option. Values are a year: `gain` is value less building less today's value."""

    needed: Needed
    recall: tuple[float, float, float]
    """P10, P50, P90 of what can be reached."""
    p_recall: float
    """How likely what can be reached is what is needed."""
    resources: tuple[Resource, ...]
    gain: tuple[float, float, float]
    p_pays: float
    value: float
    """Expected value a year, running cost taken off, building not."""
    cost: float
    """Expected cost of building a year."""
    effort: tuple[float, float]
    """P50 and P80 of the effort by the outside view."""

    @property
    def suffices(self) -> bool:
        """Every resource by itself: one that lacks is not made up for by another."""
        return all(resource.suffices for resource in self.resources)


Number = float | Array


def value_of(
    *,
    volume: Number,
    base_rate: Number,
    benefit: Number,
    review_cost: Number,
    false_alarm_cost: Number,
    recall: Number,
    false_alarm_rate: Number,
    run_cost: Number,
) -> Number:
    """V = N pi TPR (B - c_r) - N (1 - pi) FPR (C_fp + c_r) - run.

    The expected value of acting on a classifier (Elkan 2001; Provost and Fawcett 2013, ch. 7), for a year.
    """
    caught = volume * base_rate * recall * (benefit - review_cost)
    disturbed = volume * (1 - base_rate) * false_alarm_rate * (false_alarm_cost + review_cost)
    return caught - disturbed - run_cost


def status_quo_value(case: Case, today: StatusQuo) -> float:
    """V0: the value of today's way at the most likely figures."""
    return float(value_in(case, likely_world(case), today.recall, today.false_alarm_rate, today.run_cost))


def needed_recall(case: Case, today: StatusQuo, plan: Plan, ceiling: Ceiling, priors: Priors = DEFAULT) -> Needed:
    """TPR_min = [V0 + K + N (1 - pi) FPR (C_fp + c_r)] / [N pi (B - c_r)], K = median build / years + run.

    From V(TPR_min) - build / years = V0: break-even analysis. Alerts N pi TPR + N (1 - pi) FPR stay within capacity.
    """
    likely = likely_world(case)
    per_recall = likely["volume"] * likely["base_rate"] * (likely["benefit"] - likely["review_cost"])
    false_alarms = likely["volume"] * (1 - likely["base_rate"]) * plan.false_alarm_rate.likely
    cost = _median_build(case, plan, priors) / case.years + plan.run_cost.likely
    wanted = status_quo_value(case, today) + cost
    wanted += false_alarms * (likely["false_alarm_cost"] + likely["review_cost"])
    recall = max(0.0, wanted / per_recall) if per_recall > 0 else (0.0 if wanted <= 0 else math.inf)
    allowed = _allowed(likely["volume"] * likely["base_rate"], false_alarms, ceiling.alerts)
    return Needed(recall, allowed, _said(recall, allowed, per_recall))


def assess(
    case: Case,
    today: StatusQuo,
    plan: Plan,
    ceiling: Ceiling,
    priors: Priors = DEFAULT,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Affordability:
    """Monte Carlo with fixed draws (Hertz 1964, HBR): each resource by itself, and whether it beats today."""
    return _Sample(case, today, plan, priors, draws, seed).against(ceiling)


def marginal_benefit(option: Affordability, cheaper: Affordability) -> float | None:
    """MBCR = (E[V] - E[V cheaper]) / (E[K] - E[K cheaper]), K the yearly cost of building: what a further unit of
    cost brings in (incremental benefit-cost ratio, HM Treasury's Green Book). None unless the option costs more."""
    more = option.cost - cheaper.cost
    return (option.value - cheaper.value) / more if more > 0 else None


class _Sample:
    """All draws of one option. Each input has its row of the hypercube, so options are compared in the same futures."""

    def __init__(
        self, case: Case, today: StatusQuo, plan: Plan, priors: Priors, draws: int = DRAWS, seed: int = SEED
    ) -> None:
        self.case, self.today, self.plan, self.priors = case, today, plan, priors
        self.at = uniforms(draws, seed)
        self.world = {name: self._drawn(row, getattr(case, name)) for row, name in enumerate(_WORLD, start=10)}
        self.recall = self._drawn(2, plan.recall)
        self.false_alarm_rate = self._drawn(3, plan.false_alarm_rate)
        self.run_cost = self._drawn(4, plan.run_cost)
        self.plain_effort = self._drawn(0, plan.effort)
        self.stretch = overrun(self.at[1], priors) * max(1.0, plan.harder)

    def _drawn(self, row: int, estimate: Range) -> Array:
        return pert(estimate, self.at[row], self.priors)

    def against(self, ceiling: Ceiling) -> Affordability:
        case, plan = self.case, self.plan
        effort = self.plain_effort * self.stretch
        value = value_in(case, self.world, self.recall, self.false_alarm_rate, self.run_cost)
        today = value_in(case, self.world, self.today.recall, self.today.false_alarm_rate, self.today.run_cost)
        build = effort * case.month_price / annuity(case.years, self.priors.discount_rate)
        gain = np.asarray(value - today - build)
        needed = needed_recall(case, self.today, plan, ceiling, self.priors)
        p50, p80 = np.quantile(effort, [0.5, 0.8])
        return Affordability(
            needed=needed,
            recall=_thirds(self.recall),
            p_recall=float(np.mean(self.recall >= needed.recall)),
            resources=self._resources(ceiling, effort),
            gain=_thirds(gain),
            p_pays=float(np.mean(gain > 0)),
            value=float(np.mean(value)),
            cost=float(np.mean(effort)) * case.month_price / case.years,
            effort=(float(p50), float(p80)),
        )

    def _resources(self, ceiling: Ceiling, effort: Array) -> tuple[Resource, ...]:
        price, plan = self.case.month_price, self.plan
        found = [self._resource("money", "money", ceiling.money, self.plain_effort * price, effort * price)]
        for row, (skill, months) in enumerate(plan.skills.items(), start=16):
            plain = self._drawn(row, months)
            found.append(self._resource("skill", skill, ceiling.skills.get(skill), plain, plain * self.stretch))
        found.append(self._resource("run_cost", "run cost", ceiling.run_cost, self.run_cost, self.run_cost))
        if plan.latency_ms is not None:
            latency = self._drawn(5, plan.latency_ms)
            found.append(self._resource("latency", "latency", ceiling.latency_ms, latency, latency))
        alerts = self._alerts()
        found.append(self._resource("alerts", "reviewers", ceiling.alerts, alerts, alerts))
        return tuple(one for one in found if one is not None)

    def _resource(
        self, kind: ResourceKind, name: str, most: float | None, plain: Array, taken: Array
    ) -> Resource | None:
        """P(required <= ceiling). Reference class forecasting (Flyvbjerg 2006) asks for 0.8."""
        if most is None:
            return None
        p50, p80 = np.quantile(taken, [0.5, 0.8])
        probability = float(np.mean(taken <= most))
        return Resource(
            kind=kind,
            name=name,
            ceiling=most,
            as_submitted=float(np.mean(plain <= most)),
            probability=probability,
            p50=float(p50),
            p80=float(p80),
            suffices=probability >= self.priors.least_buildable,
        )

    def _alerts(self) -> Array:
        volume, rate = self.world["volume"], self.world["base_rate"]
        return np.asarray(volume * rate * self.recall + volume * (1 - rate) * self.false_alarm_rate)


_WORLD = ("volume", "base_rate", "benefit", "review_cost", "false_alarm_cost")


def likely_world(case: Case) -> dict[str, float]:
    return {name: getattr(case, name).likely for name in _WORLD}


def value_in(
    case: Case, world: Mapping[str, Number], recall: Number, false_alarm_rate: Number, run_cost: Number
) -> Number:
    return value_of(**world, recall=recall, false_alarm_rate=false_alarm_rate, run_cost=run_cost)


def _median_build(case: Case, plan: Plan, priors: Priors) -> float:
    """The most probable bill: the PERT mean, times the outside view, times the median overrun."""
    median = float(overrun(np.array([0.5]), priors)[0])
    return plan.effort.mean(priors) * max(1.0, plan.harder) * median * case.month_price


def annuity(years: float, rate: float) -> float:
    """What a year's payment over so many years is worth today (Brealey and Myers, ch. 2)."""
    return years if rate == 0 else (1 - (1 + rate) ** -years) / rate


def _allowed(positives: float, false_alarms: float, most: float | None) -> float:
    if most is None:
        return 1.0
    if positives <= 0:
        return 0.0
    return min(1.0, max(0.0, (most - false_alarms) / positives))


def _said(recall: float, allowed: float, per_recall: float) -> str:
    if per_recall <= 0:
        return "Looking at an alert costs as much as catching a case brings: no recall would pay for this option."
    if recall > 1:
        return "Even a perfect model would not pay for this option."
    if recall > allowed:
        return f"The reviewers can look at a recall of {allowed:.2f}; it pays from {recall:.2f}."
    return f"It pays from a recall of {recall:.2f}."


def _thirds(drawn: Array) -> tuple[float, float, float]:
    low, middle, high = np.quantile(drawn, [0.1, 0.5, 0.9])
    return float(low), float(middle), float(high)
