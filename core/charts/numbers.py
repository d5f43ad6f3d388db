"""Numbers for axes and labels."""

import math
from collections.abc import Iterable, Sequence

Value = float | int | None


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


def thin(labels: Sequence[str], most: int = 6) -> list[str]:
    """At most that many labels, evenly picked, the first and the last among them."""
    if len(labels) <= most:
        return list(labels)
    gaps = next((n for n in range(most - 1, 2, -1) if (len(labels) - 1) % n == 0), 2)
    return [labels[round(i * (len(labels) - 1) / gaps)] for i in range(gaps + 1)]


def finite(values: Iterable[Value]) -> list[float]:
    return [float(v) for v in values if v is not None and math.isfinite(v)]
