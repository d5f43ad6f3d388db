"""Figures, and the table they are printed as."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """What was measured, what is promised (at most `limit`, in `unit`), and how it was measured."""

    name: str
    value: float
    limit: float
    unit: str
    how: str = ""

    @property
    def holds(self) -> bool:
        return self.value <= self.limit


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def of_visits(name: str, visits: dict[str, Any], *, limit: float) -> Figure:
    """What visits (see `benchmarks.within.visits`) cost. The promise is for a machine that does nothing else: compared
    is the CPU of server and database, and beside it stands what passed by the clock."""
    wall, count = percentile(visits["wall"], 0.95), len(visits["wall"])
    how = f"{count} visits, {visits['queries']} queries, {visits['kb']:.0f} kB; by the clock {wall:.0f} ms"
    return Figure(f"{name}, p95", percentile(visits["cpu"], 0.95), limit, "ms CPU", how)


def show(figures: list[Figure]) -> str:
    """A table in Markdown."""
    lines = ["", "| figure | measured | promised | holds | how |", "|---|---:|---:|---|---|"]
    return "\n".join([*lines, *(_row(one) for one in figures)])


def _row(one: Figure) -> str:
    holds = "yes" if one.holds else "NO"
    return f"| {one.name} | {one.value:.4g} {one.unit} | {one.limit:g} {one.unit} | {holds} | {one.how} |"
