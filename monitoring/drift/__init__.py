"""Have the inputs of a model moved away from its training data? Pure: no Django.

Both sides are counts in the same bins (`experiments.tabular.bins`), so a check costs milliseconds whatever the traffic.
One statistic a file; `rule` decides, `confirm` asks for several windows in a row.
"""

from monitoring.drift.chi2 import chi2_test
from monitoring.drift.compare import FeatureDrift, compare, drifted_features, enough_rows
from monitoring.drift.confirm import confirm
from monitoring.drift.jensen_shannon import jensen_shannon
from monitoring.drift.ks import ks_test
from monitoring.drift.psi import psi
from monitoring.drift.rule import Rule, benjamini_hochberg

__all__ = [
    "FeatureDrift",
    "Rule",
    "benjamini_hochberg",
    "chi2_test",
    "compare",
    "confirm",
    "drifted_features",
    "enough_rows",
    "jensen_shannon",
    "ks_test",
    "psi",
]
