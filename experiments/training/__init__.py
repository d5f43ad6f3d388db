"""Training one classifier on one table, in a child process. Pure: no Django; scikit-learn is imported where it fits.

`estimators` is the registry that also forms read, and imports no scikit-learn.
As a child: `python -m experiments.training`; the spec is `experiments.training.spec.TrainingSpec`.
"""

from experiments.training.estimators import ESTIMATORS, Estimator, Param, default_params, validate_params

__all__ = ["ESTIMATORS", "Estimator", "Param", "default_params", "validate_params"]
