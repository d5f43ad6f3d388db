"""Measures the promised figures on this machine and prints them as a table. `make bench`, or with names of figures.

Times are of a machine that does other things too: compare ratios, and runs side by side.
"""

import sys
from collections.abc import Callable

from benchmarks import (
    board,
    drag,
    first_page,
    inbox,
    jobs,
    ledger,
    live,
    pages,
    policies,
    portfolio,
    scoping,
    search,
    sockets,
    start,
    stock,
    tracking,
)
from benchmarks.table import Figure, show

FIGURES: dict[str, Callable[[], list[Figure]]] = {
    "start": start.measure,
    "live": live.measure,
    "sockets": sockets.measure,
    "drag": drag.measure,
    "pages": pages.measure,
    "first_page": first_page.measure,
    "jobs": jobs.measure,
    "tracking": tracking.measure,
    "stock": stock.measure,
    "scoping": scoping.measure,
    "ledger": ledger.measure,
    "portfolio": portfolio.measure,
    "board": board.measure,
    "inbox": inbox.measure,
    "policies": policies.measure,
    "search": search.measure,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in FIGURES]
    if unknown:
        print(f"There is no figure called {', '.join(unknown)}: choose of {', '.join(FIGURES)}", file=sys.stderr)
        return 2
    figures = []
    for name in names or FIGURES:
        print(f"measuring {name} ...", flush=True)
        figures += FIGURES[name]()
    print(show(figures))
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
