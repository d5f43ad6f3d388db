"""A document as Markdown."""

from collections.abc import Iterator

from documents.paper.blocks import Block, Facts, Paper, Paragraph, Table, Text

STATES = {"filled": "Filled", "partly": "Partly", "gap": "Gap"}


def written(paper: Paper) -> str:
    """CommonMark with tables."""
    return "\n".join(_lines(paper)).rstrip() + "\n"


def _lines(paper: Paper) -> Iterator[str]:
    yield from (
        f"# {_inline(paper.title)}",
        "",
        f"{_inline(paper.subject)}, {paper.revision}, as of {paper.made_at}.",
        "",
    )
    yield from (_inline(paper.note), "", f"Source: {_inline(paper.source)}", "")
    filled, partly, gaps = (paper.count(state) for state in ("filled", "partly", "gap"))
    yield from (f"{filled} filled, {partly} partly, {gaps} gaps.", "")
    for one in paper.paragraphs:
        yield from _paragraph(one)


def _paragraph(one: Paragraph) -> Iterator[str]:
    yield from (f"## {one.number} {_inline(one.title)}", "")
    cites = f" ({_inline(one.cites)})" if one.cites else ""
    yield from (f"*{STATES[one.state]}*{cites}", "")
    for block in one.blocks:
        yield from (*_block(block), "")
    if one.missing or one.state == "gap":
        yield from (f"> {lacks(one)}", "")


def lacks(one: Paragraph) -> str:
    """A sentence on what is missing, and from whom."""
    what = f"Missing: {', '.join(one.missing)}." if one.missing else "Nothing here can be collected."
    who = f"{one.responsible} ({', '.join(one.people)})" if one.people else f"{one.responsible} (nobody has this role)"
    return f"{what} Answers for it: {who}."


def _block(block: Block) -> Iterator[str]:
    match block:
        case Facts(rows):
            yield from (f"- {_inline(one.label)}: {_inline(one.value)}" for one in rows)
        case Table(head, rows):
            yield f"| {' | '.join(map(_cell, head))} |"
            yield f"|{'---|' * len(head)}"
            yield from (f"| {' | '.join(map(_cell, row))} |" for row in rows)
        case Text(text):
            yield from (_inline(line) for line in text.splitlines())


_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>#|"})


def _inline(text: str) -> str:
    """Text that Markdown leaves as it is."""
    return text.translate(_MARKS)


def _cell(text: str) -> str:
    return " ".join(_inline(text).split())
