"""The scoping studio's recompute: three options judged with 20,000 draws each, while a slider moves."""

import time
from dataclasses import replace

from benchmarks.table import Figure, percentile
from projects.scoping import DRAWS, Range, judge
from tests.projects.worked_example import BALANCED, CASE, CEILING, TEAM_A, TEAM_B, TODAY

MOVES = 40


def measure() -> list[Figure]:
    judge(CASE, TODAY, CEILING, [BALANCED, TEAM_A, TEAM_B])  # the draws themselves are kept between recomputes
    took = [_judged_at(0.58 + 0.001 * move) for move in range(MOVES)]
    how = f"{MOVES} positions of a slider, three options with their tornadoes"
    return [Figure(f"studio recompute, {DRAWS:,} draws, p95", percentile(took, 0.95) * 1000, 200, "ms", how)]


def _judged_at(likely: float) -> float:
    """Seconds for one recompute; no two have the same ranges, so nothing is answered from what is kept."""
    options = [
        replace(option, plan=replace(option.plan, recall=Range(likely - 0.08, likely, likely + 0.1)))
        for option in (BALANCED, TEAM_A, TEAM_B)
    ]
    began = time.perf_counter()
    judge(CASE, TODAY, CEILING, options)
    return time.perf_counter() - began
