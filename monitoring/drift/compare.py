"""Every feature of a window against the reference."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from scipy.stats import norm

from experiments.tabular.bins import BinnedTable, Bins, CategoryBins, NumericBins
from monitoring.drift.chi2 import chi2_test
from monitoring.drift.false_discovery import benjamini_hochberg
from monitoring.drift.jensen_shannon import jensen_shannon
from monitoring.drift.ks import ks_test
from monitoring.drift.psi import psi
from monitoring.drift.rule import Rule

OK = "ok"
INSUFFICIENT_DATA = "insufficient_data"
NOT_IN_WINDOW = "not_in_window"
PSI_GROUPS = 10


@dataclass(frozen=True)
class FeatureDrift:
    """One feature of one window.

    `status` is "ok", "insufficient_data" (fewer present values than the rule's minimum) or "not_in_window".
    `distance` is KS D ("ks", numbers) or the Jensen-Shannon distance ("jensen_shannon", categories, with the missing
    as one more); `p_value` is of that feature alone, the change of the missing included; `q_value` is adjusted over
    the features. `n` are the window's rows with a value. `new_values` are the commonest never seen values with their
    counts. `reason` says in words what the effect was, "" without drift.
    """

    feature: str
    statistic: str
    status: str
    distance: float = 0.0
    p_value: float = 1.0
    q_value: float = 1.0
    psi: float = 0.0
    drifted: bool = False
    n: int = 0
    missing_share: float = 0.0
    reference_missing_share: float = 0.0
    new_share: float = 0.0
    new_values: dict[str, int] = field(default_factory=dict)
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def compare(reference: BinnedTable, window: BinnedTable, *, rule: Rule | None = None) -> list[FeatureDrift]:
    """Drift of every feature of the reference, in its order. `window` was counted into the reference's bins.

    Deterministic. Raises ValueError when the bins of a feature differ.
    """
    rule = rule or Rule()
    measured = [_measure(name, bins, window.features.get(name), rule) for name, bins in reference.features.items()]
    tested = [i for i, each in enumerate(measured) if each.status == OK]
    q_values = benjamini_hochberg(np.array([measured[i].p_value for i in tested]))
    for i, q_value in zip(tested, q_values, strict=True):
        measured[i] = _judge(replace(measured[i], q_value=float(q_value)), rule)
    return measured


def drifted_features(drifts: Sequence[FeatureDrift]) -> list[str]:
    return [each.feature for each in drifts if each.drifted]


def enough_rows(drifts: Sequence[FeatureDrift]) -> bool:
    """Whether anything could be said of any feature."""
    return any(each.status == OK for each in drifts)


def _measure(name: str, reference: Bins, window: Bins | None, rule: Rule) -> FeatureDrift:
    statistic = "ks" if isinstance(reference, NumericBins) else "jensen_shannon"
    if window is None:
        return FeatureDrift(feature=name, statistic=statistic, status=NOT_IN_WINDOW)
    if not _same_bins(reference, window):
        raise ValueError(f"the window's bins of {name!r} are not the reference's")
    drift = FeatureDrift(
        feature=name,
        statistic=statistic,
        status=OK,
        n=window.present,
        missing_share=_missing_share(window),
        reference_missing_share=_missing_share(reference),
        new_values=dict(window.new_values),
    )
    total = window.present + window.missing
    if total < rule.min_rows or reference.present + reference.missing == 0:
        return replace(drift, status=INSUFFICIENT_DATA)
    if isinstance(reference, CategoryBins) and isinstance(window, CategoryBins):
        return _measure_categories(drift, reference, window)
    assert isinstance(reference, NumericBins)
    assert isinstance(window, NumericBins)
    return _measure_numbers(drift, reference, window)


def _same_bins(reference: Bins, window: Bins) -> bool:
    if isinstance(reference, NumericBins):
        return isinstance(window, NumericBins) and window.edges == reference.edges
    return isinstance(window, CategoryBins) and window.values == reference.values


def _missing_share(bins: Bins) -> float:
    total = bins.present + bins.missing
    return bins.missing / total if total else 0.0


def _measure_numbers(drift: FeatureDrift, reference: NumericBins, window: NumericBins) -> FeatureDrift:
    p, q = np.asarray(reference.counts), np.asarray(window.counts)
    distance, p_value = ks_test(p, q)
    p_missing = _missing_test(reference, window)
    groups = _groups(p)
    return replace(
        drift,
        distance=distance,
        p_value=min(1.0, 2 * min(p_value, p_missing)),  # Bonferroni over the two tests of one feature
        psi=psi(_summed(p, groups), _summed(q, groups)),
    )


def _missing_test(reference: Bins, window: Bins) -> float:
    """Two-sided p-value of equal shares of missing values (pooled z-test of two proportions)."""
    n, m = reference.present + reference.missing, window.present + window.missing
    pooled = (reference.missing + window.missing) / (n + m)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    if spread == 0:
        return 1.0
    return float(2 * norm.sf(abs(reference.missing / n - window.missing / m) / spread))


def _groups(counts: np.ndarray) -> np.ndarray:
    """For each bin (k,) one of at most ten groups of about equal mass: PSI of 200 bins would be mostly noise."""
    before = np.cumsum(counts) - counts
    return np.minimum(before * PSI_GROUPS // max(int(counts.sum()), 1), PSI_GROUPS - 1)


def _summed(counts: np.ndarray, groups: np.ndarray) -> np.ndarray:
    return np.bincount(groups, weights=counts, minlength=PSI_GROUPS)[np.unique(groups)]


def _measure_categories(drift: FeatureDrift, reference: CategoryBins, window: CategoryBins) -> FeatureDrift:
    p, q = _category_counts(reference), _category_counts(window)
    return replace(
        drift,
        distance=jensen_shannon(p, q),
        p_value=chi2_test(p, q)[1],
        psi=psi(p, q),
        new_share=window.unseen / window.present if window.present else 0.0,
    )


def _category_counts(bins: CategoryBins) -> np.ndarray:
    return np.array([*bins.counts, bins.other, bins.unseen, bins.missing], dtype=np.int64)


def _judge(drift: FeatureDrift, rule: Rule) -> FeatureDrift:
    reasons = _effects(drift, rule)
    if drift.q_value >= rule.q or not reasons:
        return drift
    return replace(drift, drifted=True, reason="; ".join(reasons))


def _effects(drift: FeatureDrift, rule: Rule) -> list[str]:
    name = "KS distance" if drift.statistic == "ks" else "Jensen-Shannon distance"
    effects = []
    if drift.distance > rule.effect:
        effects.append(f"{name} {drift.distance:.3f} is above {rule.effect:g}")
    if drift.new_share > rule.new_share:
        effects.append(f"{drift.new_share:.0%} of the values never occurred in training")
    if abs(drift.missing_share - drift.reference_missing_share) > rule.missing_change:
        effects.append(f"{drift.missing_share:.0%} are missing, in training {drift.reference_missing_share:.0%}")
    return effects
