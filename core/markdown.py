"""Text that Markdown leaves as it is: nothing that people wrote is markup."""

_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>#|"})


def inline(text: str) -> str:
    """The text, with every sign that could begin markup escaped."""
    return text.translate(_MARKS)


def cell(text: str) -> str:
    """The same on one line, for a cell of a table or an entry of a list."""
    return " ".join(inline(text).split())
