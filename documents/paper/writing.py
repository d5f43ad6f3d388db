"""A document as Markdown."""

from collections.abc import Iterator

from core.markdown import cell, inline
from documents.paper.blocks import Block, Facts, Paper, Paragraph, Table, Text

STATES = {"filled": "Filled", "partly": "Partly", "gap": "Gap"}


def written(paper: Paper) -> str:
    """CommonMark with tables."""
    return "\n".join(_lines(paper)).rstrip() + "\n"


def _lines(paper: Paper) -> Iterator[str]:
    yield from (
        f"# {inline(paper.title)}",
        "",
        f"{inline(paper.lead)}.",
        "",
    )
    yield from (inline(paper.note), "", f"Source: {inline(paper.source)}", "")
    yield from (f"{paper.counted}.", "")
    for one in paper.paragraphs:
        yield from _paragraph(one)


def _paragraph(one: Paragraph) -> Iterator[str]:
    yield from (f"## {one.number} {inline(one.title)}", "")
    cites = f" ({inline(one.cites)})" if one.cites else ""
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
            yield from (f"- {inline(one.label)}: {inline(one.value)}" for one in rows)
        case Table(head, rows):
            yield f"| {' | '.join(map(cell, head))} |"
            yield f"|{'---|' * len(head)}"
            yield from (f"| {' | '.join(map(cell, row))} |" for row in rows)
        case Text(text):
            yield from (inline(line) for line in text.splitlines())
