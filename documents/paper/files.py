"""The writers of PDF and Word. Their libraries are loaded when such a file is made: they weigh 20 MB in a process, and
most never make one.
"""

from documents.paper.blocks import Paper


def printed(paper: Paper) -> bytes:
    """A4 as PDF, with the document's name and the page's number below; the same paper gives the same bytes."""
    from documents.paper import printing  # noqa: PLC0415

    return printing.printed(paper)


def for_word(paper: Paper) -> bytes:
    """A4 as a .docx; the same paper gives the same bytes."""
    from documents.paper import word  # noqa: PLC0415

    return word.for_word(paper)
