from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """As in the children: OpenMP threads that wait for each other on a busy machine cost more than they bring."""
    with threadpool_limits(1):
        yield
