"""One condition of every slice of the data: whether it holds of all, and where it holds least."""

import math

from projects.policy.checking import ROWS
from projects.policy.evaluation import evaluate
from projects.policy.functions import FUNCTIONS, USUAL_LEVEL
from projects.policy.pack import Each
from projects.policy.syntax import COMPARISONS, Binary, Expression
from projects.policy.values import Estimate, Facts, Slice

_Asked = tuple[Slice, bool | None]


def of_every_slice(require: Expression, each: Each, facts: Facts) -> tuple[bool | None, str]:
    """False where it is false of one; unknown where it is unknown of one, or a column has no slice that is large
    enough; and in words, which slice decided. A slice of which nobody counted the rows may be too small to ask, so it
    can pass, but not fail."""
    slices = facts.get(each.of)
    if not isinstance(slices, tuple):
        return None, "no slices are measured"
    asked = [(one, _holds(require, each, one, facts)) for one in slices if _is_asked(one, each)]
    failing = [one for one, holds in asked if holds is False]
    if failing:
        worst = max(failing, key=lambda one: _shortfall(require, _seen(one, each, facts)))
        return False, f"worst of {_counted(len(failing))} that fail: {_described(worst, each)}"
    unknown = [one for one, holds in asked if holds is None]
    if unknown:
        return None, f"unknown of {_described(unknown[0], each)}"
    columns = {one.by for one, _ in asked}
    lacking = [name for name in each.by if name not in columns]
    if lacking or not asked:
        of = f" by {', '.join(lacking)}" if lacking else ""
        return None, f"no slice{of} has {each.min_n:,} rows or more" if each.min_n else f"no slice{of} is measured"
    closest = max((one for one, _ in asked), key=lambda one: _shortfall(require, _seen(one, each, facts)))
    return True, f"holds of {_counted(len(asked))}; closest: {_described(closest, each)}"


def _is_asked(one: Slice, each: Each) -> bool:
    """One of no column stands for slices that nobody looked at: of whichever column they are."""
    return (not each.by or one.by in ("", *each.by)) and (one.n is None or one.n >= each.min_n)


def _holds(require: Expression, each: Each, one: Slice, facts: Facts) -> bool | None:
    holds = evaluate(require, _seen(one, each, facts))
    if one.n is None and each.min_n and holds is False:
        return None
    return None if holds is None else bool(holds)


def _seen(one: Slice, each: Each, facts: Facts) -> Facts:
    """The facts as they are read for this slice."""
    own = {word: one.n if word == ROWS else one.metrics.get(word) for word in each.words}
    return {**facts, **own}


def _shortfall(node: Expression, facts: Facts) -> float:
    """How far a condition is from holding: above 0 it fails by so much, the greatest being the worst."""
    if isinstance(node, Binary) and node.operator in ("and", "or"):
        sides = _shortfall(node.left, facts), _shortfall(node.right, facts)
        return max(sides) if node.operator == "and" else min(sides)
    if isinstance(node, Binary) and node.operator in COMPARISONS:
        left, right = evaluate(node.left, facts), evaluate(node.right, facts)
        if isinstance(left, (int, float)) and isinstance(right, (int, float)) and node.operator not in ("==", "!="):
            return float(left - right) if node.operator in ("<", "<=") else float(right - left)
    holds = evaluate(node, facts)
    return -math.inf if holds is None else math.inf if holds is False else 0.0


def _counted(slices: int) -> str:
    return "1 slice" if slices == 1 else f"{slices:,} slices"


def _described(one: Slice, each: Each) -> str:
    measured = [_measured(word, one.metrics.get(word)) for word in sorted(each.words - {ROWS})]
    rows = "rows not counted" if one.n is None else f"{one.n:,.0f} rows"
    return f"{one.name} ({', '.join([*measured, rows])})"


def _measured(word: str, estimate: Estimate | None) -> str:
    if estimate is None:
        return f"{word} unknown"
    if estimate.error is None:
        return f"{word} {estimate.value:.3g}, no interval"
    low, high = (FUNCTIONS[name].answer(estimate, USUAL_LEVEL) for name in ("ci_low", "ci_high"))
    interval = f", {low:.3g} to {high:.3g}" if isinstance(low, float) and isinstance(high, float) else ""
    return f"{word} {estimate.value:.3g}{interval}"
