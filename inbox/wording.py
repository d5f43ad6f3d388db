"""What is sent: the text of a digest, and what incoming webhooks of Slack and Teams take. Knows no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MOST_LINES = 50


@dataclass(frozen=True)
class Line:
    """One thing that is told; `about` is what it is filed under."""

    kind: str
    about: str
    text: str
    project: str
    url: str


def subject(lines: Sequence[Line]) -> str:
    """Of one thing the thing itself; of several how many. A header: on one line, whatever names hold."""
    said = lines[0].text if len(lines) == 1 else f"{len(lines)} things for you"
    return " ".join(f"Throughline: {said}".split())[:180]


def digest(lines: Sequence[Line], *, settings_url: str, unsubscribe: dict[str, str]) -> str:
    """Plain text, by kind. `unsubscribe` is kind to the address that stops it."""
    parts = []
    for kind in dict.fromkeys(line.kind for line in lines):
        mine = [line for line in lines if line.kind == kind]
        said = [f"- {line.text}{f' ({line.project})' if line.project else ''}\n  {line.url}" for line in mine]
        rest = [f"- and {len(said) - MOST_LINES} more"] if len(said) > MOST_LINES else []
        stop = f"  No more of these by e-mail: {unsubscribe[kind]}"
        parts.append("\n".join([mine[0].about, *said[:MOST_LINES], *rest, "", stop]))
    return "\n\n".join([*parts, f"How you are told: {settings_url}"]) + "\n"


def slack(lines: Sequence[Line]) -> dict[str, Any]:
    """Links are <url|text>, and three characters are escaped: docs.slack.dev/messaging/formatting-message-text."""
    said = [f"<{line.url}|{_escaped(line.text)}>{_in(line)}" for line in lines[:MOST_LINES]]
    return {"text": "\n".join(said + _more(lines)), "unfurl_links": False}


def teams(lines: Sequence[Line]) -> dict[str, Any]:
    """A message with an adaptive card, as the workflows of Teams take it."""
    blocks = [
        {"type": "TextBlock", "wrap": True, "text": f"[{_bare(line.text)}]({line.url}){_in(line)}"}
        for line in lines[:MOST_LINES]
    ]
    blocks += [{"type": "TextBlock", "wrap": True, "text": text} for text in _more(lines)]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": blocks,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _more(lines: Sequence[Line]) -> list[str]:
    return [f"and {len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else []


def _in(line: Line) -> str:
    return f" · {_escaped(line.project)}" if line.project else ""


def _escaped(text: str) -> str:
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("|", "¦")):
        text = text.replace(character, entity)
    return text


def _bare(text: str) -> str:
    """Without what Markdown reads as the end of a link's text."""
    return text.replace("[", "(").replace("]", ")")
