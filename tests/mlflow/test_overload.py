"""A busy server answers 429 to what creates, which MLflow's client tries again; 503 only where nobody knows."""

import psycopg
import pytest
from django.db import OperationalError, connection
from psycopg_pool import PoolTimeout

from tests.mlflow.door import refusal


def failing(cause):
    def fail(*args, **kwargs):
        raise OperationalError(str(cause)) from cause

    return fail


@pytest.mark.parametrize(("method", "path"), [("POST", "experiments/create"), ("GET", "experiments/get-by-name")])
def test_no_connection_to_be_had(api, monkeypatch, method, path):
    with monkeypatch.context() as patch:  # the test's own end needs the connection
        patch.setattr(connection, "ensure_connection", failing(PoolTimeout("couldn't get a connection after 10 s")))
        response = api.call(method, path, name="a", experiment_name="a")

    assert refusal(response) == (429, "REQUEST_LIMIT_EXCEEDED")
    assert int(response["Retry-After"]) > 0


def test_a_row_that_others_hold_too_long(api, monkeypatch):
    monkeypatch.setattr("experiments.operations.create_experiment", failing(psycopg.errors.LockNotAvailable("held")))

    assert refusal(api.post("experiments/create", name="a")) == (429, "REQUEST_LIMIT_EXCEEDED")


def test_a_search_that_takes_too_long_asks_for_less(api, monkeypatch):
    monkeypatch.setattr("experiments.mlflow.filters.experiments", failing(psycopg.errors.QueryCanceled("too long")))

    assert refusal(api.post("experiments/search", max_results=5)) == (400, "INVALID_PARAMETER_VALUE")


def test_a_connection_lost_in_the_middle_is_no_promise_either_way(api, monkeypatch):
    monkeypatch.setattr("experiments.operations.create_experiment", failing(psycopg.OperationalError("server closed")))

    response = api.post("experiments/create", name="a")

    assert refusal(response) == (503, "TEMPORARILY_UNAVAILABLE")
    assert int(response["Retry-After"]) > 0
