"""Charts as SVG, drawn on the server: pure functions from numbers to geometry and markup; knows no Django.

A drawing has the coordinates 0 to 100 both ways and stretches to the place it is given; the labels of its axes are text
beside it, so that they keep their size. Every chart also carries its numbers as a table, for those who cannot see it.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise

Value = float | int | None
Point = tuple[float, float]


@dataclass(frozen=True)
class Series:
    """One line. `style` is "line", "dash" or "muted"; gaps (None) break the line."""

    label: str
    values: Sequence[Value]
    style: str = "line"


@dataclass(frozen=True)
class Limit:
    """A value that matters, drawn across the chart. `bad` says which side of it is shaded: "below", "above" or ""."""

    value: float
    label: str
    bad: str = ""


@dataclass(frozen=True)
class Flag:
    """A point of a line that something is said of: at this step, at this value."""

    step: int
    value: Value
    text: str


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


# --- numbers --------------------------------------------------------------------------------------------------------


def number(value: Value, digits: int = 4) -> str:
    """The value with that many significant digits and no trailing zeros; a dash for none."""
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{min(decimals, 8)}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", "−")


def nice_ticks(low: float, high: float, count: int = 4) -> list[float]:
    """About `count` + 1 round, evenly spaced values that enclose low and high."""
    if high - low < 1e-12 * max(1.0, abs(low), abs(high)):
        pad = abs(low) * 0.1 if abs(low) > 1e-9 else 1.0
        low, high = low - pad, high + pad
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    decimals = max(0, 2 - math.floor(math.log10(step)))
    return [round(i * step, decimals) for i in range(first, last + 1)]


def _finite(values: Iterable[Value]) -> list[float]:
    return [float(v) for v in values if v is not None and math.isfinite(v)]


@dataclass(frozen=True)
class _Scale:
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


# --- markup ---------------------------------------------------------------------------------------------------------


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _path(points: Sequence[Point], css: str) -> str:
    d = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
    return f'<path class="{css}" d="{d}"/>' if len(points) > 1 else _dot(points[0], css.replace("ln", "pt"))


def _dot(point: Point, css: str, title: str = "") -> str:
    """A round dot in a stretched drawing: a line without length keeps its round caps."""
    inner = f"<title>{escape(title)}</title>" if title else ""
    return f'<path class="{css}" d="M{_n(point[0])} {_n(point[1])}h0">{inner}</path>'


def _horizontal(y: float, css: str) -> str:
    return f'<path class="{css}" d="M0 {_n(y)}H100"/>'


def _canvas(parts: Iterable[str], summary: str) -> str:
    return (
        '<svg class="canvas" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(summary)}">{"".join(parts)}</svg>'
    )


def _shade(limit: Limit, scale: _Scale) -> str:
    y = scale.y(limit.value)
    band = {"below": (y, 100 - y), "above": (0.0, y)}.get(limit.bad)
    rect = f'<rect class="band" x="0" width="100" y="{_n(band[0])}" height="{_n(band[1])}"/>' if band else ""
    return rect + _horizontal(y, "limit")


def _css(series: Series, index: int) -> str:
    style = {"dash": " dash", "muted": " muted dash"}.get(series.style, "")
    return f"ln s{index % 6 + 1}{style}"


# --- the charts -----------------------------------------------------------------------------------------------------


def sparkline(values: Sequence[Value], *, label: str = "", reference: float | None = None) -> str:
    """A small line without axes, as SVG markup; its last value is a dot, and a reference a broken line across. Empty
    when there is nothing to draw."""
    known = _finite(values)
    if not known:
        return ""
    shown = known + _finite([reference])
    low, high = min(shown), max(shown)
    if high == low:
        low, high = low - 1, high + 1
    scale = _Scale(low=low, high=high, steps=len(values))
    pieces = scale.runs(values)
    summary = escape(label or f"from {number(known[0])} to {number(known[-1])}")
    lines = "".join(_path(piece, "ln") for piece in pieces if len(piece) > 1)
    if len(shown) > len(known):
        lines = _horizontal(scale.y(shown[-1]), "rule") + lines
    return (
        '<svg class="spark" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" '
        f'aria-label="{summary}">{lines}{_dot(pieces[-1][-1], "pt", number(known[-1]))}</svg>'
    )


def curve(
    series: Sequence[Series],
    *,
    x_labels: Sequence[str],
    limit: Limit | None = None,
    from_zero: bool = False,
    summary: str = "",
    x_name: str = "",
    flags: Sequence[Flag] = (),
) -> Chart:
    """Lines over common steps, one label a step. The axis encloses every value and the limit."""
    known = _finite(v for s in series for v in s.values) + ([0.0] if from_zero else [])
    known += _room_for(limit, known)
    ticks = nice_ticks(min(known), max(known)) if known else [0.0, 1.0]
    scale = _Scale(low=ticks[0], high=ticks[-1], steps=len(x_labels))
    said = summary or _summary(series)
    parts = [_horizontal(scale.y(tick), "grid") for tick in ticks[1:]] + [_horizontal(100, "axis")]
    if limit:
        parts.append(_shade(limit, scale))
    for index, one in enumerate(series):
        parts += [_path(piece, _css(one, index)) for piece in scale.runs(one.values)]
    parts += [_last_dot(one, index, scale) for index, one in enumerate(series) if one.style == "line"]
    parts += [_dot((scale.x(f.step), scale.y(float(f.value))), "pt s3", f.text) for f in flags if f.value is not None]
    notes = {flag.step: flag.text for flag in flags}
    legend = [Key(s.label, _css(s, i)) for i, s in enumerate(series)] + ([Key(limit.label, "limit")] if limit else [])
    return Chart(
        svg=_canvas(parts, said),
        summary=said,
        y_labels=[number(tick) for tick in reversed(ticks)],
        x_labels=thin(x_labels),
        legend=legend,
        columns=[x_name, *(s.label for s in series), *(["What changed"] if notes else [])],
        rows=[
            [x, *(number(_at(s.values, i)) for s in series), *([notes.get(i, "")] if notes else [])]
            for i, x in enumerate(x_labels)
        ],
    )


def burn_up(
    *,
    days: Sequence[str],
    done: Sequence[Value],
    scope: Sequence[Value],
    target: Sequence[Value] | None = None,
    marks: Sequence[tuple[int, str]] = (),
) -> Chart:
    """Work done against the work agreed. `done` and `scope` end today; `days` runs to the end of the sprint.

    The muted line is the pace that would reach today's scope on the last day: `target`, or an even one. `marks` name a
    day by its place and what changed the scope on it.
    """
    agreed = _finite(scope)
    total = agreed[-1] if agreed else 0.0
    span = max(1, len(days) - 1)
    pace = target if target is not None else [total * i / span for i in range(len(days))]
    lines = [Series("Done", done), Series("Agreed scope", scope, "dash"), Series("Even pace", pace, "muted")]
    reached = (_finite(done) or [0.0])[-1]
    said = f"{number(reached)} of {number(total)} points done"
    told: dict[int, list[str]] = {}
    for day, what in marks:
        told.setdefault(day, []).append(what)
    flags = [Flag(day, scope[day], "; ".join(each)) for day, each in sorted(told.items()) if day < len(scope)]
    return curve(lines, x_labels=days, from_zero=True, summary=said, x_name="Day", flags=flags)


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
        svg=_canvas([*bars, _horizontal(100, "axis")], said),
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


def interval(low: float, value: float, high: float, *, zero: float = 0.0) -> str:
    """An estimate with its confidence interval, and the zero it should be clear of, as SVG markup."""
    reach = max(abs(v - zero) for v in (low, value, high)) * 1.15 or 1.0
    at = [50 + 50 * (v - zero) / reach for v in (low, value, high)]
    tone = "s2" if low > zero else "s3" if high < zero else "muted"
    said = f"{number(value)}, between {number(low)} and {number(high)}"
    return (
        f'<svg class="spark" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="{said}">'
        f'<path class="rule" d="M50 0V100"/>{_path([(at[0], 50), (at[2], 50)], f"ln {tone}")}'
        f"{_dot((at[1], 50), f'pt {tone}', said)}</svg>"
    )


def gauge(name: str, *, today: Value, wanted: Value, now: Value, is_higher: bool = True) -> Chart:
    """How far a figure has come: from today's value to where it is now, and the least that is useful, short of which
    the ground is shaded. Any of the three may be unknown, but not all."""
    values = {"Today": today, "Minimal useful": wanted, "Now": now}
    known = _finite(values.values())
    ticks = nice_ticks(min(known), max(known), 3)
    at = {label: _across(value, ticks) for label, value in values.items() if value is not None}
    is_useful = now is None or wanted is None or (now >= wanted if is_higher else now <= wanted)
    css = {"Today": "ln muted", "Minimal useful": "limit", "Now": f"ln {'s2' if is_useful else 's3'}"}
    parts = ['<path class="rule" d="M0 50H100"/>']
    if "Minimal useful" in at:
        low, high = (0.0, at["Minimal useful"]) if is_higher else (at["Minimal useful"], 100.0)
        parts.append(f'<rect class="band" x="{_n(low)}" width="{_n(high - low)}" y="0" height="100"/>')
        parts.append(f'<path class="limit" d="M{_n(low if not is_higher else high)} 0V100"/>')
    if "Today" in at:
        parts.append(f'<path class="ln muted" d="M{_n(at["Today"])} 15V85"/>')
    if "Today" in at and "Now" in at:
        parts.append(_path([(at["Today"], 50), (at["Now"], 50)], css["Now"]))
    if "Now" in at:
        parts.append(_dot((at["Now"], 50), css["Now"].replace("ln", "pt"), f"Now {number(now)}"))
    said = [f"{label} {number(value)}" for label, value in values.items()]
    return Chart(
        svg=_canvas(parts, f"{name}: {', '.join(said)}"),
        summary=f"{name}: {', '.join(said)}",
        x_labels=[number(tick) for tick in ticks],
        legend=[Key(f"{label} {number(values[label])}", css[label]) for label in at],
        columns=["", name],
        rows=[[label, number(value)] for label, value in values.items()],
    )


def _across(value: float, ticks: Sequence[float]) -> float:
    return 100.0 * (value - ticks[0]) / (ticks[-1] - ticks[0])


def thin(labels: Sequence[str], most: int = 6) -> list[str]:
    """At most that many labels, evenly picked, the first and the last among them."""
    if len(labels) <= most:
        return list(labels)
    gaps = next((n for n in range(most - 1, 2, -1) if (len(labels) - 1) % n == 0), 2)
    return [labels[round(i * (len(labels) - 1) / gaps)] for i in range(gaps + 1)]


def _room_for(limit: Limit | None, known: Sequence[float]) -> list[float]:
    """The limit, and a little of its bad side, so that the shading can be seen."""
    if not limit:
        return []
    span = max([*known, limit.value]) - min([*known, limit.value]) or abs(limit.value) or 1.0
    beyond = {"below": -0.15, "above": 0.15}.get(limit.bad, 0.0)
    return [limit.value, limit.value + beyond * span]


def _at(values: Sequence[Value], index: int) -> Value:
    return values[index] if index < len(values) else None


def _last_dot(series: Series, index: int, scale: _Scale) -> str:
    pieces = scale.runs(series.values)
    last = (_finite(series.values) or [0.0])[-1]
    return _dot(pieces[-1][-1], f"pt s{index % 6 + 1}", f"{series.label}: {number(last)}") if pieces else ""


def _summary(series: Sequence[Series]) -> str:
    said = [f"{s.label} from {number(known[0])} to {number(known[-1])}" for s in series if (known := _finite(s.values))]
    return "; ".join(said) or "no values yet"


def _shares(counts: Sequence[float]) -> list[float]:
    total = sum(counts)
    return [count / total for count in counts] if total else [0.0 for _ in counts]


def _column(x: float, share: float, width: float, css: str) -> str:
    return (
        f'<rect class="{css}" x="{_n(x)}" width="{_n(width)}" y="{_n(100 - 100 * share)}" height="{_n(100 * share)}"/>'
    )


def _steps(shares: Sequence[float], top: float, width: float) -> str:
    corners = [(i * width + side * width, 100 - 100 * share / top) for i, share in enumerate(shares) for side in (0, 1)]
    return _path(corners, "ln s3 thin")


def _cell(label: str, column: str, value: Value, warm: float, hot: float) -> Cell:
    if value is None or not math.isfinite(value):
        return Cell("none", "–", f"{label}, {column}: not enough data")
    level = "hot" if value >= hot else "warm" if value >= warm else f"h{max(0, min(3, int(4 * value / warm)))}"
    return Cell(level, number(value, 3), f"{label}, {column}: {number(value, 3)}")


@dataclass(frozen=True)
class Spot:
    """A dot on the quadrants: both shares from 0 to 1, the upper right half is good. `is_hollow`: only a guess."""

    label: str
    x: float
    y: float
    tone: str = ""
    is_here: bool = False
    is_hollow: bool = False


def quadrants(spots: Sequence[Spot], *, x_label: str, y_label: str, names: Sequence[str]) -> Chart:
    """Four fields with their names (upper right, upper left, lower right, lower left), and the dots in them."""
    wide, high, left, top = 250.0, 164.0, 24.0, 8.0
    near, far, above, below = left + 6, left + wide - 6, top + 13, top + high - 6
    corners = [(far, above, "end"), (near, above, ""), (far, below, "end"), (near, below, "")]
    middle_x, middle_y = left + wide / 2, top + high / 2
    parts = [
        f'<rect class="good" x="{_n(middle_x)}" y="{_n(top)}" width="{_n(wide / 2)}" height="{_n(high / 2)}" rx="6"/>',
        f'<path class="axes" d="M{_n(left)} {_n(top)}V{_n(top + high)}H{_n(left + wide)}M{_n(middle_x)} {_n(top)}'
        f'V{_n(top + high)}M{_n(left)} {_n(middle_y)}H{_n(left + wide)}"/>',
        *(
            f'<text class="{side}" x="{_n(x)}" y="{_n(y)}">{escape(name)}</text>'
            for (x, y, side), name in zip(corners, names, strict=True)
        ),
        f'<text class="end" x="{_n(left + wide)}" y="{_n(top + high + 16)}">{escape(x_label)}</text>',
        f'<text class="up" transform="translate(14 {_n(top)}) rotate(-90)">{escape(y_label)}</text>',
        *(_dotted(spot, left + wide * spot.x, top + high * (1 - spot.y)) for spot in spots),
        *_names(spots, left=left, wide=wide, top=top, high=high),
    ]
    said = "; ".join(spot.label for spot in spots) or "no option yet"
    summary = f"{x_label} and {y_label}: {said}"
    svg = (
        f'<svg class="quadrants" viewBox="0 0 284 196" role="img" aria-label="{escape(summary)}">{"".join(parts)}</svg>'
    )
    return Chart(svg=svg, summary=summary)


def _dotted(spot: Spot, x: float, y: float) -> str:
    css = " ".join(["spot", spot.tone, "hollow" if spot.is_hollow else "", "here" if spot.is_here else ""]).strip()
    title = f"<title>{escape(spot.label)}</title>"
    return f'<circle class="{css}" cx="{_n(x)}" cy="{_n(y)}" r="{8 if spot.is_here else 6}">{title}</circle>'


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
        drawn.append(f'<text class="{css}" x="{_n(x)}" y="{_n(y)}">{escape(label)}</text>')
    return drawn


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
    axes = f'<path class="axes" d="M{_n(left)} {_n(top)}V{_n(top + high)}H{_n(left + wide)}'
    axes += f'M{_n(nought)} {_n(top)}V{_n(top + high)}"/>'
    labels = (
        f'<text class="end" x="{_n(left + wide)}" y="{_n(top + high + 18)}">{escape(x_label)}</text>'
        f'<text x="{_n(nought)}" y="{_n(top + high + 18)}">0</text>'
        f'<text class="up" transform="translate(16 {_n(top)}) rotate(-90)">{escape(y_label)}</text>'
    )
    summary = f"{y_label} by {x_label.lower()} of {len(spots)} projects; the table below says the same"
    svg = f'<svg class="bubbles" viewBox="0 0 690 300" role="group" aria-label="{escape(summary)}">'
    return Chart(svg=f"{svg}{axes}{labels}{''.join(discs)}</svg>", summary=summary)


def _disc(spot: Bubble, x: float, y: float, most: float, *, tab: int) -> str:
    radius = 5 + 13 * math.sqrt(max(spot.size, 0) / most)
    circle = f'<circle class="spot {spot.tone}" cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"/>'
    label = escape(spot.label)
    named = f'id="bubble-{escape(spot.key)}" aria-label="{label}" data-tip="{label}"'
    return f'<a href="{escape(spot.url)}" {named} tabindex="{tab}">{circle}</a>'
