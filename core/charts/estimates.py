"""One figure and what it is held against: an interval, a gauge."""

from collections.abc import Sequence

from core.charts.drawing import Chart, Key, canvas, dot, path, trim
from core.charts.numbers import Value, finite, nice_ticks, number


def interval(low: float, value: float, high: float, *, zero: float = 0.0) -> str:
    """An estimate with its confidence interval, and the zero it should be clear of, as SVG markup."""
    reach = max(abs(v - zero) for v in (low, value, high)) * 1.15 or 1.0
    at = [50 + 50 * (v - zero) / reach for v in (low, value, high)]
    tone = "s2" if low > zero else "s3" if high < zero else "muted"
    said = f"{number(value)}, between {number(low)} and {number(high)}"
    return (
        f'<svg class="spark" viewBox="0 0 100 100" preserveAspectRatio="none" role="img" aria-label="{said}">'
        f'<path class="rule" d="M50 0V100"/>{path([(at[0], 50), (at[2], 50)], f"ln {tone}")}'
        f"{dot((at[1], 50), f'pt {tone}', said)}</svg>"
    )


def gauge(name: str, *, today: Value, wanted: Value, now: Value, is_higher: bool = True) -> Chart:
    """How far a figure has come: from today's value to where it is now, and the least that is useful, short of which
    the ground is shaded. Any of the three may be unknown, but not all."""
    values = {"Today": today, "Minimal useful": wanted, "Now": now}
    known = finite(values.values())
    ticks = nice_ticks(min(known), max(known), 3)
    at = {label: _across(value, ticks) for label, value in values.items() if value is not None}
    is_useful = now is None or wanted is None or (now >= wanted if is_higher else now <= wanted)
    css = {"Today": "ln muted", "Minimal useful": "limit", "Now": f"ln {'s2' if is_useful else 's3'}"}
    parts = ['<path class="rule" d="M0 50H100"/>']
    if "Minimal useful" in at:
        low, high = (0.0, at["Minimal useful"]) if is_higher else (at["Minimal useful"], 100.0)
        parts.append(f'<rect class="band" x="{trim(low)}" width="{trim(high - low)}" y="0" height="100"/>')
        parts.append(f'<path class="limit" d="M{trim(low if not is_higher else high)} 0V100"/>')
    if "Today" in at:
        parts.append(f'<path class="ln muted" d="M{trim(at["Today"])} 15V85"/>')
    if "Today" in at and "Now" in at:
        parts.append(path([(at["Today"], 50), (at["Now"], 50)], css["Now"]))
    if "Now" in at:
        parts.append(dot((at["Now"], 50), css["Now"].replace("ln", "pt"), f"Now {number(now)}"))
    said = [f"{label} {number(value)}" for label, value in values.items()]
    return Chart(
        svg=canvas(parts, f"{name}: {', '.join(said)}"),
        summary=f"{name}: {', '.join(said)}",
        x_labels=[number(tick) for tick in ticks],
        legend=[Key(f"{label} {number(values[label])}", css[label]) for label in at],
        columns=["", name],
        rows=[[label, number(value)] for label, value in values.items()],
    )


def _across(value: float, ticks: Sequence[float]) -> float:
    return 100.0 * (value - ticks[0]) / (ticks[-1] - ticks[0])
