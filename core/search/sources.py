"""What can be found: a registry that the apps fill."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import F, Func, Q, QuerySet, TextChoices, TextField, Value
from django.db.models.expressions import Combinable

from core.models import User


@dataclass(frozen=True)
class Hit:
    """One thing that was found. `rank` says how well it fits, from 0 to 4: see `matching.rank`."""

    kind: str
    pk: int
    ref: str
    title: str
    note: str
    project_id: int | None
    at: datetime | None
    rank: int = 0
    project: str = ""
    url: str = ""


@dataclass(frozen=True)
class Seen:
    """The projects that a user may see, asked once a search. `ids` is None for whoever sees all; `keys` are those of
    them that were named."""

    user: User
    ids: frozenset[int] | None
    keys: Mapping[str, int]

    def inside(self, project: int) -> "Seen":
        """As if there were no other project, not even one that is named."""
        ids = frozenset({project}) if self.ids is None else self.ids & {project}
        return replace(self, ids=ids, keys={key: pk for key, pk in self.keys.items() if pk == project})

    def projects(self, path: str = "project_id") -> Q:
        """What lies in one of them."""
        return Q() if self.ids is None else Q(**{f"{path}__in": self.ids})


@dataclass(frozen=True)
class Source:
    """One kind of things. `rows` are those that a user may see: nothing else of it is ever found.

    `titles` are the fields whose letters are looked for, each with a trigram index over its capitals; `shown` is how
    it is called, the first of them unless said otherwise. `text` are longer fields, found by the beginnings of words
    through an index over `to_tsvector('simple', title and these)`. `number` (also after # or its `letter`) and `code`
    are found when they are named exactly, a code also by its beginning. A `constant` is a title that all rows share.
    `within` leads to the project. What `is_guessed` is found by what is like its names too; what `is_in_many` lies in
    several projects at once, and names the one that is `shown_in`.
    """

    kind: str
    group: str
    icon: str
    rows: Callable[[Seen], QuerySet[Any]]
    url: Callable[[Hit], str]
    ref: str
    titles: tuple[str, ...] = ()
    shown: Combinable | None = None
    note: Combinable = field(default_factory=lambda: Value(""))
    text: tuple[str, ...] = ()
    number: str = ""
    letter: str = ""
    code: str = ""
    constant: str = ""
    within: str = "project_id"
    shown_in: str = ""
    at: str = ""
    is_guessed: bool = True
    is_in_many: bool = False

    def title(self) -> Combinable:
        if self.constant:
            return Value(self.constant)
        return self.shown or F(self.titles[0])


TEXT: "TextField[str, str]" = TextField()

Looks = Callable[[User, Collection[str]], Seen]
Keys = Callable[[Collection[int]], Mapping[int, str]]

_sources: dict[str, Source] = {}
_looks: list[tuple[Looks, Keys]] = []


def register(*sources: Source) -> None:
    for source in sources:
        _sources[source.kind] = source


def register_projects(looks: Looks, keys: Keys) -> None:
    """Who knows which projects a user may see, and which of these words are keys of such; and the keys of projects."""
    _looks[:] = [(looks, keys)]


def seen_by(user: User, words: Collection[str]) -> Seen:
    return _looks[0][0](user, words)


def keys_of(projects: Collection[int]) -> Mapping[int, str]:
    return _looks[0][1](projects) if projects else {}


def sources(only: Collection[str] = ()) -> list[Source]:
    return [one for one in _sources.values() if not only or main_kind(one.kind) in only]


def kinds() -> list[str]:
    return sorted({main_kind(kind) for kind in _sources})


def main_kind(kind: str) -> str:
    """`document:dpia` is a document."""
    return kind.partition(":")[0]


def icon_of(hit: Hit) -> str:
    return source_of(hit.kind).icon


def source_of(kind: str) -> Source:
    return _sources[kind]


# Every search composes these for every kind anew, which cost more than finding: hence one expression each, where
# Django's own are trees of many (`Case` has three for each status, `Concat` nests pairs).
def said(field: str, choices: type[TextChoices]) -> Func:
    """A status in its own words."""
    words = json.dumps({value: str(label) for value, label in choices.choices})
    return Func(Value(words), F(field), template="(%(expressions)s)", arg_joiner="::jsonb ->> ", output_field=TEXT)


def joined(*parts: str | Combinable) -> Func:
    """Words and columns as one text, in which what is null is nothing."""
    pieces = (Value(part) if isinstance(part, str) else part for part in parts)
    return Func(*pieces, function="CONCAT", output_field=TEXT)
