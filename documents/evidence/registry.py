"""Evidence by name."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from documents.paper import Answer
from models_registry.models import ModelVersion
from projects.models import Project


@dataclass(frozen=True)
class Subject:
    """What a document is about: a project, and the version of a model where there is one."""

    project: Project
    version: ModelVersion | None


Source = Callable[[Subject], Answer]
OfVersion = Callable[[ModelVersion], Answer]

EVIDENCE: dict[str, Source] = {}


def evidence(name: str) -> Callable[[Source], Source]:
    """Register what answers to this name."""

    def register(source: Source) -> Source:
        EVIDENCE[name] = source
        return source

    return register


def of_version(name: str) -> Callable[[OfVersion], OfVersion]:
    """Register what is known of a version; without one there is nothing but the lack of it."""

    def register(source: OfVersion) -> OfVersion:
        EVIDENCE[name] = lambda subject: (
            source(subject.version) if subject.version else Answer(missing=["a version of a model"])
        )
        return source

    return register


def answer(name: str, subject: Subject) -> Answer:
    return EVIDENCE[name](subject)


def number(value: float) -> str:
    return f"{value:,.4g}"


def moment(at: datetime | None) -> str:
    """In UTC: a document is read anywhere."""
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else ""
