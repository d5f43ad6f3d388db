"""From words to conditions that the indexes of trigrams and of words can answer."""

import re
from collections.abc import Sequence
from functools import reduce
from operator import or_

from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorExact
from django.db.models import Q

from core.search.sources import Source

TRIGRAM = 3
WORTH_GUESSING = 4
_CODE = re.compile(r"[0-9a-f]{8,32}")


def condition(source: Source, words: Sequence[str]) -> Q:
    """All words in its title, or all in its title and text together; or those that are left when one says what
    it is, as in "sprint 2"."""
    found = _titled(source, words)
    if rest := unkinded(source, words):
        found |= _titled(source, rest)
    asked = _beginnings(words) if source.text else ""
    return found | _told(source, asked) if asked else found


def number(source: Source, words: Sequence[str]) -> Q:
    """The one whose number is named after its kind; empty where none is."""
    rest = unkinded(source, words)
    return _numbered(source, rest[0]) if len(rest) == 1 else Q()


def guess(source: Source, words: Sequence[Sequence[str]]) -> Q:
    """Titles with one of each of these: of what whoever mistyped may have meant by each word."""
    found = Q()
    for meant in words:
        found &= reduce(or_, (_named(source, word) for word in meant))
    return found


def is_guessable(word: str) -> bool:
    """Codes and numbers are no mistyped words: much is like them, and none of it is meant."""
    return len(word) >= WORTH_GUESSING and word.isalpha()


def fits(constant: str, words: Sequence[str]) -> bool:
    return all(word.upper() in constant.upper() for word in words)


def rank(title: str, ref: str, words: Sequence[str]) -> int:
    """4: named exactly; 3: begins so; 2: a word of it begins so; 1: holds all words; 0: only its text does."""
    whole, said = " ".join(words).casefold(), title.casefold()
    if said == whole or ref.casefold() == whole.lstrip("#"):
        return 4
    if said.startswith(whole):
        return 3
    if not all(word.casefold() in said for word in words):
        return 0
    return 2 if re.search(rf"(?:^|\W){re.escape(words[0].casefold())}", said) else 1


def unkinded(source: Source, words: Sequence[str]) -> list[str]:
    """The words without that for this kind of things; none where there is no such word."""
    rest = [word for word in words if word.casefold() != source.kind]
    return rest if len(rest) < len(words) else []


def _titled(source: Source, words: Sequence[str]) -> Q:
    found = Q()
    for word in words:
        found &= _named(source, word)
    return found


def _named(source: Source, word: str) -> Q:
    found = _numbered(source, word)
    for title in source.titles:
        found |= Q(**{f"{title}__icontains": word}) if len(word) >= TRIGRAM else _begins(title, word)
    return found


def _begins(title: str, word: str) -> Q:
    """A word of the title begins so. Two letters are enough for the index: the blank before them counts."""
    return Q(**{f"{title}__istartswith": word}) | Q(**{f"{title}__icontains": f" {word}"})


def _numbered(source: Source, word: str) -> Q:
    found = Q()
    if source.number and (digits := re.fullmatch(rf"[#{source.letter}]?(\d{{1,9}})", word.upper())):
        found |= Q(**{source.number: int(digits[1])})
    if source.code and _CODE.fullmatch(word.lower()):
        found |= Q(**{f"{source.code}__startswith": word.lower()})
    return found


def _beginnings(words: Sequence[str]) -> str:
    """As the database asks for words that begin so; empty where there is nothing but quotes."""
    plain = [word.replace("\\", " ").replace("'", " ").strip() for word in words]
    return " & ".join(f"'{word}':*" for word in plain if word)


def _told(source: Source, asked: str) -> Q:
    """Words that begin so stand in title and text. The expression is the index's own, letter by letter."""
    vector = SearchVector(source.titles[0], *source.text, config="simple")
    return Q(SearchVectorExact(vector, SearchQuery(asked, config="simple", search_type="raw")))
