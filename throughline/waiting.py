"""Waiting for what the server does, by asking again."""

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from throughline.errors import Away, TookTooLong

T = TypeVar("T")

# A server that is started again, or a network that is away, is waited for this long.
PATIENCE_S = 120.0
FIRST_S, LONGEST_S = 0.25, 2.0


def each(ask: Callable[[], T], *, timeout: float | None, what: str) -> Iterator[T]:
    """What `ask` answers, again and again and more and more slowly; whoever has seen enough stops.

    Raises TookTooLong after `timeout` seconds, and Away when the server has been away for two minutes.
    """
    began, pause = time.monotonic(), FIRST_S
    for answer in _patiently(ask):
        yield from answer
        if timeout is not None and time.monotonic() - began + pause > timeout:
            raise TookTooLong(f"{what} has not ended within {timeout:g} s. It goes on; ask again later.")
        time.sleep(pause)
        pause = min(pause * 1.3, LONGEST_S)


def follow(ask: Callable[[], T], *, every: float, timeout: float | None, what: str) -> Iterator[T]:
    """What `ask` answers, every so many seconds, without end. Raises TookTooLong and Away as `each` does."""
    began = time.monotonic()
    for answer in _patiently(ask):
        yield from answer
        if timeout is not None and time.monotonic() - began + every > timeout:
            raise TookTooLong(f"{what} was watched for {timeout:g} s.")
        time.sleep(every)


def _patiently(ask: Callable[[], T]) -> Iterator[tuple[T] | tuple[()]]:
    """One answer at a time, or none while the server is away."""
    answered = time.monotonic()
    while True:
        try:
            found = ask()
        except Away:
            if time.monotonic() - answered > PATIENCE_S:
                raise
            yield ()
        else:
            answered = time.monotonic()
            yield (found,)
