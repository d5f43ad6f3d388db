"""One drifted window may be chance or a busy hour; several in a row are a change."""

from collections.abc import Sequence


def confirm(history: Sequence[bool | None], *, k: int = 3) -> bool:
    """Whether the last k windows that could be judged all drifted; `history` is oldest first.

    None is a window with too little data: it neither confirms nor clears.
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, not {k}")
    judged = [each for each in history if each is not None]
    return len(judged) >= k and all(judged[-k:])
