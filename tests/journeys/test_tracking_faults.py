"""Web, database and broker are killed in turn while eight clients log: what was acknowledged is there, and no batch is
there by half.

`TRACKING_FAULTS_SECONDS` makes it longer than its half minute; each part is then killed about every ten seconds.
"""

import os
import threading
import time

import pytest
import requests

pytestmark = pytest.mark.slow

CLIENTS = 8
POINTS = 20
SECONDS = float(os.environ.get("TRACKING_FAULTS_SECONDS", "15"))
PARTS = ("web", "database", "broker")
ROUNDS = max(1, round(SECONDS / 30))


class Logging(threading.Thread):
    """Logs numbered batches of POINTS points to a run of its own, each until it is acknowledged.

    Each second batch holds a param and a tag too, which go another way into the database.
    """

    def __init__(self, product, caller, project):
        super().__init__(daemon=True)
        self.address = f"{product.url}/p/{project}/api/2.0/mlflow"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {caller.token}"
        self.sent, self.acknowledged, self.refused, self.is_done = 0, 0, set(), False
        made = self.session.post(f"{self.address}/runs/create", json={"experiment_id": "0"}, timeout=30)
        self.run_id = made.json()["run"]["info"]["run_id"]

    def run(self):
        while not self.is_done:
            self.sent += 1
            while not self.is_logged(self.sent):
                time.sleep(0.1)
                if self.is_done:
                    return
            self.acknowledged += 1

    def is_logged(self, number):
        steps = range(number * POINTS, (number + 1) * POINTS)
        metrics = [{"key": "loss", "value": step / 8, "timestamp": 1, "step": step} for step in steps]
        try:
            pairs = [{"key": f"batch-{number}", "value": str(number)}] if number % 2 else []
            body = {"run_id": self.run_id, "metrics": metrics, "params": pairs, "tags": pairs}
            answer = self.session.post(f"{self.address}/runs/log-batch", json=body, timeout=20)
        except requests.RequestException:
            return False
        if answer.status_code != 200:
            self.refused.add(answer.status_code)
        return answer.status_code == 200

    def stored(self):
        """The points as (step, value), and the numbers of the batches whose param and tag are there."""
        asked = {"run_id": self.run_id, "metric_key": "loss", "max_results": 25000}
        points, token = [], ""
        while True:
            answer = self.session.get(
                f"{self.address}/metrics/get-history", params=asked | {"page_token": token}, timeout=30
            ).json()
            points += [(point["step"], point["value"]) for point in answer["metrics"]]
            if not (token := answer.get("next_page_token", "")):
                break
        run = self.session.get(f"{self.address}/runs/get", params={"run_id": self.run_id}, timeout=30).json()["run"]
        params, tags = ({one["key"]: one["value"] for one in run["data"][kind]} for kind in ("params", "tags"))
        assert params == {key: value for key, value in tags.items() if key.startswith("batch-")}
        return points, {int(value) for value in params.values()}


def test_web_database_and_broker_killed_while_clients_log(product, people, project):
    clients = [Logging(product, people.scientist, project) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for part in PARTS * ROUNDS:
        until_more(clients, SECONDS / len(PARTS) / ROUNDS)
        product.kill(part)
        product.until_ready()
    until_more(clients, 0)
    for client in clients:
        client.is_done = True
    for client in clients:
        client.join(60)
        assert not client.is_alive()

    for client in clients:
        points, told = client.stored()
        steps = [step for step, _ in points]
        assert len(steps) == len(set(steps))
        assert all(value == step / 8 for step, value in points)
        batches = {number: sum(step // POINTS == number for step in steps) for number in {s // POINTS for s in steps}}
        assert set(batches.values()) == {POINTS}
        assert told == {number for number in batches if number % 2}
        assert set(range(1, client.acknowledged + 1)) <= set(batches) <= set(range(1, client.sent + 1))
        assert client.refused <= {429, 503}


def until_more(clients, seconds):
    """Until the time has passed and each client has logged ten batches more."""
    wanted, end = [client.acknowledged + 10 for client in clients], time.monotonic() + seconds
    deadline = end + 90
    while time.monotonic() < end or any(one.acknowledged < many for one, many in zip(clients, wanted, strict=True)):
        assert time.monotonic() < deadline
        time.sleep(0.1)
