"""Laws and frameworks as data: one YAML file each, read again when it changes.

A file says from when its parts apply, where that stands and when somebody last looked; which questions decide a
system's class, with their citations and exceptions; and which part of the product supports preparing each obligation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

CLASSES = ("minimal", "transparency", "high", "prohibited")
YES, NO = "yes", "no"


class BadRegime(ValueError):
    """A regime's file cannot be read: names the file and the field."""


class Unanswered(ValueError):
    """A question that decides has no answer, or one that there is not. `question` is its key."""

    def __init__(self, question: str, message: str) -> None:
        super().__init__(message)
        self.question = question


@dataclass(frozen=True)
class Lifting:
    """What lifts a question although the answer is yes."""

    key: str
    citation: str
    text: str


@dataclass(frozen=True)
class Question:
    key: str
    leads_to: str
    citation: str
    text: str
    exceptions: tuple[Lifting, ...] = ()

    @property
    def answers(self) -> tuple[str, ...]:
        return (NO, YES, *(one.key for one in self.exceptions))


@dataclass(frozen=True)
class Derogation:
    """A reasoned note by which what would be high-risk is not; `not_for` are the questions that it cannot lift."""

    citation: str
    text: str
    not_for: tuple[str, ...]


@dataclass(frozen=True)
class AppliesFrom:
    date: date
    what: str
    classes: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Obligation:
    """`page` is the address name of where the product supports it; empty where it does not."""

    article: str
    what: str
    classes: tuple[str, ...]
    feature: str
    page: str = ""


@dataclass(frozen=True)
class Regime:
    key: str
    name: str
    source: str
    url: str
    checked_on: date
    note: str
    applies_from: tuple[AppliesFrom, ...]
    questions: tuple[Question, ...]
    obligations: tuple[Obligation, ...]
    derogation: Derogation | None = None


@dataclass(frozen=True)
class Outcome:
    """The class, and the question whose answer decided it; None when every answer was no."""

    regime_class: str
    decided_by: Question | None


def load(directory: Path) -> dict[str, Regime]:
    """The regimes in a directory, by key. Raises BadRegime."""
    files = sorted(directory.glob("*.yaml"))
    found = [_read(file, file.stat().st_mtime_ns, file.stat().st_size) for file in files]
    return {regime.key: regime for regime in found}


def classify(regime: Regime, answers: Mapping[str, str], *, derogates: bool = False) -> Outcome:
    """Prohibited, then high, then transparency: the first yes that no exception lifts decides. Raises Unanswered."""
    for leads_to in ("prohibited", "high", "transparency"):
        for question in regime.questions:
            if question.leads_to == leads_to and _holds(regime, question, answers, derogates):
                return Outcome(leads_to, question)
    return Outcome("minimal", None)


def _holds(regime: Regime, question: Question, answers: Mapping[str, str], derogates: bool) -> bool:
    answer = answers.get(question.key)
    if answer not in question.answers:
        said = f"got {answer!r}" if answer is not None else "it is not answered"
        raise Unanswered(question.key, f"{question.citation}: answer {', '.join(question.answers)}; {said}.")
    if answer != YES:
        return False
    lifted = regime.derogation is not None and derogates and question.key not in regime.derogation.not_for
    return not (question.leads_to == "high" and lifted)


@lru_cache(maxsize=64)
def _read(file: Path, mtime_ns: int, size: int) -> Regime:
    """`mtime_ns` and `size` stand in the key of the cache: a file that changed is read again."""
    try:
        return _regime(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as exc:
        said = f"the field {exc} is missing" if isinstance(exc, KeyError) else str(exc)
        raise BadRegime(f"{file.name}: {said}") from exc


def _regime(raw: dict[str, Any]) -> Regime:
    return Regime(
        key=str(raw["key"]),
        name=str(raw["name"]),
        source=str(raw["source"]),
        url=str(raw["url"]),
        checked_on=_day("checked_on", raw["checked_on"]),
        note=str(raw["note"]),
        applies_from=tuple(
            AppliesFrom(_day("applies_from.date", one["date"]), one["what"], _classes(one), one["source"])
            for one in raw["applies_from"]
        ),
        questions=tuple(_question(one) for one in raw["questions"]),
        obligations=tuple(
            Obligation(one["article"], one["what"], _classes(one), one["feature"], one.get("page", ""))
            for one in raw["obligations"]
        ),
        derogation=_derogation(raw["derogation"]) if "derogation" in raw else None,
    )


def _question(raw: dict[str, Any]) -> Question:
    exceptions = (Lifting(one["key"], one["citation"], one["text"]) for one in raw.get("exceptions", ()))
    return Question(raw["key"], _class(raw["class"]), raw["citation"], raw["text"], tuple(exceptions))


def _derogation(raw: dict[str, Any]) -> Derogation:
    return Derogation(raw["citation"], raw["text"], tuple(raw["not_for"]))


def _classes(raw: dict[str, Any]) -> tuple[str, ...]:
    return tuple(_class(one) for one in raw["classes"])


def _class(value: Any) -> str:
    if value not in CLASSES:
        raise ValueError(f"a class is one of {', '.join(CLASSES)}: got {value!r}")
    return str(value)


def _day(field: str, value: Any) -> date:
    if not isinstance(value, date):
        raise ValueError(f"{field} is a date like 2027-12-02: got {value!r}")
    return value
