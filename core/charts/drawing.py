"""What a chart is, and the marks all charts are made of."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

from core.charts.numbers import Value

Point = tuple[float, float]


@dataclass(frozen=True)
class Key:
    """An entry of the legend: `css` is the class of its line."""

    label: str
    css: str


@dataclass(frozen=True)
class Chart:
    """A drawing with its axes, legend and table twin. `y_labels` run from the top down."""

    svg: str
    summary: str
    y_labels: list[str] = field(default_factory=list)
    x_labels: list[str] = field(default_factory=list)
    legend: list[Key] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True)
class Scale:
    """Maps values to the drawing: x by position, y upwards."""

    low: float
    high: float
    steps: int

    def x(self, index: float) -> float:
        return 50.0 if self.steps <= 1 else 100.0 * index / (self.steps - 1)

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return 100.0 - 100.0 * min(1.0, max(0.0, share))

    def runs(self, values: Sequence[Value]) -> list[list[Point]]:
        """The points of the line, in pieces between its gaps."""
        pieces: list[list[Point]] = [[]]
        for index, value in enumerate(values):
            if value is None or not math.isfinite(value):
                pieces.append([])
            else:
                pieces[-1].append((self.x(index), self.y(float(value))))
        return [piece for piece in pieces if piece]


def trim(value: float) -> str:
    """With two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def path(points: Sequence[Point], css: str) -> str:
    d = "M" + "L".join(f"{trim(x)} {trim(y)}" for x, y in points)
    return f'<path class="{css}" d="{d}"/>' if len(points) > 1 else dot(points[0], css.replace("ln", "pt"))


def dot(point: Point, css: str, title: str = "") -> str:
    """A round dot in a stretched drawing: a line without length keeps its round caps."""
    inner = f"<title>{escape(title)}</title>" if title else ""
    return f'<path class="{css}" d="M{trim(point[0])} {trim(point[1])}h0">{inner}</path>'


def horizontal(y: float, css: str) -> str:
    return f'<path class="{css}" d="M0 {trim(y)}H100"/>'


def canvas(parts: Iterable[str], summary: str) -> str:
    return (
        '<svg class="canvas" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(summary)}">{"".join(parts)}</svg>'
    )
