"""How a document stands on its page."""

from typing import Any

from documents.paper import Paper, Paragraph, State
from documents.paper.blocks import blocks_json, states
from documents.paper.writing import STATES, lacks

TONES: dict[State, str] = {"filled": "ok", "partly": "warn", "gap": "bad"}


def counts(paper: Paper) -> list[dict[str, str]]:
    """How many paragraphs are in each state, without those in which there are none."""
    found = [(paper.count(state), state) for state in TONES]
    return [{"says": states(count, state), "tone": TONES[state]} for count, state in found if count]


def shown(one: Paragraph) -> dict[str, Any]:
    return {
        "paragraph": one,
        "anchor": anchor(one.number),
        "label": STATES[one.state],
        "tone": TONES[one.state],
        "blocks": blocks_json(one.blocks),
        "lacks": lacks(one) if one.state != "filled" else "",
    }


def anchor(number: str) -> str:
    """The number of a paragraph as an address can have it."""
    return "".join(letter if letter.isalnum() else "-" for letter in number).strip("-")
