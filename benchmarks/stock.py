"""The same calls to this product and to a stock `mlflow server`, side by side in one run: what we cost of what it does.

Both keep their data in the same PostgreSQL cluster, in a database each, so the settings of the database are the same.
What the database does for nobody in particular is counted to whichever is measured.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import psycopg
import requests

from benchmarks.table import Figure
from benchmarks.tracking import KEY, Bench, Target, of_product
from core.embedded import default_urls
from tests.product import Product, free_port

START_S = 300
# What was promised of stock's CPU for each of the figures of `Bench.logging`.
SHARES = (1.2 / 12.7, 20 / 230, 6 / 66, 35 / 371)


def measure() -> list[Figure]:
    with Product() as product:
        caller = product.caller(product.person("bench", admin=True))
        caller.post("/projects", key=KEY, name="Benchmark")
        ours = Bench(of_product(product, caller.token)).logging()
        with serving(product) as target:
            theirs = Bench(target).logging()
    return [_share(*pair) for pair in zip(ours, theirs, SHARES, strict=True)]


def _share(ours: Figure, theirs: Figure, limit: float) -> Figure:
    how = f"{ours.value:.3g} of {theirs.value:.4g} ms CPU; {ours.how}, stock {theirs.how}"
    return Figure(f"{ours.name}: share of stock's", ours.value / theirs.value, limit, "", how)


@contextlib.contextmanager
def serving(product: Product) -> Iterator[Target]:
    """A stock server as `mlflow server` starts it, on a database of its own in the product's cluster."""
    url = default_urls(product.data)["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as one:
        one.execute("CREATE DATABASE stock")
    port = free_port()
    store = url.replace("postgresql://", "postgresql+psycopg://").replace("/throughline?", "/stock?")
    command = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", store, "--port", str(port)]
    log = product.data / "stock.log"
    with log.open("wb") as output:
        given = os.environ | {"MLFLOW_DISABLE_TELEMETRY": "true"}
        process = subprocess.Popen(
            command, cwd=product.data, env=given, stdout=output, stderr=output, start_new_session=True
        )
    try:
        _wait(process, port, log.read_text)
        target = Target(port, "", "none", lambda: [process.pid, product.pid("database")])
        _settle(target)
        yield target
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int, said: Callable[[], str]) -> None:
    """Until it answers. Raises RuntimeError."""
    deadline = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(requests.RequestException):
            if requests.get(f"http://127.0.0.1:{port}/health", timeout=2).ok:
                return
        time.sleep(0.2)
    raise RuntimeError(f"the stock server did not start:\n{said()[-3000:]}")


def _settle(target: Target) -> None:
    """Until its workers have done with starting: below a tenth of a processor for two seconds."""
    deadline, quiet = time.monotonic() + START_S, 0
    while quiet < 2 and time.monotonic() < deadline:
        before = target.cpu_ms()
        time.sleep(1)
        quiet = quiet + 1 if target.cpu_ms() - before < 100 else 0
