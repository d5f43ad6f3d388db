"""What a document is made of."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

State = Literal["filled", "partly", "gap"]
TONES: dict[State, tuple[int, int, int]] = {"filled": (26, 110, 70), "partly": (150, 95, 0), "gap": (175, 30, 45)}
"""The ink of each, on paper: red, green, blue."""


@dataclass(frozen=True)
class Fact:
    """A name and its value. `url` is where it stands in the portal."""

    label: str
    value: str
    url: str = ""


@dataclass(frozen=True)
class Facts:
    rows: list[Fact]


@dataclass(frozen=True)
class Table:
    head: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Text:
    """Plain text; an empty line begins a paragraph."""

    text: str


Block = Facts | Table | Text


@dataclass(frozen=True)
class Answer:
    """What one piece of evidence says: blocks, and the names of what it lacks."""

    blocks: list[Block] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @classmethod
    def of_facts(cls, **facts: str | None) -> "Answer":
        """Facts by name, underscores for spaces; those without a value are missing."""
        named = {name.replace("_", " "): value for name, value in facts.items()}
        rows = [Fact(name.capitalize(), value) for name, value in named.items() if value]
        return cls([Facts(rows)] if rows else [], [name for name, value in named.items() if not value])

    @classmethod
    def of_table(cls, head: list[str], rows: list[list[str]], *, missing: str) -> "Answer":
        """`missing` says what there is none of, when there are no rows."""
        return cls([Table(head, rows)]) if rows else cls(missing=[missing])


@dataclass(frozen=True)
class Paragraph:
    """`responsible` is the role that fills it, `people` who holds that role; `sources` the evidence it was made of."""

    number: str
    title: str
    cites: str
    blocks: list[Block]
    missing: list[str]
    responsible: str
    people: list[str]
    sources: list[str]

    @property
    def state(self) -> State:
        if not self.blocks:
            return "gap"
        return "partly" if self.missing else "filled"


@dataclass(frozen=True)
class Paper:
    """A document as it stands at one moment. `subject` says of what; `revision` what it is bound to."""

    kind: str
    title: str
    subject: str
    revision: str
    made_at: str
    note: str
    source: str
    paragraphs: list[Paragraph]

    def count(self, state: State) -> int:
        return Counter(one.state for one in self.paragraphs)[state]

    @property
    def lead(self) -> str:
        """Of what, bound to what, as of when."""
        return f"{self.subject}, {self.revision}, as of {self.made_at}"

    @property
    def counted(self) -> str:
        """How many paragraphs are in each state."""
        return ", ".join(states(self.count(state), state) for state in TONES)

    @property
    def moment(self) -> datetime:
        """`made_at` in UTC."""
        return datetime.fromisoformat(self.made_at).astimezone(UTC)

    @property
    def gaps(self) -> list[Paragraph]:
        """What somebody still has to see to."""
        return [one for one in self.paragraphs if one.state != "filled"]


def states(count: int, state: State) -> str:
    """ "1 gap", "2 gaps", "3 filled"."""
    return f"{count} {state}s" if state == "gap" and count != 1 else f"{count} {state}"


def blocks_json(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    """Blocks as plain JSON, each with its `type`."""
    return [_block_json(one) for one in blocks]


def _block_json(block: Block) -> dict[str, Any]:
    match block:
        case Facts(rows):
            facts = [{"label": one.label, "value": one.value, "url": one.url} for one in rows]
            return {"type": "facts", "facts": facts}
        case Table(head, rows):
            return {"type": "table", "head": head, "rows": rows}
        case Text(text):
            return {"type": "text", "text": text}


def paragraph_json(one: Paragraph) -> dict[str, Any]:
    return {
        "number": one.number,
        "title": one.title,
        "cites": one.cites,
        "state": one.state,
        "missing": one.missing,
        "responsible": one.responsible,
        "people": one.people,
        "sources": one.sources,
        "blocks": blocks_json(one.blocks),
    }


def paper_json(paper: Paper) -> dict[str, Any]:
    """The whole document as plain JSON."""
    return {
        "kind": paper.kind,
        "title": paper.title,
        "subject": paper.subject,
        "revision": paper.revision,
        "made_at": paper.made_at,
        "note": paper.note,
        "based_on": paper.source,
        "paragraphs": [paragraph_json(one) for one in paper.paragraphs],
    }
