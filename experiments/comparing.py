"""Runs beside each other: what differs, and their params and metrics as drawings. Plain values for the page."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from core import charts
from experiments.models import Run
from experiments.queries import SYSTEM, Latest, is_of_a_part
from experiments.runtable import shade_of, shown_number

MAX_AXES = 8
MAX_MAPS, MAX_SLICES = 6, 60


@dataclass(frozen=True)
class Line:
    """A param, metric or tag with its value in each run, in the order of the runs."""

    name: str
    values: list[str]
    differs: bool


def param_lines(runs: Sequence[Run]) -> list[Line]:
    return _lines([run.params for run in runs])


def tag_lines(runs: Sequence[Run]) -> list[Line]:
    return _lines([{key: value for key, value in run.tags.items() if not key.startswith("mlflow.")} for run in runs])


def metric_lines(runs: Sequence[Run], latest: Mapping[int, Sequence[Latest]]) -> list[Line]:
    kept = [[one for one in latest[run.pk] if not one.key.startswith(SYSTEM)] for run in runs]
    return _lines([{one.key: shown_number(one.value) for one in some} for some in kept])


def _lines(documents: Sequence[Mapping[str, str]]) -> list[Line]:
    keys = sorted({key for document in documents for key in document})
    rows = [(key, [document.get(key, "–") for document in documents]) for key in keys]
    return [Line(key, values, len(set(values)) > 1) for key, values in rows]


# --- slices --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SliceCell:
    """A run's value on a slice; `level` is 0 (least of the metric) to 4 (greatest), None where there is none."""

    text: str
    level: int | None


@dataclass(frozen=True)
class SliceMap:
    """A metric that was logged for parts of the data as `metric/slice`: a row for each slice, a cell for each run."""

    metric: str
    rows: list[tuple[str, list[SliceCell]]]
    is_cut: bool


def slice_maps(runs: Sequence[Run], latest: Mapping[int, Sequence[Latest]]) -> list[SliceMap]:
    """Of every metric with two slices or more, by name. What was measured on a part of the training is no slice."""
    values = [{one.key: one.value for one in latest[run.pk]} for run in runs]
    slices: dict[str, set[str]] = {}
    for key in {key for one in values for key in one}:
        metric, _, part = key.rpartition("/")
        if metric and not key.startswith(SYSTEM) and not is_of_a_part(key):
            slices.setdefault(metric, set()).add(part)
    wanted = [metric for metric in sorted(slices) if len(slices[metric]) > 1]
    return [_slice_map(metric, sorted(slices[metric]), values) for metric in wanted[:MAX_MAPS]]


def _slice_map(metric: str, parts: Sequence[str], values: Sequence[Mapping[str, float]]) -> SliceMap:
    rows = [(part, [one.get(f"{metric}/{part}") for one in values]) for part in parts[:MAX_SLICES]]
    known = [value for _, some in rows for value in some if value is not None and math.isfinite(value)]
    low, high = min(known, default=0.0), max(known, default=0.0)
    cells = [
        (part, [SliceCell(shown_number(value), _level(value, low, high)) for value in some]) for part, some in rows
    ]
    return SliceMap(metric, cells, is_cut=len(parts) > MAX_SLICES)


def _level(value: float | None, low: float, high: float) -> int | None:
    if value is None or not math.isfinite(value):
        return None
    span = high - low
    return 2 if not 0 < span < math.inf else min(4, int(5 * (value - low) / span))


# --- axes ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Axis:
    """A param or metric as places from 0 to 100, bottom to top; `ticks` are (place, label)."""

    spec: str
    label: str
    places: list[float | None]
    texts: list[str]
    ticks: list[tuple[float, str]]


def axes_of(runs: Sequence[Run], latest: Mapping[int, Sequence[Latest]]) -> list[Axis]:
    """Every param and metric that differs and can be laid out: params first."""
    metrics = [{one.key: one.value for one in latest[run.pk]} for run in runs]
    found = []
    for key in sorted({key for run in runs for key in run.params}):
        found.append(_axis(f"params.{key}", key, [run.params.get(key) for run in runs]))
    for key in sorted({key for one in metrics for key in one if not key.startswith(SYSTEM)}):
        found.append(_axis(f"metrics.{key}", key, [one.get(key) for one in metrics]))
    return [one for one in found if one is not None]


def _axis(spec: str, label: str, values: Sequence[str | float | None]) -> Axis | None:
    """None where nothing differs, or where there are texts without end."""
    known = [value for value in values if value is not None]
    if len(set(known)) < 2:
        return None
    numbers = [_number(value) for value in values]
    if all(number is not None for number, value in zip(numbers, values, strict=True) if value is not None):
        return _number_axis(spec, label, values, numbers)
    words = sorted({str(value) for value in known})
    place = {word: 100.0 * index / (len(words) - 1) for index, word in enumerate(words)}
    places = [None if value is None else place[str(value)] for value in values]
    return Axis(spec, label, places, [str(value) for value in values], [(place[word], word[:14]) for word in words[:8]])


def _number_axis(
    spec: str, label: str, values: Sequence[str | float | None], numbers: Sequence[float | None]
) -> Axis | None:
    """Values of which the greatest is more than twenty times the least lie on a logarithmic axis."""
    finite = [number for number in numbers if number is not None and math.isfinite(number)]
    if len(set(finite)) < 2:
        return None
    low, high = min(finite), max(finite)
    is_log = low > 0 and high / low > 20
    scaled = (lambda v: math.log10(v)) if is_log else (lambda v: v)
    span = scaled(high) - scaled(low)
    places = [
        100 * (scaled(number) - scaled(low)) / span if number is not None and math.isfinite(number) else None
        for number in numbers
    ]
    return Axis(spec, label, places, [_text(value) for value in values], _ticks(low, high, is_log=is_log))


def _ticks(low: float, high: float, *, is_log: bool) -> list[tuple[float, str]]:
    middle = math.sqrt(low * high) if is_log else (low + high) / 2
    return [(0.0, charts.number(low, 3)), (50.0, charts.number(middle, 3)), (100.0, charts.number(high, 3))]


def _number(value: str | float | None) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:
        return None


def _text(value: str | float | None) -> str:
    return shown_number(value) if isinstance(value, float) else str(value)


# --- drawings --------------------------------------------------------------------------------------------------------


def parallel(runs: Sequence[Run], axes: Sequence[Axis]) -> str:
    """Parallel coordinates as SVG: a line for each run through its place on each axis. Empty with fewer than 2 axes."""
    axes = axes[:MAX_AXES]
    if len(axes) < 2:
        return ""
    step = 880 / (len(axes) - 1)
    xs = [60 + index * step for index in range(len(axes))]
    parts = [_axis_svg(axis, x, index == len(axes) - 1) for index, (axis, x) in enumerate(zip(axes, xs, strict=True))]
    parts += [_run_svg(run, [axis.places[i] for axis in axes], xs) for i, run in enumerate(runs)]
    said = "Runs across " + ", ".join(axis.label for axis in axes)
    return f'<svg class="parallel" viewBox="0 0 1000 300" role="img" aria-label="{escape(said)}">{"".join(parts)}</svg>'


def _axis_svg(axis: Axis, x: float, is_last: bool) -> str:
    ticks = "".join(
        f'<text class="tick" x="{x - 6:.0f}" y="{_y(place) + 4:.0f}" text-anchor="end">{escape(text)}</text>'
        for place, text in axis.ticks
    )
    name = f'<text class="name" x="{x:.0f}" y="292" text-anchor="middle">{escape(axis.label[:20])}</text>'
    return f'<path class="rule" d="M{x:.0f} 20V260"/>{ticks}{name}'


def _run_svg(run: Run, places: Sequence[float | None], xs: Sequence[float]) -> str:
    points = [f"{x:.0f} {_y(place):.1f}" for x, place in zip(xs, places, strict=True) if place is not None]
    if len(points) < 2:
        return ""
    return f'<path class="way run-{shade_of(run)}" d="M{"L".join(points)}"><title>{escape(run.name)}</title></path>'


def _y(place: float) -> float:
    return 260 - 2.4 * place


def scatter(runs: Sequence[Run], x: Axis, y: Axis, colour: Axis | None = None) -> str:
    """Runs as points, one param or metric against another, as SVG. With a third one, its value is the point's size:
    the slice of a metric over two params."""
    points = []
    for index, run in enumerate(runs):
        at, up = x.places[index], y.places[index]
        if at is None or up is None:
            continue
        third = colour.places[index] if colour else None
        said = f"{run.name}: {x.label} {x.texts[index]}, {y.label} {y.texts[index]}"
        said += f", {colour.label} {colour.texts[index]}" if colour else ""
        radius = 6.0 if third is None else 4 + third / 9
        points.append(
            f'<circle class="spot run-{shade_of(run)}" cx="{70 + 4.9 * at:.1f}" cy="{_y(up):.1f}" r="{radius:.1f}">'
            f"<title>{escape(said)}</title></circle>"
        )
    ticks = "".join(
        f'<text class="tick" x="62" y="{_y(place) + 4:.0f}" text-anchor="end">{escape(text)}</text>'
        for place, text in y.ticks
    ) + "".join(
        f'<text class="tick" x="{70 + 4.9 * place:.0f}" y="278" text-anchor="middle">{escape(text)}</text>'
        for place, text in x.ticks
    )
    said = f"{y.label} against {x.label}"
    return (
        f'<svg class="scatter" viewBox="0 0 600 300" role="img" aria-label="{escape(said)}">'
        f'<path class="rule" d="M70 20V260H570"/>{ticks}{"".join(points)}'
        f'<text class="name" x="320" y="296" text-anchor="middle">{escape(x.label[:40])}</text>'
        f'<text class="name" x="70" y="12">{escape(y.label[:40])}</text></svg>'
    )
