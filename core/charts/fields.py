"""Dots on a plane that say where each thing stands: quadrants and bubbles."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from core.charts.drawing import Chart, trim


@dataclass(frozen=True)
class Spot:
    """A dot on the quadrants: both shares from 0 to 1, the upper right half is good. `is_hollow`: only a guess."""

    label: str
    x: float
    y: float
    tone: str = ""
    is_here: bool = False
    is_hollow: bool = False


@dataclass(frozen=True)
class Bubble:
    """A disc that leads somewhere: its area grows with `size`. `key` is its own among the discs of a page."""

    key: str
    label: str
    x: float
    y: float
    size: float
    tone: str = ""
    url: str = ""


def quadrants(spots: Sequence[Spot], *, x_label: str, y_label: str, names: Sequence[str]) -> Chart:
    """Four fields with their names (upper right, upper left, lower right, lower left), and the dots in them."""
    wide, high, left, top = 250.0, 164.0, 24.0, 8.0
    near, far, above, below = left + 6, left + wide - 6, top + 13, top + high - 6
    corners = [(far, above, "end"), (near, above, ""), (far, below, "end"), (near, below, "")]
    middle_x, middle_y = left + wide / 2, top + high / 2
    parts = [
        f'<rect class="good" x="{trim(middle_x)}" y="{trim(top)}" width="{trim(wide / 2)}" height="{trim(high / 2)}" '
        f'rx="6"/><path class="axes" d="M{trim(left)} {trim(top)}V{trim(top + high)}H{trim(left + wide)}'
        f'M{trim(middle_x)} {trim(top)}V{trim(top + high)}M{trim(left)} {trim(middle_y)}H{trim(left + wide)}"/>',
        *(
            f'<text class="{side}" x="{trim(x)}" y="{trim(y)}">{escape(name)}</text>'
            for (x, y, side), name in zip(corners, names, strict=True)
        ),
        f'<text class="end" x="{trim(left + wide)}" y="{trim(top + high + 16)}">{escape(x_label)}</text>',
        f'<text class="up" transform="translate(14 {trim(top)}) rotate(-90)">{escape(y_label)}</text>',
        *(_dotted(spot, left + wide * spot.x, top + high * (1 - spot.y)) for spot in spots),
        *_names(spots, left=left, wide=wide, top=top, high=high),
    ]
    said = "; ".join(spot.label for spot in spots) or "no option yet"
    summary = f"{x_label} and {y_label}: {said}"
    svg = (
        f'<svg class="quadrants" viewBox="0 0 284 196" role="img" aria-label="{escape(summary)}">{"".join(parts)}</svg>'
    )
    return Chart(svg=svg, summary=summary)


def bubbles(spots: Sequence[Bubble], *, x_label: str, y_label: str, y_most: float) -> Chart:
    """The largest are drawn first, so that they hide nothing. The line stands where x is nought. All discs are one stop
    of the Tab key, where the page puts them into a place that arrows walk (`roving.js`)."""
    wide, high, left, top = 640.0, 260.0, 28.0, 12.0
    low = min([0.0, *(spot.x for spot in spots)])
    span = (max([0.0, *(spot.x for spot in spots)]) - low) or 1.0
    most = max((spot.size for spot in spots), default=0.0) or 1.0
    nought = left + 16 + (wide - 32) * (0 - low) / span
    discs = [
        _disc(
            spot,
            left + 16 + (wide - 32) * (spot.x - low) / span,
            top + high * (1 - spot.y / y_most),
            most,
            tab=-1 if place else 0,
        )
        for place, spot in enumerate(sorted(spots, key=lambda one: -one.size))
    ]
    axes = f'<path class="axes" d="M{trim(left)} {trim(top)}V{trim(top + high)}H{trim(left + wide)}'
    axes += f'M{trim(nought)} {trim(top)}V{trim(top + high)}"/>'
    labels = (
        f'<text class="end" x="{trim(left + wide)}" y="{trim(top + high + 18)}">{escape(x_label)}</text>'
        f'<text x="{trim(nought)}" y="{trim(top + high + 18)}">0</text>'
        f'<text class="up" transform="translate(16 {trim(top)}) rotate(-90)">{escape(y_label)}</text>'
    )
    summary = f"{y_label} by {x_label.lower()} of {len(spots)} projects; the table below says the same"
    svg = f'<svg class="bubbles" viewBox="0 0 690 300" role="group" aria-label="{escape(summary)}">'
    return Chart(svg=f"{svg}{axes}{labels}{''.join(discs)}</svg>", summary=summary)


def _dotted(spot: Spot, x: float, y: float) -> str:
    css = " ".join(["spot", spot.tone, "hollow" if spot.is_hollow else "", "here" if spot.is_here else ""]).strip()
    title = f"<title>{escape(spot.label)}</title>"
    return f'<circle class="{css}" cx="{trim(x)}" cy="{trim(y)}" r="{8 if spot.is_here else 6}">{title}</circle>'


def _names(spots: Sequence[Spot], *, left: float, wide: float, top: float, high: float) -> list[str]:
    """Each name below its dot, within its own half, and below the names that stand there already."""
    taken: list[tuple[bool, float]] = []
    drawn = []
    for spot in sorted(spots, key=lambda one: -one.y):
        is_right, y = spot.x >= 0.5, top + high * (1 - spot.y) + 19
        while any(side == is_right and abs(y - other) < 11 for side, other in taken):
            y += 11
        taken.append((is_right, y))
        x, css = (left + wide - 6, "name end") if is_right else (left + 6, "name")
        label = spot.label if len(spot.label) <= 22 else f"{spot.label[:21]}…"
        drawn.append(f'<text class="{css}" x="{trim(x)}" y="{trim(y)}">{escape(label)}</text>')
    return drawn


def _disc(spot: Bubble, x: float, y: float, most: float, *, tab: int) -> str:
    radius = 5 + 13 * math.sqrt(max(spot.size, 0) / most)
    circle = f'<circle class="spot {spot.tone}" cx="{trim(x)}" cy="{trim(y)}" r="{trim(radius)}"/>'
    label = escape(spot.label)
    named = f'id="bubble-{escape(spot.key)}" aria-label="{label}" data-tip="{label}"'
    return f'<a href="{escape(spot.url)}" {named} tabindex="{tab}">{circle}</a>'
