"""One statement over everything that can be found."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import BigIntegerField, DateTimeField, Exists, F, Field, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.expressions import OrderBy
from django.db.models.functions import Cast
from django.db.models.lookups import In

from core.errors import Invalid
from core.models import User
from core.search import matching
from core.search import words as words_of_titles
from core.search.sources import Hit, Seen, Source, keys_of, seen_by, source_of, sources

MOST_LETTERS = 200
MOST_WORDS = 8
MOST_EACH = 50
EACH = 6
RECENT = 10
# So many of the newest that fit are weighed against each other: a word that everything holds costs no more than these.
CANDIDATES = 50

_COLUMNS = ("pk", "kind", "ref", "title", "note", "project_id", "at")

_OF_PROJECT = re.compile(r"([A-Za-z][A-Za-z0-9]{1,9})-(\d{1,9})")

Condition = Callable[[Source], Q]
Rows = QuerySet[Any, tuple[Any, ...]]


@dataclass(frozen=True)
class Group:
    label: str
    icon: str
    hits: list[Hit]


@dataclass(frozen=True)
class Found:
    """What was found, best groups first. `is_guess` says that nothing fits, and these are only like it."""

    words: tuple[str, ...]
    groups: list[Group]
    is_guess: bool = False

    @property
    def hits(self) -> list[Hit]:
        return [hit for group in self.groups for hit in group.hits]


def find(
    user: User, text: str, *, near: str = "", kinds: Collection[str] = (), each: int = EACH, only: int | None = None
) -> Found:
    """What this user may see of what fits all words; without a word, what is newest. A word that is a project's key
    means that project alone; `near` is the key of the one whose things come first. `only` names a project, and nothing
    else is looked at. Three statements, and two more to guess. Raises Invalid."""
    words = _words(text)
    seen = seen_by(user, {near, *(word.upper().partition("-")[0] for word in words)} - {""})
    seen = seen.inside(only) if only else seen
    words = [piece for word in words for piece in _taken_apart(word, seen.keys)]
    rest = [word for word in words if word.upper() not in seen.keys]
    inside = {seen.keys[word.upper()] for word in words if word.upper() in seen.keys} or ({only} if only else set())
    if not rest and not inside and near in seen.keys:
        inside = {seen.keys[near]}
    asked = _Asked(seen, rest, frozenset(inside), seen.keys.get(near), each)
    hits = asked.run(sources(kinds), lambda source: matching.condition(source, rest))
    guesses = [] if hits else _guesses(rest)
    if guesses:
        hits = asked.run(
            (one for one in sources(kinds) if one.is_guessed), lambda source: matching.guess(source, guesses)
        )
    return Found(tuple(words), _grouped(hits, near, is_recent=not rest), is_guess=bool(guesses and hits))


def _guesses(words: Sequence[str]) -> list[list[str]]:
    """What may be meant by each word: itself, and what is like it. Nothing where that is what was looked for."""
    guessable = [word for word in words if matching.is_guessable(word)]
    alike = words_of_titles.alike(guessable) if guessable else {}
    is_more = any(set(others) - {word.upper()} for word, others in alike.items())
    return [[word, *alike.get(word, [])] for word in words] if is_more else []


def _taken_apart(word: str, keys: Mapping[str, int]) -> list[str]:
    """FRD-12 is number 12 of FRD."""
    match = _OF_PROJECT.fullmatch(word)
    return [match[1], f"#{match[2]}"] if match and match[1].upper() in keys else [word]


def _words(text: str) -> list[str]:
    if len(text) > MOST_LETTERS:
        raise Invalid(f"A search has at most {MOST_LETTERS} letters: got {len(text)}.", field="q", code="too_long")
    words = text.split()
    if len(words) > MOST_WORDS:
        raise Invalid(f"A search has at most {MOST_WORDS} words: got {len(words)}.", field="q", code="too_long")
    return words


@dataclass(frozen=True)
class _Asked:
    seen: Seen
    words: Sequence[str]
    inside: frozenset[int]
    near: int | None
    each: int

    def run(self, among: Iterable[Source], condition: Condition) -> list[Hit]:
        arms = [arm for one in among if self._asks(one) for arm in self._arms(one, condition)]
        if not arms:
            return []
        rows = arms[0].union(*arms[1:], all=True) if len(arms) > 1 else arms[0]
        return _placed(self._best(self._hit(row) for row in dict.fromkeys(rows)))

    def _arms(self, source: Source, condition: Condition) -> list[Rows]:
        """What fits, the newest first, those of the near project before the others.

        Whoever sees all gets these apart: what is near, and the newest of all. Of a word that stands everywhere the
        newest are then read from the end of the table, where an order by both would weigh all of it. What is named by
        its kind and number comes apart too: it may be older than all that holds these words.
        """
        rows = source.rows(self.seen)
        if self.inside:
            rows = rows.filter(_lies_in(source, rows, self.inside))
        named = matching.number(source, self.words)
        exact = [self._newest(self._columns(source, rows.filter(named)))] if named else []
        if self.words and not source.constant:
            rows = rows.filter(condition(source))
        found = self._columns(source, rows)
        if not self.near or not source.within or self.inside:
            return [*exact, self._newest(found)]
        is_near = _lies_in(source, rows, [self.near])
        if self.seen.ids is None:
            return [*exact, self._newest(found.filter(is_near)), self._newest(found)]
        return [*exact, self._newest(found, is_near.desc())]

    def _newest(self, rows: Rows, *before: OrderBy) -> Rows:
        return rows.order_by(*before, "-pk")[: CANDIDATES if self.words else self.each]

    def _columns(self, source: Source, rows: QuerySet[Any]) -> Rows:
        """Alike for every kind. Keys of projects are asked for what is shown alone: joined here, they would be read
        for all that fits."""
        columns: dict[str, Any] = {
            "found_kind": Value(source.kind, output_field=TextField()),
            "found_ref": Cast(source.ref, TextField()),
            "found_title": source.title(),
            "found_note": source.note,
            "found_in": _or_null(source.shown_in or source.within, BigIntegerField()),
            "found_at": _or_null(source.at, DateTimeField()),
        }
        return rows.annotate(**columns).values_list("pk", *columns)

    def _asks(self, source: Source) -> bool:
        if self.inside and not source.within:
            return False
        if source.constant:
            return bool(self.words) and matching.fits(source.constant, self.words)
        return bool(self.words or source.at)

    def _hit(self, row: tuple[Any, ...]) -> Hit:
        hit = Hit(**dict(zip(_COLUMNS, row, strict=True)))
        said = [self.words, matching.unkinded(source_of(hit.kind), self.words)]
        return replace(hit, rank=max((matching.rank(hit.title, hit.ref, words) for words in said if words), default=0))

    def _best(self, hits: Iterable[Hit]) -> list[Hit]:
        """Those of each kind that fit best; the rows come near first, then newest first."""
        counted: Counter[str] = Counter()
        best = []
        for hit in sorted(hits, key=lambda hit: -hit.rank):
            source = source_of(hit.kind)
            if counted[source.group] < self.each:
                counted[source.group] += 1
                best.append(hit)
        return best


def _or_null(path: str, field: "Field[Any, Any]") -> F | Cast:
    return F(path) if path else Cast(Value(None), field)


def _placed(hits: Sequence[Hit]) -> list[Hit]:
    """With their projects' keys and their addresses."""
    keys = keys_of({hit.project_id for hit in hits if hit.project_id is not None})
    placed = (replace(hit, project=keys[hit.project_id] if hit.project_id is not None else "") for hit in hits)
    return [replace(hit, url=source_of(hit.kind).url(hit)) for hit in placed]


def _lies_in(source: Source, rows: QuerySet[Any], projects: Collection[int]) -> Exists | In:
    """What lies in several projects is still one row: a join would give it once for each."""
    if not source.is_in_many:
        return In(F(source.within), projects)
    inside = rows.model._default_manager.filter(pk=OuterRef("pk"), **{f"{source.within}__in": projects})
    return Exists(inside)


def _grouped(hits: Iterable[Hit], near: str, *, is_recent: bool) -> list[Group]:
    """By kind, the kind with the best hit first; without a word, the newest of all kinds together."""
    if is_recent:
        newest = sorted((hit for hit in hits if hit.at), key=lambda hit: (hit.project == near, hit.at), reverse=True)
        return [Group("Recent", "history", newest[:RECENT])] if newest else []
    best = sorted(hits, key=lambda hit: (hit.rank, hit.project == near), reverse=True)
    groups: dict[str, Group] = {}
    for hit in best:
        source = source_of(hit.kind)
        groups.setdefault(source.group, Group(source.group, source.icon, [])).hits.append(hit)
    return list(groups.values())
