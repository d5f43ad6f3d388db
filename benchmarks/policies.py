"""Trying a policy on the last thousand gates that were passed: read from the database, decided, told."""

import dataclasses
import json
import os
import sys
import time
from datetime import UTC, datetime
from typing import Any

import django

from benchmarks.table import Figure
from tests.product import Product

PROJECTS = 250


def measure() -> list[Figure]:
    with Product() as product:
        found = json.loads(product._run("-m", "benchmarks.policies").splitlines()[-1])
    assert found["tried"] == 4 * PROJECTS, found
    how = f"{found['facts']} facts kept with each, the strict policy, reading included; it stops {found['blocked']}"
    return [Figure("policy tried on 1,000 past decisions", found["seconds"], 2, "s", how)]


def main() -> int:
    """In a process of its own, with the settings of the product that was started."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from projects import policies, queries  # noqa: PLC0415 (models are there only now)
    from projects.history import simulate  # noqa: PLC0415 (settings are there only now)

    admin, facts = _fill()
    pack = dataclasses.replace(policies.read(policies.active_version(policies.STRICT)), tiers=())
    began = time.perf_counter()
    found = simulate(pack, queries.visible_decisions(admin))
    took = time.perf_counter() - began
    told = {"tried": len(found.past), "seconds": took, "facts": facts, "blocked": len(found.blocked)}
    print(json.dumps(told))
    return 0


def _fill() -> tuple[Any, int]:
    """Projects that passed every gate, each with what a real assessment keeps."""
    from core.models import User  # noqa: PLC0415 (settings are there only now)
    from projects import facts, gates, operations  # noqa: PLC0415 (settings are there only now)
    from projects.enums import Gate  # noqa: PLC0415 (settings are there only now)
    from projects.models import GateDecision, GateEvaluation  # noqa: PLC0415 (settings are there only now)

    now = datetime.now(UTC)
    admin = User.objects.create_user(username="bench", password="bench", is_superuser=True)
    kept = 0
    for number in range(PROJECTS):
        project = operations.create_project(key=f"B{number}", name="Bench", purpose="", by=admin, now=now)
        readings = facts.collect(project, facts.known_facts())
        kept = len(readings)
        assessment = gates.assess(project)
        assert assessment is not None
        for gate in Gate:
            evaluation = GateEvaluation.objects.create(
                project=project,
                gate=gate,
                policy=assessment.policy,
                facts={name: one.to_json() for name, one in readings.items()},
                findings=[dataclasses.asdict(check) for check in assessment.checks],
                bound=assessment.bound,
                digest=f"{gate}-{number}",
                is_met=True,
                at=now,
            )
            GateDecision.objects.create(
                project=project, gate=gate, evidence=[], evaluation=evaluation, decided_by=admin, decided_at=now
            )
    return admin, kept


if __name__ == "__main__":
    sys.exit(main())
