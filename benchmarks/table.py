"""Figures, and the table they are printed as."""

from dataclasses import dataclass


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


def show(figures: list[Figure]) -> str:
    """A table in Markdown."""
    lines = ["", "| figure | measured | promised | holds | how |", "|---|---:|---:|---|---|"]
    return "\n".join([*lines, *(_row(one) for one in figures)])


def _row(one: Figure) -> str:
    holds = "yes" if one.holds else "NO"
    return f"| {one.name} | {one.value:.4g} {one.unit} | {one.limit:g} {one.unit} | {holds} | {one.how} |"
