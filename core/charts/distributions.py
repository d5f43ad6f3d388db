"""How often, how much: histograms, heat maps, bars."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from core.charts.drawing import Chart, Key, canvas, horizontal, path, trim
from core.charts.numbers import Value, number, thin


@dataclass(frozen=True)
class Cell:
    """One square of a heat map: `level` is its class, `text` its number, `title` the sentence shown on hover."""

    level: str
    text: str
    title: str


@dataclass(frozen=True)
class HeatRow:
    label: str
    cells: list[Cell]


@dataclass(frozen=True)
class HeatMap:
    columns: list[str]
    rows: list[HeatRow]


@dataclass(frozen=True)
class Bar:
    """One bar lying on its side: from `start`, `width` wide, both in percent of the track."""

    label: str
    text: str
    start: float
    width: float
    tone: str = ""


def histogram(
    counts: Sequence[float],
    edges: Sequence[float],
    *,
    reference: Sequence[float] | None = None,
    names: tuple[str, str] = ("Now", "Training"),
) -> Chart:
    """Shares in bins; `reference` draws the outline of another sample. `edges` has one more value than `counts`."""
    if len(edges) != len(counts) + 1:
        raise ValueError(f"{len(counts)} bins need {len(counts) + 1} edges, not {len(edges)}")
    now, then = _shares(counts), _shares(reference or [])
    top = max([*now, *then, 0.0]) or 1.0
    width = 100.0 / max(1, len(counts))
    bars = [_column(i * width + width * 0.06, share / top, width * 0.88, "bar") for i, share in enumerate(now)]
    bars += [_steps(then, top, width)] if then else []
    said = f"distribution over {len(counts)} bins from {number(edges[0])} to {number(edges[-1])}"
    ranges = [f"{number(a)} to {number(b)}" for a, b in pairwise(edges)]
    return Chart(
        svg=canvas([*bars, horizontal(100, "axis")], said),
        summary=said,
        y_labels=[f"{top:.0%}", "0%"],
        x_labels=thin([number(edge, 3) for edge in edges]),
        legend=[Key(names[0], "ln s1"), Key(names[1], "ln s3")] if then else [],
        columns=["Range", names[0], *([names[1]] if then else [])],
        rows=[[r, f"{now[i]:.1%}", *([f"{then[i]:.1%}"] if then else [])] for i, r in enumerate(ranges)],
    )


def heat_map(rows: Mapping[str, Sequence[Value]], columns: Sequence[str], *, warm: float, hot: float) -> HeatMap:
    """Squares by row and column: h0 to h3 below `warm`, then "warm", from `hot` on "hot"; "none" without a value."""
    return HeatMap(
        columns=list(columns),
        rows=[
            HeatRow(
                label, [_cell(label, column, value, warm, hot) for column, value in zip(columns, values, strict=True)]
            )
            for label, values in rows.items()
        ],
    )


def bars(items: Sequence[tuple[str, float]], *, tone: str = "", digits: int = 3) -> list[Bar]:
    """Bars lying on their side from a common zero; negative ones go to the left of it."""
    values = [value for _, value in items]
    low, high = min([0.0, *values]), max([0.0, *values])
    span = (high - low) or 1.0
    return [
        Bar(label, number(value, digits), 100 * (min(value, 0.0) - low) / span, 100 * abs(value) / span, tone)
        for label, value in items
    ]


def _shares(counts: Sequence[float]) -> list[float]:
    total = sum(counts)
    return [count / total for count in counts] if total else [0.0 for _ in counts]


def _column(x: float, share: float, width: float, css: str) -> str:
    high = 100 * share
    return f'<rect class="{css}" x="{trim(x)}" width="{trim(width)}" y="{trim(100 - high)}" height="{trim(high)}"/>'


def _steps(shares: Sequence[float], top: float, width: float) -> str:
    corners = [(i * width + side * width, 100 - 100 * share / top) for i, share in enumerate(shares) for side in (0, 1)]
    return path(corners, "ln s3 thin")


def _cell(label: str, column: str, value: Value, warm: float, hot: float) -> Cell:
    if value is None or not math.isfinite(value):
        return Cell("none", "–", f"{label}, {column}: not enough data")
    level = "hot" if value >= hot else "warm" if value >= warm else f"h{max(0, min(3, int(4 * value / warm)))}"
    return Cell(level, number(value, 3), f"{label}, {column}: {number(value, 3)}")
