"""Reads a filter such as `metrics.loss < 0.2 AND (params.model = 'gbm' OR NOT tags.draft = 'yes')`; knows no Django.

    filter     = term { OR term }            term = factor { AND factor }
    factor     = NOT factor | "(" filter ")" | comparison
    comparison = name operator value         | name IS [NOT] NULL | name [NOT] IN "(" text { "," text } ")"

Keywords take any case. A name is `metrics.`, `params.`, `tags.`, `dataset.` or `attributes.` and a key (in backticks or
double quotes where it holds blanks), or an attribute alone. Errors say where, what was found and what was expected.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

MAX_LENGTH = 10_000
MAX_DEPTH = 20
MAX_COMPARISONS = 100

# What each first word of a name means, as MLflow has it.
KINDS = {
    "metrics": "metric",
    "metric": "metric",
    "params": "parameter",
    "param": "parameter",
    "parameters": "parameter",
    "parameter": "parameter",
    "tags": "tag",
    "tag": "tag",
    "dataset": "dataset",
    "datasets": "dataset",
    "attributes": "attribute",
    "attribute": "attribute",
    "attr": "attribute",
    "run": "attribute",
}
PREFIXES = {"metric": "metrics", "parameter": "params", "tag": "tags", "dataset": "dataset", "attribute": "attributes"}
TIMES = ("start_time", "end_time")
ATTRIBUTES = ("run_id", "run_name", "status", "user_id", "artifact_uri", *TIMES)
DATASET_KEYS = ("name", "digest", "context")
STATUSES = ("RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED")

_NUMBERS = ("=", "!=", "<", "<=", ">", ">=")
_TEXTS = ("=", "!=", "LIKE", "ILIKE")
_SETS = ("IN", "NOT IN")
_NULLS = ("IS NULL", "IS NOT NULL")
_WORDS = frozenset({"AND", "OR", "NOT", "IN", "LIKE", "ILIKE", "IS", "NULL"})

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
      | (?P<name>[A-Za-z_]\w*(?:\.(?:`[^`]*`|"[^"]*"|\w[\w.\-/:]*|))?)
      | (?P<text>'[^']*'|"[^"]*")
      | (?P<operator><=|>=|!=|<>|==|=|<|>)
      | (?P<mark>[(),])
    )""",
    re.VERBOSE,
)


class Unreadable(ValueError):
    """What is wrong with a filter: `position` counts characters from 0, `expected` is what could stand there."""

    def __init__(self, message: str, *, position: int, expected: "Expected | None" = None) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.expected = expected


@dataclass(frozen=True)
class Expected:
    """What could come: "name", "operator", "value", "joiner", "text" or "close", of which kind and key."""

    what: str
    kind: str = ""
    key: str = ""


@dataclass(frozen=True)
class Comparison:
    kind: str
    key: str
    operator: str
    values: tuple[str | float, ...] = ()


@dataclass(frozen=True)
class Not:
    part: "Tree"


@dataclass(frozen=True)
class And:
    parts: tuple["Tree", ...]


@dataclass(frozen=True)
class Or:
    parts: tuple["Tree", ...]


Tree = Comparison | Not | And | Or


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """The keyword it is, or nothing."""
        upper = self.text.upper()
        return upper if self.kind == "name" and upper in _WORDS else ""


def parse(text: str) -> Tree | None:
    """The filter as a tree, None for an empty one. Raises Unreadable."""
    if len(text) > MAX_LENGTH:
        message = f"A filter has at most {MAX_LENGTH:,} characters: got {len(text):,}."
        raise Unreadable(message, position=MAX_LENGTH)
    tokens = tokenize(text)
    return _Reader(tokens).whole() if len(tokens) > 1 else None


def tokenize(text: str) -> list[Token]:
    """The tokens, the last of them the end. Raises Unreadable for a character or quote that nothing begins with."""
    tokens, at = [], 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise _strange(text, at + len(text[at:]) - len(text[at:].lstrip()))
        kind = str(match.lastgroup)
        tokens.append(Token(kind, match[kind], match.start(kind), match.end(kind)))
        at = match.end()
    return [*tokens, Token("end", "", len(text), len(text))]


def _strange(text: str, at: int) -> Unreadable:
    if text[at] in "'\"`":
        return Unreadable(f"The quote at {_place(at)} is not closed.", position=at, expected=Expected("text"))
    return Unreadable(f"{text[at]!r} at {_place(at)} does not belong in a filter.", position=at)


def quoted_name(kind: str, key: str) -> str:
    """The name as a filter writes it: metrics.loss, params.`learning rate`, status."""
    if kind == "attribute":
        return key
    plain = re.fullmatch(r"\w[\w.]*", key)
    return f"{PREFIXES[kind]}.{key}" if plain else f"{PREFIXES[kind]}.`{key}`"


def quoted_text(value: str) -> str:
    """The value as a filter writes it. Raises ValueError for one with both kinds of quotes: it cannot be written."""
    if "'" in value and '"' in value:
        raise ValueError("A value in a filter cannot hold both kinds of quotes.")
    return f'"{value}"' if "'" in value else f"'{value}'"


def plain_number(value: float) -> str:
    """Digits without an exponent, which MLflow's parser does not read with a plus sign."""
    return format(Decimal(repr(value)), "f")


def operators(kind: str, key: str) -> tuple[str, ...]:
    """The comparisons that this kind of thing has."""
    if kind == "metric" or key in TIMES:
        return _NUMBERS
    if kind in ("parameter", "tag"):
        return (*_TEXTS, *_NULLS)
    return (*_TEXTS, *_SETS)


@dataclass
class _Reader:
    tokens: list[Token]
    at: int = 0
    depth: int = 0
    comparisons: list[Comparison] = field(default_factory=list)

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.next
        self.at += 1
        return token

    def whole(self) -> Tree:
        tree = self.either()
        if self.next.kind != "end":
            raise self.wrong("AND, OR or the end", Expected("joiner"))
        return tree

    def either(self) -> Tree:
        parts = [self.both()]
        while self.next.word == "OR":
            self.take()
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def both(self) -> Tree:
        parts = [self.factor()]
        while self.next.word == "AND":
            self.take()
            parts.append(self.factor())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def factor(self) -> Tree:
        if self.next.word != "NOT" and self.next.text != "(":
            return self.comparison()
        opened = self.take()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            message = f"Parentheses and NOT go at most {MAX_DEPTH} deep."
            raise Unreadable(message, position=opened.start)
        tree = Not(self.factor()) if opened.word == "NOT" else self.closed(opened)
        self.depth -= 1
        return tree

    def closed(self, opened: Token) -> Tree:
        tree = self.either()
        if self.next.text != ")":
            raise self.wrong(f'AND, OR or the ")" that closes {_place(opened.start)}', Expected("close"))
        self.take()
        return tree

    def comparison(self) -> Comparison:
        kind, key = self.name()
        operator = self.operator(kind, key)
        made = Comparison(kind, key, operator, self.values(kind, key, operator))
        self.comparisons.append(made)
        if len(self.comparisons) > MAX_COMPARISONS:
            message = f"A filter has at most {MAX_COMPARISONS} comparisons."
            raise Unreadable(message, position=self.tokens[self.at - 1].start)
        return made

    def name(self) -> tuple[str, str]:
        token = self.next
        if token.kind != "name" or token.word:
            raise self.wrong("a name such as metrics.loss, params.model, tags.team or status", Expected("name"))
        first, dot, rest = token.text.partition(".")
        key = rest.strip('`"')
        if not dot:
            return self.attribute(first)
        if first not in KINDS:
            raise self.wrong(f"{first!r} before the dot to be metrics, params, tags, dataset or attributes", None)
        if not key:
            raise self.wrong(f"a name after {first}.", Expected("name", KINDS[first]))
        if KINDS[first] == "attribute":
            return self.attribute(key)
        if KINDS[first] == "dataset" and key not in DATASET_KEYS:
            raise self.wrong(f"dataset.{', dataset.'.join(DATASET_KEYS)}", Expected("name", "dataset"))
        self.take()
        return KINDS[first], key

    def attribute(self, key: str) -> tuple[str, str]:
        if key not in ATTRIBUTES:
            hint = f"{', '.join(ATTRIBUTES)}, or metrics.{key}, params.{key}, tags.{key}"
            raise self.wrong(hint, Expected("name"))
        self.take()
        return "attribute", key

    def operator(self, kind: str, key: str) -> str:
        start, token = self.at, self.take()
        found = {"==": "=", "<>": "!="}.get(token.text, token.text) if token.kind == "operator" else token.word
        if found == "NOT" and self.next.word == "IN":
            found = f"NOT {self.take().word}"
        if found == "IS":
            no = f"{self.take().word} " if self.next.word == "NOT" else ""
            found = f"IS {no}{self.take().word if self.next.word == 'NULL' else '…'}"
        if found not in operators(kind, key):
            self.at = start
            allowed = ", ".join(operators(kind, key))
            raise self.wrong(f"one of {allowed} after {quoted_name(kind, key)}", Expected("operator", kind, key))
        return found

    def values(self, kind: str, key: str, operator: str) -> tuple[str | float, ...]:
        if operator in _NULLS:
            return ()
        if operator not in _SETS:
            return (self.value(kind, key),)
        if self.next.text != "(":
            raise self.wrong(f'"(" after {operator}', Expected("open"))
        self.take()
        found = [self.value(kind, key)]
        while self.next.text == ",":
            self.take()
            found.append(self.value(kind, key))
        if self.next.text != ")":
            raise self.wrong('"," or ")" in the list', Expected("list"))
        self.take()
        return tuple(found)

    def value(self, kind: str, key: str) -> str | float:
        token = self.next
        if kind == "metric" or key in TIMES:
            return self.number(token, kind, key)
        if token.kind != "text":
            raise self.wrong("a text in quotes, such as 'gbm'", Expected("value", kind, key))
        self.take()
        text = token.text[1:-1]
        if "'" in text and '"' in text:
            raise Unreadable("A text cannot hold both kinds of quotes.", position=token.start)
        return text

    def number(self, token: Token, kind: str, key: str) -> float:
        if token.kind == "number":
            self.take()
            return float(token.text) if abs(float(token.text)) < 1e300 else self.too_large(token)
        moment = _milliseconds(token.text[1:-1]) if token.kind == "text" and key in TIMES else None
        if moment is None:
            what = "a date in quotes, such as '2026-11-24'" if key in TIMES else "a number"
            raise self.wrong(what, Expected("value", kind, key))
        self.take()
        return moment

    def too_large(self, token: Token) -> float:
        raise Unreadable(f"The number {token.text[:40]} is too large.", position=token.start)

    def wrong(self, expected: str, could_be: Expected | None) -> Unreadable:
        token = self.next
        found = "the filter ends" if token.kind == "end" else f"there is {token.text[:40]!r}"
        return Unreadable(
            f"At {_place(token.start)} {found}; expected {expected}.", position=token.start, expected=could_be
        )


def _place(position: int) -> str:
    return f"character {position + 1}"


def _milliseconds(text: str) -> float | None:
    """A date or a date with a time (UTC without an offset), as milliseconds since 1970."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    offset = "" if moment.tzinfo else "+00:00"
    return datetime.fromisoformat(moment.isoformat() + offset).timestamp() * 1000
