"""From the command to ready, and the memory of all processes at rest."""

import os
import time
from pathlib import Path

from benchmarks.table import Figure
from tests.product import Product, descendants

REST_S = 15


def measure() -> list[Figure]:
    product = Product()
    first = product.start()
    time.sleep(REST_S)
    memory = family_memory(os.getpid())
    product.stop()
    second = product.start()
    product.__exit__()
    return [
        Figure("first start to ready", first, 10, "s", "new data directory: makes the cluster and all tables"),
        Figure("second start to ready", second, 10, "s", "the data is there"),
        Figure("memory of all processes at rest", memory, 700, "MB", f"proportional, {REST_S} s after ready"),
    ]


def family_memory(root: int) -> float:
    """Proportional megabytes of everything that descends from `root`, without `root` itself."""
    return sum(_proportional_kb(pid) for pid in descendants(root)) / 1024


def _proportional_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
