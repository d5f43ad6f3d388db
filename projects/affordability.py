"""Whether a promise pays for itself: the range of its benefit against the range of its cost, per year."""

from dataclasses import dataclass
from decimal import Decimal

Amount = Decimal | None


@dataclass(frozen=True)
class Verdict:
    """tone: ok, warn, bad or wait."""

    tone: str
    sentence: str


@dataclass(frozen=True)
class Value:
    """What is left in a year: the worst and the best case."""

    low: Decimal
    high: Decimal

    @property
    def middle(self) -> Decimal:
        return (self.low + self.high) / 2

    def __str__(self) -> str:
        return f"{money(self.low)} to {money(self.high)}"


def net_value(*, benefit_low: Amount, benefit_high: Amount, cost_low: Amount, cost_high: Amount) -> Value | None:
    """Benefit less cost: the lowest against the highest, and the other way round. None while a figure is missing."""
    if benefit_low is None or benefit_high is None or cost_low is None or cost_high is None:
        return None
    return Value(low=benefit_low - cost_high, high=benefit_high - cost_low)


def verdict(*, benefit_low: Amount, benefit_high: Amount, cost_low: Amount, cost_high: Amount) -> Verdict:
    """A sentence on whether it can be afforded."""
    value = net_value(benefit_low=benefit_low, benefit_high=benefit_high, cost_low=cost_low, cost_high=cost_high)
    if value is None:
        return Verdict("wait", "Give the ranges of benefit and cost to see whether it pays.")
    if value.low >= 0:
        return Verdict("ok", f"It pays even at the lowest benefit and the highest cost: {value} a year.")
    if value.high <= 0:
        return Verdict("bad", f"Even the highest benefit does not exceed the lowest cost: {value} a year.")
    return Verdict("warn", f"It may pay or not: {value} a year. It pays for sure from a benefit of {money(cost_high)}.")


def money(amount: Amount) -> str:
    """1,400,000 is "1.4 M", 12,500 is "12.5 k"."""
    if amount is None:
        return "–"
    size = abs(amount)
    for unit, name in ((Decimal(10**9), " bn"), (Decimal(10**6), " M"), (Decimal(10**3), " k")):
        if size >= unit:
            return _signed(
                amount, f"{float(size / unit):.3g}{name}" if size < unit * 1000 else f"{size / unit:,.0f}{name}"
            )
    return _signed(amount, f"{size:.0f}")


def _signed(amount: Decimal, text: str) -> str:
    return f"−{text}" if amount < 0 else text
