"""Which assumption is most worth testing: how far the yearly gain moves when one alone goes from end to end."""

from dataclasses import dataclass, replace
from typing import Any

from core.arrays import np
from projects.scoping.affordability import Case, Plan, StatusQuo, annuity, likely_world, value_in
from projects.scoping.draws import Range, overrun
from projects.scoping.priors import DEFAULT, Priors
from projects.scoping.realism import Span

LABELS = {
    "recall": "Recall reachable",
    "false_alarm_rate": "False alarm rate",
    "run_cost": "Running cost",
    "effort": "Effort to build",
    "harder": "How much harder than the precedent",
    "overrun": "Overrun as in other projects",
    "volume": "Volume a year",
    "base_rate": "Base rate",
    "benefit": "Worth of a caught case",
    "review_cost": "Cost of a review",
    "false_alarm_cost": "Cost of a false alarm",
}


@dataclass(frozen=True)
class Bar:
    """The yearly gain with one assumption at its low and at its high end, all others at their most likely.

    `decides`: between its ends the answer to "does it beat today" changes.
    """

    key: str
    label: str
    at_low: float
    at_high: float
    decides: bool

    @property
    def swing(self) -> float:
        return abs(self.at_high - self.at_low)


def tornado(
    case: Case, today: StatusQuo, plan: Plan, priors: Priors = DEFAULT, *, ratio: Span | None = None
) -> tuple[Bar, ...]:
    """One-way sensitivity (Eschenbach 1992; Clemen 1996, ch. 5): first what decides, then the widest swing.

    `ratio` is the optimism ratio with its range, where there is a precedent; an assumption that has no range and so
    cannot move anything is left out.
    """
    ends = {name: (getattr(case, name).low, getattr(case, name).high) for name in likely_world(case)}
    for name in ("recall", "false_alarm_rate", "run_cost", "effort"):
        ends[name] = (getattr(plan, name).low, getattr(plan, name).high)
    rare = overrun(np.array([0.1, 0.9]), priors)
    ends["overrun"] = (float(rare[0]), float(rare[1]))
    if ratio is not None:
        ends["harder"] = (max(1.0, ratio.lowest), max(1.0, ratio.highest))
    bars = [_bar(name, *both, case, today, plan, priors) for name, both in ends.items() if both[0] < both[1]]
    return tuple(sorted(bars, key=lambda bar: (not bar.decides, -bar.swing, bar.key)))


def likely_gain(
    case: Case, today: StatusQuo, plan: Plan, priors: Priors = DEFAULT, *, stretch: float | None = None
) -> float:
    """Value less building less today's, a year, at the most likely figures. `stretch`: the overrun, or its median."""
    world = likely_world(case)
    overran = float(overrun(np.array([0.5]), priors)[0]) if stretch is None else stretch
    value = value_in(case, world, plan.recall.likely, plan.false_alarm_rate.likely, plan.run_cost.likely)
    before = value_in(case, world, today.recall, today.false_alarm_rate, today.run_cost)
    build = plan.effort.likely * max(1.0, plan.harder) * overran * case.month_price
    return float(value - before - build / annuity(case.years, priors.discount_rate))


def _bar(name: str, low: float, high: float, case: Case, today: StatusQuo, plan: Plan, priors: Priors) -> Bar:
    at_low, at_high = (_gain_with(name, end, case, today, plan, priors) for end in (low, high))
    return Bar(name, LABELS[name], at_low, at_high, decides=(at_low > 0) != (at_high > 0))


def _gain_with(name: str, end: float, case: Case, today: StatusQuo, plan: Plan, priors: Priors) -> float:
    if name == "overrun":
        return likely_gain(case, today, plan, priors, stretch=end)
    if name == "harder":
        return likely_gain(case, today, replace(plan, harder=end), priors)
    fixed: dict[str, Any] = {name: Range.fixed(end)}
    if name in likely_world(case):
        return likely_gain(replace(case, **fixed), today, plan, priors)
    return likely_gain(case, today, replace(plan, **fixed), priors)
