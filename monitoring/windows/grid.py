"""A window begins at a multiple of its length since 1970, whenever its check runs: a second run gives the same ones."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# A prediction is stamped before it is committed: a window is looked at only when this long over.
GRACE = timedelta(seconds=3)


def floor(moment: datetime, *, seconds: int) -> datetime:
    """The last boundary at or before the moment."""
    return EPOCH + (moment - EPOCH) // timedelta(seconds=seconds) * timedelta(seconds=seconds)


def ceil(moment: datetime, *, seconds: int) -> datetime:
    """The first boundary at or after the moment."""
    before = floor(moment, seconds=seconds)
    return before if before == moment else before + timedelta(seconds=seconds)


def checkable_until(now: datetime, *, seconds: int) -> datetime:
    """The end of the last window in which nothing can still arrive."""
    return floor(now - GRACE, seconds=seconds)
