"""What MLflow clients cost: CPU of the web process and the database together, for each operation.

Closed loops of threads, each with its own run and one connection kept open. Every loop is read back: an acknowledged
point that is not there, or there twice, or otherwise, fails the measurement. The idle polling of the other parts is in
the database's figures, as it is in life.
"""

import http.client
import json
import os
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from benchmarks.table import Figure
from core.embedded import default_urls
from tests.product import Product, descendants

SECONDS = float(os.environ.get("BENCH_SECONDS", "5"))
CLIENTS = 8
IDLE_S = 2  # servers close what idles for longer, stock after five seconds
KEY = "BNC"
PAGE = 100
METRICS = ("auc", "loss", "acc", "f1", "train_s")


def measure() -> list[Figure]:
    with Product() as product:
        caller = product.caller(product.person("bench", admin=True))
        caller.post("/projects", key=KEY, name="Benchmark")
        bench = Bench(of_product(product, caller.token))
        small, large = Loaded(product, 10_000), Loaded(product, 100_000)
        return [
            bench.search(small, limit=12),
            bench.search(large, limit=15),
            bench.search(large, limit=60, pages=5),
            bench.alias(limit=1.5),
            *bench.logging(),
            bench.history(large, points=1_000_000, limit=60),
        ]


@dataclass(frozen=True)
class Target:
    """A server that speaks MLflow's protocol: where, and the processes (with all below them) that it costs."""

    port: int
    prefix: str
    token: str
    pids: Callable[[], list[int]]

    def cpu_ms(self) -> float:
        return sum(cpu_ms(pid) for root in self.pids() for pid in (root, *descendants(root)))


def of_product(product: Product, token: str) -> Target:
    """Its web process and its database."""
    return Target(product.port, f"/p/{KEY}", token, lambda: [product.pid("web"), product.pid("database")])


class Client:
    """One connection that is kept open."""

    def __init__(self, target: Target) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", target.port, timeout=60)
        self._prefix, self._used = target.prefix, 0.0
        self._headers = {"Authorization": f"Bearer {target.token}", "Content-Type": "application/json"}

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        given = json.dumps(body) if body is not None else None
        return self._ask(method, f"mlflow/{path}", given)

    def upload(self, run: dict[str, Any], path: str, content: str) -> None:
        root = run["info"]["artifact_uri"].removeprefix("mlflow-artifacts:/")
        self._ask("PUT", f"mlflow-artifacts/artifacts/{root}/{path}", content)

    def _ask(self, method: str, path: str, given: str | None) -> dict[str, Any]:
        if time.monotonic() > self._used + IDLE_S:
            self._connection.close()  # the next request opens it again
        self._connection.request(method, f"{self._prefix}/api/2.0/{path}", given, self._headers)
        response = self._connection.getresponse()
        content = response.read()
        self._used = time.monotonic()
        if response.status != 200:
            raise RuntimeError(f"{path}: {response.status} {content[:300]!r}")
        return json.loads(content or b"{}")

    def begin(self, experiment: str) -> str:
        asked = {"experiment_id": experiment, "start_time": int(time.time() * 1000)}
        return self.call("POST", "runs/create", asked)["run"]["info"]["run_id"]

    def history(self, run_id: str, key: str) -> list[tuple[int, float]]:
        found, token = [], ""
        while True:
            path = f"metrics/get-history?run_id={run_id}&metric_key={key}&max_results=25000&page_token={token}"
            page = self.call("GET", path)
            found += [(point["step"], point["value"]) for point in page["metrics"]]
            token = page.get("next_page_token", "").replace("=", "%3D").replace("+", "%2B")
            if not token:
                return found


Work = Callable[[Client, str, int], None]


class Bench:
    def __init__(self, target: Target) -> None:
        self._target = target
        self._experiment = self._client().call("POST", "experiments/create", {"name": "logging"})["experiment_id"]

    def _client(self) -> Client:
        return Client(self._target)

    def logging(self) -> list[Figure]:
        return [
            self._figure("log-metric, one a request", 1.2, one_metric, check=one_each),
            self._figure("log-batch of 1,000 metrics", 20, thousand_metrics, check=thousand_each),
            self._figure("log-batch of 100 params and 100 tags", 6, texts, fresh=True),
            self._figure("a run of 27 requests", 35, self._whole_run),
        ]

    def search(self, loaded: "Loaded", *, limit: float, pages: int = 1) -> Figure:
        asked: dict[str, Any] = {
            "experiment_ids": [str(loaded.experiment)],
            "filter": "metrics.auc > 0.9 and params.model = 'gb'",
            "order_by": ["metrics.auc DESC"],
            "max_results": PAGE,
        }

        def search(client: Client, run_id: str, number: int) -> None:
            found: list[str] = []
            token: dict[str, str] = {}
            for _ in range(pages):
                page = client.call("POST", "runs/search", asked | token)
                found += [run["info"]["run_name"] for run in page["runs"]]
                token = {"page_token": page["next_page_token"]}
            if found != loaded.best[: PAGE * pages]:
                raise RuntimeError(f"a search of {loaded.count} runs answered wrongly")

        said = "run search, filtered and ordered" if pages == 1 else f"{pages} pages of {PAGE}"
        return self._figure(f"{said}, in {loaded.count:,} runs", limit, search)

    def history(self, loaded: "Loaded", *, points: int, limit: float) -> Figure:
        measured = loaded.measure_long(points)
        asked = f"metrics/get-history-bulk-interval?run_ids={measured}&metric_key={METRICS[0]}&max_results=320"

        def history(client: Client, run_id: str, number: int) -> None:
            found = client.call("GET", asked)["metrics"]
            if (found[0]["step"], found[-1]["step"], len(found)) != (0, points - 1, 320):
                raise RuntimeError("the samples of a long history are others")

        return self._figure(f"320 samples of {points:,} points", limit, history)

    def alias(self, *, limit: float) -> Figure:
        client = self._client()
        client.call("POST", "registered-models/create", {"name": "model"})
        run_id = client.begin(self._experiment)
        client.upload(client.call("GET", f"runs/get?run_id={run_id}")["run"], "model/MLmodel", "flavors: {}\n")
        source = {"name": "model", "source": f"runs:/{run_id}/model", "run_id": run_id}
        version = client.call("POST", "model-versions/create", source)["model_version"]["version"]
        client.call("POST", "registered-models/alias", {"name": "model", "alias": "best", "version": version})

        def alias(client: Client, run_id: str, number: int) -> None:
            found = client.call("GET", "registered-models/alias?name=model&alias=best")
            if found["model_version"]["version"] != version:
                raise RuntimeError("the alias names another version")

        return self._figure("a version by its alias", limit, alias)

    def _whole_run(self, client: Client, run_id: str, number: int) -> None:
        """Create, 10 params, 10 metrics, 5 tags, end."""
        made = client.begin(self._experiment)
        for one in range(10):
            client.call("POST", "runs/log-parameter", {"run_id": made, "key": f"p{one}", "value": str(one)})
            one_metric(client, made, one)
        for one in range(5):
            client.call("POST", "runs/set-tag", {"run_id": made, "key": f"t{one}", "value": str(one)})
        ended = {"run_id": made, "status": "FINISHED", "end_time": int(time.time() * 1000)}
        client.call("POST", "runs/update", ended)

    def _figure(
        self,
        name: str,
        limit: float,
        work: Work,
        *,
        fresh: bool = False,
        check: Callable[[Client, str, int], bool] | None = None,
    ) -> Figure:
        clients = [self._client() for _ in range(CLIENTS)]
        runs = [client.begin(self._experiment) for client in clients]
        for client, run_id in zip(clients, runs, strict=True):
            work(client, client.begin(self._experiment) if fresh else run_id, 0)  # warm
        before, began = self._target.cpu_ms(), time.monotonic()
        with ThreadPoolExecutor(CLIENTS) as pool:
            loops = [pool.submit(self._loop, work, *pair, fresh) for pair in zip(clients, runs, strict=True)]
            counts = [loop.result() for loop in loops]
        spent, seconds = self._target.cpu_ms() - before, time.monotonic() - began
        if check and not all(check(*one) for one in zip(clients, runs, counts, strict=True)):
            raise RuntimeError(f"{name}: what was acknowledged is not what is stored")
        done = sum(counts)
        return Figure(name, spent / done, limit, "ms CPU", f"{CLIENTS} clients, {done / seconds:.0f} a second")

    def _loop(self, work: Work, client: Client, run_id: str, fresh: bool) -> int:
        number, until = 0, time.monotonic() + SECONDS
        while time.monotonic() < until:
            number += 1
            work(client, client.begin(self._experiment) if fresh else run_id, number)
        return number


def cpu_ms(pid: int) -> float:
    """User and system time, that of children that ended included."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) * 1000 / os.sysconf("SC_CLK_TCK")


def one_metric(client: Client, run_id: str, number: int) -> None:
    point = {"run_id": run_id, "key": "loss", "value": number / 8, "timestamp": 1_700_000_000_000, "step": number}
    client.call("POST", "runs/log-metric", point)


def one_each(client: Client, run_id: str, count: int) -> bool:
    return client.history(run_id, "loss") == [(number, number / 8) for number in range(count + 1)]


def thousand_metrics(client: Client, run_id: str, number: int) -> None:
    steps = range(number * 100, number * 100 + 100)
    metrics = [
        {"key": f"m{key}", "value": step + key / 16, "timestamp": 1_700_000_000_000 + step, "step": step}
        for key in range(10)
        for step in steps
    ]
    client.call("POST", "runs/log-batch", {"run_id": run_id, "metrics": metrics})


def thousand_each(client: Client, run_id: str, count: int) -> bool:
    steps = range((count + 1) * 100)
    return all(client.history(run_id, f"m{key}") == [(one, one + key / 16) for one in steps] for key in range(10))


def texts(client: Client, run_id: str, number: int) -> None:
    pairs = [{"key": f"k{one:03d}", "value": f"value-{one}-{number}"} for one in range(100)]
    client.call("POST", "runs/log-batch", {"run_id": run_id, "params": pairs, "tags": pairs})


class Loaded:
    """An experiment of so many finished runs, written by COPY. `best` are the names that the search must find."""

    def __init__(self, product: Product, count: int) -> None:
        self.count, self._database = count, default_urls(product.data)["DATABASE_URL"]
        draw, began = random.Random(count), datetime(2025, 1, 1, tzinfo=UTC)
        rows = []
        for number in range(count):
            params = {"model": draw.choice(("gb", "rf", "nn", "svm")), "seed": str(number)}
            metrics = {name: draw.random() for name in METRICS}
            rows.append((f"run-{number}", params, metrics, began + timedelta(seconds=number)))
        with psycopg.connect(self._database) as one:
            self.experiment = _copy(one, count, rows)
            one.commit()
            one.autocommit = True
            one.execute("VACUUM ANALYZE experiments_run, experiments_latestmetric, experiments_metricname")
        fitting = [row for row in rows if row[1]["model"] == "gb" and row[2]["auc"] > 0.9]
        self.best = [row[0] for row in sorted(fitting, key=lambda row: -row[2]["auc"])]

    def measure_long(self, points: int) -> str:
        """Give one of the runs a long history of the first metric; its id."""
        with psycopg.connect(self._database) as one:
            pk, run_id = one.execute(
                "SELECT id, run_id FROM experiments_run WHERE experiment_id = %s LIMIT 1", [self.experiment]
            ).fetchone() or (0, "")
            [key] = one.execute("SELECT id FROM experiments_metricname WHERE name = %s", METRICS[:1]).fetchone() or (0,)
            columns = "run_id, key_id, step, timestamp_ms, value"
            with one.cursor().copy(f"COPY experiments_metricpoint ({columns}) FROM STDIN") as copy:
                for step in range(points):
                    copy.write_row((pk, key, step, 1_700_000_000_000 + step, 1 / (step + 1)))
            one.commit()
            one.autocommit = True
            one.execute("VACUUM ANALYZE experiments_metricpoint")
        return str(run_id)


def _copy(one: psycopg.Connection[Any], count: int, rows: list[tuple[Any, ...]]) -> int:
    found = one.execute(
        "INSERT INTO experiments_experiment (project_id, name, tags, lifecycle, created_at, updated_at)"
        " SELECT stream_id, %s, '{}', 'active', now(), now() FROM projects_project WHERE key = %s"
        " RETURNING id, project_id",
        [f"search-{count}", KEY],
    ).fetchone()
    assert found
    experiment, project = found
    one.execute(
        "INSERT INTO experiments_metricname (name) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", [list(METRICS)]
    )
    keys = dict(one.execute("SELECT name, id FROM experiments_metricname").fetchall())
    sequence = "pg_get_serial_sequence('experiments_run', 'id')"
    first = one.execute(f"SELECT nextval({sequence})").fetchone()[0]  # type: ignore[index]
    one.execute(f"SELECT setval({sequence}, %s)", [first + count])
    columns = (
        "id, project_id, experiment_id, run_id, name, source, status, lifecycle, params, tags, started_at, ended_at"
    )
    with one.cursor().copy(f"COPY experiments_run ({columns}) FROM STDIN") as copy:
        for number, (name, params, _, at) in enumerate(rows):
            fixed = ("mlflow", "FINISHED", "active")
            copy.write_row(
                (
                    first + number,
                    project,
                    experiment,
                    f"{count:012x}{number:020x}",
                    name,
                    *fixed,
                    Jsonb(params),
                    Jsonb({}),
                    at,
                    at,
                )
            )
    columns = "run_id, key_id, experiment_id, step, timestamp_ms, value"
    with one.cursor().copy(f"COPY experiments_latestmetric ({columns}) FROM STDIN") as copy:
        for number, (_, _, metrics, _) in enumerate(rows):
            for name, value in metrics.items():
                copy.write_row((first + number, keys[name], experiment, 0, 1_700_000_000_000, value))
    return experiment
