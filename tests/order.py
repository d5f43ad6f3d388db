"""In which order the tests come, where several processes share them."""

from collections.abc import Sequence
from itertools import pairwise

import pytest


def ordered(items: Sequence[pytest.Item], *, processes: int) -> list[pytest.Item]:
    """Each process begins with its share of what is slow, so that none has it left when the others are done; those of
    the whole product together, so that it need not be started by each; those with a browser last (`tests.chromium`).
    """
    slow = sorted((item for item in items if _is(item, "slow") and not _is(item, "browser")), key=_needs_product)
    quick = [item for item in items if not _is(item, "slow") and not _is(item, "browser")]
    with_browser = [item for item in items if _is(item, "browser")]
    shares = zip(_shares(slow, processes), _shares(quick, processes), strict=True)
    return [item for share in shares for part in share for item in part] + with_browser


def _is(item: pytest.Item, marker: str) -> bool:
    return item.get_closest_marker(marker) is not None


def _needs_product(item: pytest.Item) -> bool:
    return "product" in getattr(item, "fixturenames", ())


def _shares(items: Sequence[pytest.Item], count: int) -> list[Sequence[pytest.Item]]:
    ends = [len(items) * number // count for number in range(count + 1)]
    return [items[begin:end] for begin, end in pairwise(ends)]
