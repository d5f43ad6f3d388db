"""What a running server says while others hold the rows that a call needs, and what its callers leave behind."""

import json
import socket
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
import pytest
import requests
from django.db import connection

from experiments.models import Run
from models_registry.models import RegisteredModel
from projects.roles import Role
from tests.factories import make_member, make_project
from tests.mlflow.door import Mlflow, token_of
from tests.mlflow.live import database_url, serving

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

RUN = "{run}"
WRITES = {
    "runs/log-metric": {"run_id": RUN, "key": "loss", "value": 1, "timestamp": 1, "step": 1},
    "runs/log-batch": {
        "run_id": RUN,
        "metrics": [{"key": "new", "value": 1, "timestamp": 1}],
        "params": [{"key": "depth", "value": "3"}],
    },
    "runs/log-parameter": {"run_id": RUN, "key": "depth", "value": "3"},
    "runs/set-tag": {"run_id": RUN, "key": "team", "value": "fraud"},
    "runs/delete-tag": {"run_id": RUN, "key": "kind"},
    "runs/create": {"experiment_id": "{experiment}", "run_name": "late"},
    "runs/update": {"run_id": RUN, "status": "FINISHED", "end_time": 2},
    "runs/delete": {"run_id": RUN},
    "experiments/update": {"experiment_id": "{experiment}", "new_name": "late"},
    "registered-models/set-tag": {"name": "scores", "key": "a", "value": "b"},
    "registered-models/create": {"name": "late"},
}
ROWS = [
    "SELECT FROM core_stream FOR UPDATE",
    "SELECT FROM experiments_experiment FOR UPDATE",
    "SELECT FROM experiments_run FOR UPDATE",
    "SELECT FROM experiments_latestmetric FOR UPDATE",
    "SELECT FROM models_registry_registeredmodel FOR UPDATE",
]
TABLES = ["LOCK TABLE experiments_run, experiments_metricpoint, experiments_experiment IN ACCESS EXCLUSIVE MODE"]
READS = {
    "runs/search": {"experiment_ids": ["{experiment}"], "filter": "metrics.loss > 0"},
    "experiments/search": {"max_results": 5},
}


class Caller:
    """One of the project's, with a run that has a metric and a tag."""

    def __init__(self):
        self.project = make_project()
        self.token = token_of(make_member(self.project, Role.DATA_SCIENTIST))
        api = Mlflow(project=self.project, token=self.token)
        self.experiment = api.experiment()
        self.run_id = api.run(self.experiment, tags=[{"key": "kind", "value": "x"}])["info"]["run_id"]
        api.ok("POST", "runs/log-metric", run_id=self.run_id, key="loss", value=2, timestamp=1, step=0)
        api.ok("POST", "registered-models/create", name="scores")

    def filled(self, body):
        text = json.dumps(body).replace("{run}", self.run_id).replace("{experiment}", self.experiment)
        return text.encode()

    def request(self, server, path, body):
        address = urlsplit(f"{server}/p/{self.project.key}/api/2.0/mlflow/{path}")
        content = self.filled(body)
        head = f"POST {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {self.token}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        return head.encode() + content

    def post(self, server, path, body):
        return requests.post(
            f"{server}/p/{self.project.key}/api/2.0/mlflow/{path}",
            data=self.filled(body),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
            timeout=30,
        )


@pytest.fixture
def caller():
    return Caller()


@contextmanager
def held(statements):
    """Somebody else's transaction that holds these rows or tables."""
    with psycopg.connect(database_url()) as other:
        for statement in statements:
            other.execute(statement)
        yield other.info.backend_pid
        other.rollback()


def said(answer):
    return answer.status_code, answer.json().get("error_code")


@pytest.mark.parametrize("limit", ["LOCK_TIMEOUT_MS", "STATEMENT_TIMEOUT_MS"])
def test_rows_that_others_hold(caller, limit):
    before = list(Run.objects.values())
    with serving(**({"LOCK_TIMEOUT_MS": "60000"} | {limit: "1000"})) as server:
        with held(ROWS):
            refused = {path: caller.post(server, path, body) for path, body in WRITES.items()}
        left = list(Run.objects.values())
        accepted = {path: caller.post(server, path, body).status_code for path, body in WRITES.items()}

    assert {path: said(answer) for path, answer in refused.items()} == dict.fromkeys(
        WRITES, (429, "REQUEST_LIMIT_EXCEEDED")
    )
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused.values())
    assert left == before
    assert set(accepted.values()) == {200}
    assert list(RegisteredModel.objects.order_by("name").values_list("name", "tags")) == [
        ("late", {}),
        ("scores", {"a": "b"}),
    ]


def test_reading_what_others_hold_asks_for_less(caller):
    with serving(LOCK_TIMEOUT_MS="60000", STATEMENT_TIMEOUT_MS="1000") as server, held(TABLES):
        answers = {path: caller.post(server, path, body) for path, body in READS.items()}

    assert {path: said(answer) for path, answer in answers.items()} == dict.fromkeys(
        READS, (400, "INVALID_PARAMETER_VALUE")
    )


@pytest.mark.parametrize(("path", "limit"), [("runs/search", "60000"), ("experiments/search", "2000")])
def test_a_caller_who_goes_away_leaves_no_statement_behind(caller, path, limit):
    """A search of runs is given up at once; what goes by Django's threads ends at its statement's limit."""
    with serving(LOCK_TIMEOUT_MS="60000", STATEMENT_TIMEOUT_MS=limit) as server, held(TABLES) as other:
        address = urlsplit(server)
        with socket.create_connection((address.hostname, address.port)) as line:
            line.sendall(caller.request(server, path, READS[path]))
            until(lambda: waiting(other) == 1)

        until(lambda: waiting(other) == 0)


def waiting(other):
    """How many statements wait for what `other` holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))", [other])
        return cursor.fetchone()[0]


def until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
