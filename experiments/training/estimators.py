"""The estimators that may be trained and the settings they take, as data. Imports no scikit-learn: forms read this."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import FieldError, Invalid

Value = int | float | str | bool | None


@dataclass(frozen=True)
class Param:
    """One setting. `type` is "int", "float", "bool" or "choice"; `nullable` says that None (“no limit”) is allowed."""

    name: str
    label: str
    type: str
    default: Value
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    nullable: bool = False
    help: str = ""

    def clean(self, value: Any) -> Value:
        """The value in the setting's type, text from a form included. Raises Invalid naming field, limit and value."""
        if value is None or value == "":
            return self._clean_none()
        if self.type == "choice":
            return self._clean_choice(value)
        if self.type == "bool":
            return self._clean_bool(value)
        return self._clean_number(value)

    def _clean_none(self) -> Value:
        if self.nullable:
            return None
        raise self._refuse("required", "needs a value")

    def _clean_choice(self, value: Any) -> Value:
        if value in self.choices:
            return str(value)
        raise self._refuse("not_a_choice", f"must be one of {', '.join(self.choices)}, not {_shown(value)}")

    def _clean_bool(self, value: Any) -> Value:
        known = {True: True, False: False, "true": True, "false": False, "on": True}
        if isinstance(value, bool | str) and value in known:
            return known[value]
        raise self._refuse("not_a_boolean", f"must be true or false, not {_shown(value)}")

    def _clean_number(self, value: Any) -> Value:
        number = self._parse_number(value)
        if self.minimum is not None and not number >= self.minimum:
            raise self._refuse("too_small", f"must be at least {self.minimum:g}, not {_shown(value)}")
        if self.maximum is not None and not number <= self.maximum:
            raise self._refuse("too_large", f"must be at most {self.maximum:g}, not {_shown(value)}")
        return number

    def _parse_number(self, value: Any) -> int | float:
        kind = "a whole number" if self.type == "int" else "a number"
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise self._refuse("not_a_number", f"must be {kind}, not {_shown(value)}")
        try:
            number = float(value)
            whole = int(number)  # refuses NaN and infinities
        except (ValueError, OverflowError):
            raise self._refuse("not_a_number", f"must be {kind}, not {_shown(value)}") from None
        if self.type == "float":
            return number
        if whole != number:
            raise self._refuse("not_a_number", f"must be {kind}, not {_shown(value)}")
        return whole

    def _refuse(self, code: str, reason: str) -> Invalid:
        return Invalid(f"“{self.name}” {reason}.", field=self.name, code=code)


@dataclass(frozen=True)
class Estimator:
    name: str
    label: str
    description: str
    params: tuple[Param, ...] = field(default_factory=tuple)

    def param(self, name: str) -> Param | None:
        return next((param for param in self.params if param.name == name), None)


CLASS_WEIGHT = Param(
    "class_weight",
    "Class weight",
    "choice",
    None,
    choices=("balanced",),
    nullable=True,
    help="“balanced” makes rare classes count as much as common ones; scores are then no longer probabilities.",
)

ESTIMATORS: dict[str, Estimator] = {
    estimator.name: estimator
    for estimator in (
        Estimator(
            "logistic_regression",
            "Logistic regression",
            "A weighted sum of the features. Quick, readable, and the baseline that others have to beat.",
            (
                Param("C", "Inverse regularisation", "float", 1.0, 1e-6, 1e6, help="Smaller is more regularised."),
                Param("max_iter", "Iterations at most", "int", 300, 10, 10_000),
                CLASS_WEIGHT,
            ),
        ),
        Estimator(
            "random_forest",
            "Random forest",
            "Many deep trees on random parts of the data, averaged. Hard to get wrong, large to store.",
            (
                Param("n_estimators", "Trees", "int", 200, 10, 2_000),
                Param("max_depth", "Depth at most", "int", None, 1, 64, nullable=True, help="Empty: no limit."),
                Param("min_samples_leaf", "Rows in a leaf at least", "int", 2, 1, 10_000),
                CLASS_WEIGHT,
            ),
        ),
        Estimator(
            "hist_gradient_boosting",
            "Histogram gradient boosting",
            "Small trees, each correcting the ones before it. Usually the best on tables.",
            (
                Param("learning_rate", "Learning rate", "float", 0.1, 1e-4, 1.0),
                Param("max_iter", "Rounds", "int", 100, 10, 2_000),
                Param("max_leaf_nodes", "Leaves of a tree at most", "int", 31, 2, 1_024),
                Param("min_samples_leaf", "Rows in a leaf at least", "int", 20, 1, 10_000),
                Param("l2_regularization", "L2 regularisation", "float", 0.0, 0.0, 1e6),
                CLASS_WEIGHT,
            ),
        ),
    )
}


def default_params(name: str) -> dict[str, Value]:
    return {param.name: param.default for param in _estimator(name).params}


def validate_params(name: str, params: Mapping[str, Any]) -> dict[str, Value]:
    """All settings of an estimator, those given in their type and the others at their default.

    Raises Invalid with every problem in `errors`: unknown estimator or setting, wrong type, out of range.
    """
    estimator = _estimator(name)
    cleaned = default_params(name)
    problems: list[Invalid] = []
    for key, value in params.items():
        param = estimator.param(key)
        try:
            if param is None:
                raise _unknown(estimator, key)
            cleaned[key] = param.clean(value)
        except Invalid as problem:
            problems.append(problem)
    if problems:
        errors: list[FieldError] = [error for problem in problems for error in problem.errors]
        raise Invalid(problems[0].message, field=problems[0].field, code=problems[0].code, errors=errors)
    return cleaned


def _estimator(name: str) -> Estimator:
    if name not in ESTIMATORS:
        raise Invalid(
            f"“estimator” must be one of {', '.join(ESTIMATORS)}, not {_shown(name)}.",
            field="estimator",
            code="unknown_estimator",
        )
    return ESTIMATORS[name]


def _unknown(estimator: Estimator, key: str) -> Invalid:
    known = ", ".join(param.name for param in estimator.params)
    return Invalid(f"“{key}” is no setting of {estimator.name}; it has {known}.", field=key, code="unknown_field")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
