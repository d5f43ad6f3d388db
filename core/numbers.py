"""Whole numbers that come as text: in addresses, forms, files. Python reads more as one than anybody means: other
scripts' digits, signs, blanks, underscores, and thousands of digits.
"""

from collections.abc import Iterable

SMALL = 2**31 - 1
"""The most that a number within its project can be."""
BIG = 2**63 - 1
"""The most that the number of a row can be."""


def whole_of(text: str, *, least: int = 0, most: int = SMALL) -> int | None:
    """The number that the text writes in ASCII digits alone; None if it does not, or the number is out of range."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
        return None
    number = int(text)
    return number if least <= number <= most else None


def wholes_of(texts: Iterable[str]) -> list[int]:
    """Of those texts that write one."""
    return [number for number in map(whole_of, texts) if number is not None]
