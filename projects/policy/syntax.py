"""Text to a tree: comparisons, and, or, not, arithmetic, facts by name, calls. Nothing else can be said.

or      = and { "or" and }
and     = not { "and" not }
not     = "not" not | compare
compare = sum [ ( == | != | < | <= | > | >= ) sum ]
sum     = product { ( + | - ) product }
product = sign { ( * | / ) sign }
sign    = "-" sign | ( or ) | number | "text" | true | false | name | name ( or { , or } )
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

MOST_CHARACTERS = 1_000
MOST_DEPTH = 24
MOST_NODES = 120
"""That hold others: whatever walks the tree goes no deeper than there are of them."""

COMPARISONS = ("==", "!=", "<=", ">=", "<", ">")

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>[0-9]{1,15}(?:\.[0-9]{1,15})?(?:[eE][-+]?[0-9]{1,2})?(?![\w.]))
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
      | (?P<text>"[^"\n]*"|'[^'\n]*')
      | (?P<sign>==|!=|<=|>=|[-+*/()<>,])
    )""",
    re.VERBOSE | re.ASCII,
)


class ExpressionError(Exception):
    """`at` counts characters from the beginning of the expression, from 0."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message, self.at = message, at


@dataclass(frozen=True)
class Literal:
    value: float | str | bool
    at: int


@dataclass(frozen=True)
class Fact:
    name: str
    at: int


@dataclass(frozen=True)
class Unary:
    """`not` or `-`."""

    operator: str
    operand: "Expression"
    at: int


@dataclass(frozen=True)
class Binary:
    operator: str
    left: "Expression"
    right: "Expression"
    at: int


@dataclass(frozen=True)
class Call:
    name: str
    arguments: tuple["Expression", ...]
    at: int


Expression = Literal | Fact | Unary | Binary | Call


def parse(text: str) -> Expression:
    """Raises ExpressionError."""
    if len(text) > MOST_CHARACTERS:
        raise ExpressionError(f"an expression has at most {MOST_CHARACTERS:,} characters: got {len(text):,}.", 0)
    parser = _Parser(_tokens(text), len(text))
    found = parser.either(0)
    if parser.kind != "end":
        raise ExpressionError(f"unexpected {parser.word!r}; expected an operator or the end.", parser.at)
    return found


def _tokens(text: str) -> list[tuple[str, str, int]]:
    tokens, place = [], 0
    end = len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None:
            place += len(text[place:]) - len(text[place:].lstrip())
            raise ExpressionError(f"cannot read {text[place : place + 12]!r}.", place)
        kind = match.lastgroup or ""
        tokens.append((kind, match[kind], match.start(kind)))
        place = match.end()
    return tokens


class _Parser:
    """One method for each line of the grammar. `depth` counts what is nested, so that no text exhausts the stack."""

    def __init__(self, tokens: list[tuple[str, str, int]], end: int) -> None:
        self.tokens, self.index, self.end, self.nodes = tokens, 0, end, 0

    @property
    def kind(self) -> str:
        return self.tokens[self.index][0] if self.index < len(self.tokens) else "end"

    @property
    def word(self) -> str:
        return self.tokens[self.index][1] if self.index < len(self.tokens) else ""

    @property
    def at(self) -> int:
        return self.tokens[self.index][2] if self.index < len(self.tokens) else self.end

    def either(self, depth: int) -> Expression:
        if depth > MOST_DEPTH:
            raise ExpressionError(f"nested more than {MOST_DEPTH} deep.", self.at)
        return self._chain(("or",), self.both, depth)

    def both(self, depth: int) -> Expression:
        return self._chain(("and",), self.negation, depth)

    def negation(self, depth: int) -> Expression:
        if self.word != "not" or self.kind != "name":
            return self.comparison(depth)
        at = self._step()
        self._require_depth(depth)
        return self._counted(Unary("not", self.negation(depth + 1), at))

    def comparison(self, depth: int) -> Expression:
        left = self.sum(depth)
        if self.kind != "sign" or self.word not in COMPARISONS:
            return left
        operator, at = self.word, self._step()
        found = self._counted(Binary(operator, left, self.sum(depth), at))
        if self.kind == "sign" and self.word in COMPARISONS:
            raise ExpressionError("one comparison at a time: join two with and.", self.at)
        return found

    def sum(self, depth: int) -> Expression:
        return self._chain(("+", "-"), self.product, depth)

    def product(self, depth: int) -> Expression:
        return self._chain(("*", "/"), self.sign, depth)

    def sign(self, depth: int) -> Expression:
        if self.kind == "sign" and self.word == "-":
            at = self._step()
            self._require_depth(depth)
            return self._counted(Unary("-", self.sign(depth + 1), at))
        return self._atom(depth)

    def _chain(self, operators: tuple[str, ...], part: Callable[[int], Expression], depth: int) -> Expression:
        left: Expression = part(depth)
        links = 0
        while self.word in operators and self.kind in ("sign", "name"):
            links += 1
            if links > 2 * MOST_DEPTH:
                raise ExpressionError(f"more than {2 * MOST_DEPTH} in a row.", self.at)
            operator, at = self.word, self._step()
            left = self._counted(Binary(operator, left, part(depth), at))
        return left

    def _atom(self, depth: int) -> Expression:
        kind, word, at = self.kind, self.word, self.at
        if kind == "number":
            self._step()
            return Literal(float(word), at)
        if kind == "text":
            self._step()
            return Literal(word[1:-1], at)
        if kind == "name" and word not in ("and", "or", "not"):
            self._step()
            return self._named(word, at, depth)
        if word == "(":
            self._step()
            found = self.either(depth + 1)
            self._expect(")")
            return found
        what = f"got {word!r}" if word else "the expression ends here"
        raise ExpressionError(f"expected a fact, a number or a text: {what}.", at)

    def _named(self, word: str, at: int, depth: int) -> Expression:
        if word in ("true", "false"):
            return Literal(word == "true", at)
        if self.word != "(":
            return Fact(word, at)
        self._step()
        arguments: list[Expression] = []
        while self.word != ")":
            if arguments:
                self._expect(",")
            arguments.append(self.either(depth + 1))
        self._step()
        return self._counted(Call(word, tuple(arguments), at))

    def _counted(self, node: Expression) -> Expression:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise ExpressionError(f"more than {MOST_NODES} operators and calls.", node.at)
        return node

    def _step(self) -> int:
        at = self.at
        self.index += 1
        return at

    def _expect(self, word: str) -> None:
        if self.word != word:
            got = repr(self.word) if self.word else "the end"
            raise ExpressionError(f"expected {word!r}: got {got}.", self.at)
        self._step()

    def _require_depth(self, depth: int) -> None:
        if depth >= MOST_DEPTH:
            raise ExpressionError(f"nested more than {MOST_DEPTH} deep.", self.at)
