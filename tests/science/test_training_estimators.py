import subprocess
import sys

import pytest

from core.errors import Invalid
from experiments.training import ESTIMATORS, default_params, validate_params


def refused(name: str, params: dict) -> Invalid:
    with pytest.raises(Invalid) as caught:
        validate_params(name, params)
    return caught.value


@pytest.mark.parametrize("name", ESTIMATORS)
def test_defaults_are_valid_by_their_own_rules(name):
    defaults = default_params(name)

    assert validate_params(name, {}) == defaults
    assert validate_params(name, defaults) == defaults


def test_text_of_a_form_becomes_the_setting_s_type():
    cleaned = validate_params("random_forest", {"n_estimators": "50", "max_depth": "", "class_weight": "balanced"})

    assert cleaned == {"n_estimators": 50, "max_depth": None, "min_samples_leaf": 2, "class_weight": "balanced"}


@pytest.mark.parametrize(
    ("param", "value", "code", "sentence"),
    [
        ("max_iter", 5, "too_small", "“max_iter” must be at least 10, not 5."),
        ("max_iter", 99_999, "too_large", "“max_iter” must be at most 2000, not 99999."),
        ("max_iter", 10.5, "not_a_number", "“max_iter” must be a whole number, not 10.5."),
        ("max_iter", True, "not_a_number", "“max_iter” must be a whole number, not True."),
        ("max_iter", float("inf"), "not_a_number", "“max_iter” must be a whole number, not inf."),
        ("max_iter", None, "required", "“max_iter” needs a value."),
        ("learning_rate", float("nan"), "not_a_number", "“learning_rate” must be a number, not nan."),
        ("learning_rate", "fast", "not_a_number", "“learning_rate” must be a number, not 'fast'."),
        ("class_weight", "odd", "not_a_choice", "“class_weight” must be one of balanced, not 'odd'."),
    ],
)
def test_refusal_names_field_limit_and_value(param, value, code, sentence):
    error = refused("hist_gradient_boosting", {param: value})

    assert (error.field, error.code, error.message) == (param, code, sentence)


def test_every_problem_is_reported_at_once():
    error = refused("logistic_regression", {"C": -1, "max_iter": 1, "penalty": "l1"})

    assert [(each.field, each.code) for each in error.errors] == [
        ("C", "too_small"),
        ("max_iter", "too_small"),
        ("penalty", "unknown_field"),
    ]


def test_unknown_estimator():
    assert refused("deep_thought", {}).code == "unknown_estimator"


def test_the_registry_imports_no_scikit_learn():
    code = "import sys, experiments.training; sys.exit(any(name.startswith('sklearn') for name in sys.modules))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
