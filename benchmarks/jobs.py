"""A hundred jobs while the worker is killed ten times: a hundred results, none twice."""

import random
import time
from collections import Counter

from benchmarks.table import Figure
from tests.product import Caller, Product

JOBS = 100
KILLS = 10
LATEST_S = 6
SEED = 7
LEASE_S = "5"


def measure() -> list[Figure]:
    with Product(JOB_LEASE_SECONDS=LEASE_S) as product:
        caller = product.caller(product.person("bench", admin=True))
        caller.post("/projects", key="BEN", name="Benchmark")
        for number in range(JOBS):
            rows = "".join(f"{row},{row * number}\n" for row in range(200))
            caller.upload("/projects/BEN/datasets", "rows.csv", f"a,b\n{rows}".encode(), name=f"data-{number}")
        killed = _kill_the_worker(product, KILLS)
        began = time.monotonic()
        results = _results(caller)
    waited = time.monotonic() - began
    how = f"{JOBS} profiles, {killed} times kill -9, lease {LEASE_S} s, {waited:.0f} s after the last kill"
    return [
        Figure("jobs without a result", float(JOBS - len(results)), 0, "", how),
        Figure("jobs with two results", float(sum(count > 1 for count in results.values())), 0, "", how),
        Figure("kills that missed", float(KILLS - killed), 0, "", "the worker had to be running to be killed"),
    ]


def _kill_the_worker(product: Product, times: int) -> int:
    """kill -9 while a child of it works, some seconds in. Returns how often that was."""
    draw = random.Random(SEED)
    for killed in range(times):
        try:
            product.pid("child")
        except RuntimeError:  # all the work is done
            return killed
        time.sleep(draw.uniform(0, LATEST_S))
        product.kill("worker")
    return times


def _results(caller: Caller) -> Counter[str]:
    """Datasets by how often their profile was recorded, read from the log of events."""
    deadline = time.monotonic() + 240
    while True:
        found: Counter[str] = Counter()
        after = 0
        while batch := caller.get("/projects/BEN/events", after=after)["results"]:
            after = batch[-1]["seq"]
            found.update(e["subject"]["id"] for e in batch if e["type"] == "dataset_version.profiled")
        if len(found) >= JOBS or time.monotonic() > deadline:
            return found
        time.sleep(2)
