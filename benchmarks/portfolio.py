"""The portfolio of five hundred projects, each with a scope, risks, a light and a tier."""

import json
import os
import resource
import sys
import time

import django

from benchmarks.table import Figure, percentile
from tests.product import PASSWORD, Product

PROJECTS, VISITS = 500, 40
SETTLE_S = 120


def measure() -> list[Figure]:
    with Product() as product:
        product.person("bench", admin=True)
        found = json.loads(product._run("-m", "benchmarks.portfolio").splitlines()[-1])
    how = f"{PROJECTS} projects, 5 risks each, {VISITS} visits in one process beside the running service"
    return [
        Figure("portfolio, server time, p95", percentile(found["wall"], 0.95) * 1000, 150, "ms", how),
        Figure(
            "the same, CPU of the server without its database, median",
            percentile(found["cpu"], 0.5) * 1000,
            150,
            "ms",
            how,
        ),
        Figure("as of a past day, p95", percentile(found["past"], 0.95) * 1000, 150, "ms", how),
    ]


def main() -> int:
    """In a process of its own, with the settings of the product that was started."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.test import Client  # noqa: PLC0415 (settings are there only now)

    _fill()
    _settle()
    client = Client()
    assert client.login(username="bench", password=PASSWORD)
    wall, cpu = _visits(client, "/")
    past, _ = _visits(client, "/?as_of=2026-01-01")
    print(json.dumps({"wall": wall, "cpu": cpu, "past": past}))
    return 0


def _settle() -> None:
    """Until the service beside has done with what was filled in: its work is not the portfolio's."""
    from core.enums import DeliveryState  # noqa: PLC0415 (settings are there only now)
    from core.models import Delivery  # noqa: PLC0415 (settings are there only now)

    deadline = time.monotonic() + SETTLE_S
    while Delivery.objects.filter(state=DeliveryState.PENDING).exists() and time.monotonic() < deadline:
        time.sleep(0.5)


def _visits(client: object, path: str) -> tuple[list[float], list[float]]:
    wall, cpu = [], []
    for _ in range(VISITS + 5):
        began, used = time.perf_counter(), _cpu()
        assert client.get(path, headers={"host": "localhost"}).status_code == 200  # type: ignore[attr-defined]
        wall.append(time.perf_counter() - began)
        cpu.append(_cpu() - used)
    return wall[5:], cpu[5:]


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _fill() -> None:
    from core.models import User  # noqa: PLC0415 (settings are there only now)
    from projects import operations  # noqa: PLC0415 (settings are there only now)
    from projects.models import Project, Scope  # noqa: PLC0415 (settings are there only now)
    from tests.factories import now  # noqa: PLC0415 (settings are there only now)
    from tests.projects.factories import make_risk  # noqa: PLC0415 (settings are there only now)

    by = User.objects.get(username="bench")
    for number in range(PROJECTS):
        project = operations.create_project(key=f"B{number}", name=f"Project {number}", purpose="", by=by, now=now())
        Scope.objects.filter(project=project).update(
            benefit_low=1000 * number,
            benefit_high=3000 * number,
            cost_low=100 * number,
            cost_high=90_000 + 500 * number,
        )
        for one in range(5):
            title, likelihood, impact = f"What may go wrong {one}", 1 + (number + one) % 5, 1 + (number * one) % 5
            make_risk(project, title=title, likelihood=likelihood, impact=impact)
        light = ("green", "amber", "red")[number % 3]
        operations.set_health(project=project, light=light, note="As the owner sees it", by=by, now=now())
    Project.objects.filter(key__startswith="B").update(created_at="2025-01-01T00:00:00Z")


if __name__ == "__main__":
    sys.exit(main())
