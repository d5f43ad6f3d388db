"""The overview of a project with 500 items and 200 runs, beside one with five of each."""

import time

import requests

from benchmarks.table import Figure, percentile
from tests.product import PASSWORD, Caller, Product

VISITS = 60


def measure() -> list[Figure]:
    with Product() as product:
        caller = product.caller(product.person("bench", admin=True))
        fill(product, caller, "SML", items=5, runs=5)
        fill(product, caller, "BIG", items=500, runs=200)
        session = signed_in(product, "bench")
        small = _visits(session, f"{product.url}/p/SML/")
        big = _visits(session, f"{product.url}/p/BIG/")
    ratio = percentile(big, 0.5) / percentile(small, 0.5)
    return [
        Figure(
            "overview, 500 items and 200 runs, p95",
            percentile(big, 0.95) * 1000,
            100,
            "ms",
            f"{VISITS} visits, whole answer",
        ),
        Figure("the same against 5 items and 5 runs", ratio, 1.5, "x", "medians, side by side in one run"),
    ]


def fill(product: Product, caller: Caller, key: str, *, items: int, runs: int) -> None:
    caller.post("/projects", key=key, name=f"Benchmark {key}")
    sprint = caller.post(
        f"/projects/{key}/sprints",
        goal="Measure",
        start_date=time.strftime("%Y-%m-01"),
        end_date=time.strftime("%Y-%m-28"),
    )
    caller.post(f"/projects/{key}/sprints/{sprint['number']}/start")
    for number in range(items):
        caller.post(f"/projects/{key}/items", title=f"Item {number}", sprint=sprint["number"], points=number % 8)
    tracking = f"{product.url}/p/{key}/api/2.0/mlflow"
    made = caller.session.post(f"{tracking}/experiments/create", json={"name": "bench"}, timeout=30).json()
    for number in range(runs):
        body = {
            "experiment_id": made["experiment_id"],
            "run_name": f"run {number}",
            "start_time": int(time.time() * 1000),
        }
        caller.session.post(f"{tracking}/runs/create", json=body, timeout=30).raise_for_status()


def signed_in(product: Product, username: str) -> requests.Session:
    session = requests.Session()
    session.get(f"{product.url}/sign-in/", timeout=30)
    form = {"username": username, "password": PASSWORD, "csrfmiddlewaretoken": session.cookies["csrftoken"]}
    session.post(f"{product.url}/sign-in/", data=form, timeout=30).raise_for_status()
    return session


def _visits(session: requests.Session, url: str) -> list[float]:
    times = []
    for _ in range(VISITS):
        response = session.get(url, timeout=30)
        response.raise_for_status()
        times.append(response.elapsed.total_seconds())
    return times[5:]
