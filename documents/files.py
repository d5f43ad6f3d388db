"""A document as a file: in which forms there is one, and what is in it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import orjson
from django.http import HttpResponse

from core import files, ledger
from core.errors import NotFound
from core.ledger import check
from documents import assembly, cards, paper
from documents.evidence import Subject
from documents.paper.blocks import paper_json

CARD = "model_card"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@dataclass(frozen=True)
class File:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Form:
    """A form of a document: what it is called, how its file ends, and what writes it."""

    key: str
    label: str
    ending: str
    media_type: str
    write: Callable[[paper.Paper, Subject, datetime], bytes]
    only: str = ""


def _card_json(made: paper.Paper, subject: Subject, now: datetime) -> bytes:
    assert subject.version is not None, "the form is offered for a version"
    return orjson.dumps(cards.internal(made, subject.version), option=orjson.OPT_INDENT_2)


def _hugging_face(made: paper.Paper, subject: Subject, now: datetime) -> bytes:
    assert subject.version is not None, "the form is offered for a version"
    return cards.hugging_face(made, subject.version).encode()


def _cyclonedx(made: paper.Paper, subject: Subject, now: datetime) -> bytes:
    assert subject.version is not None, "the form is offered for a version"
    return orjson.dumps(cards.cyclonedx(subject.version, now=now), option=orjson.OPT_INDENT_2)


def _zip(made: paper.Paper, subject: Subject, now: datetime) -> bytes:
    if made.kind != CARD or subject.version is None:
        return paper.bundled(made, {}, seal())
    return paper.bundled(
        made,
        {
            "card/model-card.json": _card_json(made, subject, now),
            "card/README.md": _hugging_face(made, subject, now),
            "card/model.cdx.json": _cyclonedx(made, subject, now),
        },
        seal(),
    )


def seal() -> paper.Seal:
    """The instance's own, as it signs the ledger; checked by the same lines as an export of the ledger."""
    return paper.Seal(ledger.public_key(), ledger.sign, _checking())


@cache
def _checking() -> str:
    text = Path(check.__file__).read_text(encoding="utf-8")
    return text[text.index("# --- Ed25519") : text.index("# --- the archive")]


FORMS: tuple[Form, ...] = (
    Form("pdf", "PDF", "pdf", "application/pdf", lambda made, subject, now: paper.printed(made)),
    Form("docx", "Word", "docx", DOCX, lambda made, subject, now: paper.for_word(made)),
    Form("md", "Markdown", "md", "text/markdown", lambda made, subject, now: paper.written(made).encode()),
    Form("json", "JSON", "json", "application/json", lambda made, subject, now: orjson.dumps(paper_json(made))),
    Form("zip", "ZIP with evidence", "zip", "application/zip", _zip),
    Form("card", "Model card as JSON", "card.json", "application/json", _card_json, only=CARD),
    Form("hf", "Hugging Face README", "README.md", "text/markdown", _hugging_face, only=CARD),
    Form("cdx", "CycloneDX", "cdx.json", "application/vnd.cyclonedx+json", _cyclonedx, only=CARD),
)


def forms_of(kind: paper.Mapping, subject: Subject) -> list[Form]:
    """The forms that there are of this document."""
    return [one for one in FORMS if not one.only or (one.only == kind.key and subject.version is not None)]


def made(kind: paper.Mapping, subject: Subject, form: str, *, now: datetime) -> File:
    """Raises NotFound for a form that there is not."""
    offered = {one.key: one for one in forms_of(kind, subject)}
    if form not in offered:
        raise NotFound(f"There is no {form[:20]!r} of this document: choose of {', '.join(offered)}.")
    found = offered[form]
    document = assembly.assembled(kind, subject, now=now)
    of = f"-{subject.version.public_id.replace('/', '-')}" if subject.version else ""
    name = f"{subject.project.key}{of}-{kind.key.replace('_', '-')}.{found.ending}"
    return File(name, found.media_type, found.write(document, subject, now))


def attached(file: File) -> HttpResponse:
    """The file as a download."""
    return files.download(file.content, name=file.name, media_type=file.media_type)
