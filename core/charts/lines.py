"""Lines over common steps: the small one, the curve with its axes, the burn-up."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from core.charts.drawing import Chart, Key, Scale, canvas, dot, horizontal, path, trim
from core.charts.numbers import Value, finite, nice_ticks, number, thin


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


def sparkline(values: Sequence[Value], *, label: str = "", reference: float | None = None) -> str:
    """A small line without axes, as SVG markup; its last value is a dot, and a reference a broken line across. Empty
    when there is nothing to draw."""
    known = finite(values)
    if not known:
        return ""
    shown = known + finite([reference])
    low, high = min(shown), max(shown)
    if high == low:
        low, high = low - 1, high + 1
    scale = Scale(low=low, high=high, steps=len(values))
    pieces = scale.runs(values)
    summary = escape(label or f"from {number(known[0])} to {number(known[-1])}")
    lines = "".join(path(piece, "ln") for piece in pieces if len(piece) > 1)
    if len(shown) > len(known):
        lines = horizontal(scale.y(shown[-1]), "rule") + lines
    return (
        '<svg class="spark" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" '
        f'aria-label="{summary}">{lines}{dot(pieces[-1][-1], "pt", number(known[-1]))}</svg>'
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
    known = finite(v for s in series for v in s.values) + ([0.0] if from_zero else [])
    known += _room_for(limit, known)
    ticks = nice_ticks(min(known), max(known)) if known else [0.0, 1.0]
    scale = Scale(low=ticks[0], high=ticks[-1], steps=len(x_labels))
    said = summary or _summary(series)
    parts = [horizontal(scale.y(tick), "grid") for tick in ticks[1:]] + [horizontal(100, "axis")]
    if limit:
        parts.append(_shade(limit, scale))
    for index, one in enumerate(series):
        parts += [path(piece, _css(one, index)) for piece in scale.runs(one.values)]
    parts += [_last_dot(one, index, scale) for index, one in enumerate(series) if one.style == "line"]
    parts += [dot((scale.x(f.step), scale.y(float(f.value))), "pt s3", f.text) for f in flags if f.value is not None]
    notes = {flag.step: flag.text for flag in flags}
    legend = [Key(s.label, _css(s, i)) for i, s in enumerate(series)] + ([Key(limit.label, "limit")] if limit else [])
    return Chart(
        svg=canvas(parts, said),
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
    agreed = finite(scope)
    total = agreed[-1] if agreed else 0.0
    span = max(1, len(days) - 1)
    pace = target if target is not None else [total * i / span for i in range(len(days))]
    lines = [Series("Done", done), Series("Agreed scope", scope, "dash"), Series("Even pace", pace, "muted")]
    reached = (finite(done) or [0.0])[-1]
    said = f"{number(reached)} of {number(total)} points done"
    told: dict[int, list[str]] = {}
    for day, what in marks:
        told.setdefault(day, []).append(what)
    flags = [Flag(day, scope[day], "; ".join(each)) for day, each in sorted(told.items()) if day < len(scope)]
    return curve(lines, x_labels=days, from_zero=True, summary=said, x_name="Day", flags=flags)


def _shade(limit: Limit, scale: Scale) -> str:
    y = scale.y(limit.value)
    band = {"below": (y, 100 - y), "above": (0.0, y)}.get(limit.bad)
    rect = f'<rect class="band" x="0" width="100" y="{trim(band[0])}" height="{trim(band[1])}"/>' if band else ""
    return rect + horizontal(y, "limit")


def _css(series: Series, index: int) -> str:
    style = {"dash": " dash", "muted": " muted dash"}.get(series.style, "")
    return f"ln s{index % 6 + 1}{style}"


def _room_for(limit: Limit | None, known: Sequence[float]) -> list[float]:
    """The limit, and a little of its bad side, so that the shading can be seen."""
    if not limit:
        return []
    span = max([*known, limit.value]) - min([*known, limit.value]) or abs(limit.value) or 1.0
    beyond = {"below": -0.15, "above": 0.15}.get(limit.bad, 0.0)
    return [limit.value, limit.value + beyond * span]


def _at(values: Sequence[Value], index: int) -> Value:
    return values[index] if index < len(values) else None


def _last_dot(series: Series, index: int, scale: Scale) -> str:
    pieces = scale.runs(series.values)
    last = (finite(series.values) or [0.0])[-1]
    return dot(pieces[-1][-1], f"pt s{index % 6 + 1}", f"{series.label}: {number(last)}") if pieces else ""


def _summary(series: Sequence[Series]) -> str:
    said = [f"{s.label} from {number(known[0])} to {number(known[-1])}" for s in series if (known := finite(s.values))]
    return "; ".join(said) or "no values yet"
