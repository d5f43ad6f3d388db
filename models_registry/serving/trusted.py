"""The types beyond skops' own list that a model file may hold. Reviewed by hand; never taken from the model.

skops trusts scikit-learn's public estimators, NumPy's arrays and scalar types, and ufuncs. What is added here are
scikit-learn's internal parts of common fitted estimators, and pure functions that select or score. The rule for a new
entry: constructing it from arbitrary state and calling it with arbitrary numbers must neither run code of the file's
choice nor touch files, processes or the network. Types whose content scikit-learn's compiled code indexes without
checking bounds are marked, and every one of them is checked after loading (`structure.py`).
"""

# Content checked after loading: child and feature indices are followed by compiled code as they are.
CHECKED_TYPES = (
    "sklearn.tree._tree.Tree",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.neighbors._kd_tree.KDTree",
    "sklearn.neighbors._ball_tree.BallTree",
    # Only around check_array, as histogram gradient boosting with categories stores it: checked too.
    "functools.partial",
)

INTERNAL_TYPES = (
    "numpy.dtype",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.compose._column_transformer.make_column_selector",
    "sklearn.impute._iterative.IterativeImputer",
    "sklearn.impute._iterative._ImputerTriplet",
    "sklearn.metrics._dist_metrics.EuclideanDistance64",
    "sklearn.metrics._dist_metrics.ManhattanDistance64",
    "sklearn.metrics._dist_metrics.MinkowskiDistance64",
    "sklearn.metrics._scorer._PassthroughScorer",
    "sklearn.metrics._scorer._CurveScorer",
    "sklearn.metrics._scorer._Scorer",
    "sklearn.model_selection._split.KFold",
    "sklearn.model_selection._split.StratifiedKFold",
    "sklearn.model_selection._split.TimeSeriesSplit",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
    "sklearn.utils._bunch.Bunch",
    "sklearn.utils._metadata_requests.MetadataRequest",
    "sklearn.utils._metadata_requests.MethodMetadataRequest",
)

PURE_FUNCTIONS = (
    "sklearn.feature_selection._mutual_info.mutual_info_classif",
    "sklearn.feature_selection._univariate_selection.chi2",
    "sklearn.feature_selection._univariate_selection.f_classif",
    "sklearn.metrics._classification.accuracy_score",
    "sklearn.metrics._classification.balanced_accuracy_score",
    "sklearn.metrics._classification.f1_score",
    "sklearn.metrics._classification.log_loss",
    "sklearn.metrics._classification.precision_score",
    "sklearn.metrics._classification.recall_score",
    "sklearn.metrics._ranking.average_precision_score",
    "sklearn.metrics._ranking.roc_auc_score",
    "sklearn.utils.validation.check_array",
)

TRUSTED: tuple[str, ...] = (*CHECKED_TYPES, *INTERNAL_TYPES, *PURE_FUNCTIONS)
