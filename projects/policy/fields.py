"""Reads values of the tree and collects what is wrong with them, each with its place."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from projects.policy.loading import Mapping, Node, Scalar, Sequence
from projects.policy.problems import PolicyError, Problem

MOST_PROBLEMS = 50

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,59}\Z")


class Fields:
    """A value that is wrong reads as something harmless, so that the reading can go on; `refuse_if_wrong` says all."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, node: Node, message: str, *, column: int | None = None) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(node.line, column or node.column, message))

    def refuse_if_wrong(self) -> None:
        if self.problems:
            raise PolicyError(self.problems)

    def mapping(self, node: Node | None, what: str, known: Iterable[str], *, needed: Iterable[str] = ()) -> Mapping:
        """The mapping, with no key but these; each that is needed and missing is named."""
        if node is None:
            return Mapping(1, 1)
        if not isinstance(node, Mapping):
            self.wrong(node, f"{what} is a mapping (name: value).")
            return Mapping(node.line, node.column)
        names = list(known)
        for name, key in node.keys.items():
            if name not in names:
                self.wrong(key, f"{what} has no {name[:60]!r}.{_meant(name, names)}")
        for name in needed:
            if name not in node.entries:
                self.wrong(node, f"{what} needs {name!r}.")
        return node

    def items(self, node: Node | None, what: str, *, most: int) -> list[Node]:
        if node is None:
            return []
        if not isinstance(node, Sequence):
            self.wrong(node, f"{what} is a list.")
            return []
        if len(node.items) > most:
            self.wrong(node.items[most], f"{what} has at most {most} entries: got {len(node.items):,}.")
        return node.items[:most]

    def text(self, node: Node | None, what: str, *, most: int = 200, default: str = "") -> str:
        if node is None:
            return default
        if not isinstance(node, Scalar) or not isinstance(node.value, str) or not node.value.strip():
            self.wrong(node, f"{what} is a text.")
            return default
        if "\x00" in node.value:
            self.wrong(node, f"{what} has a character that no text has, NUL, at place {node.value.index(chr(0)) + 1}.")
            return default
        if len(node.value) > most:
            self.wrong(node, f"{what} has at most {most} characters: got {len(node.value)}.")
            return default
        return node.value.strip()

    def name(self, node: Node | None, what: str) -> str:
        """A word of lower-case letters, digits, - and _."""
        found = self.text(node, what)
        if node is not None and found and not _NAME.match(found):
            self.wrong(node, f"{what} has lower-case letters, digits, - and _, 60 at most: got {found[:60]!r}.")
        return found

    def choice(self, node: Node | None, what: str, choices: Iterable[str], *, default: str) -> str:
        if node is None:
            return default
        known = list(choices)
        if isinstance(node, Scalar) and node.value in known:
            return node.text
        got = f": got {node.text[:60]!r}" if isinstance(node, Scalar) else ""
        self.wrong(node, f"{what} is one of {', '.join(known)}{got}.")
        return default

    def choices(self, node: Node | None, what: str, known: Iterable[str]) -> list[str]:
        """A list of different words out of these; one word stands for a list of one."""
        names, found = list(known), []
        nodes = [node] if isinstance(node, Scalar) else self.items(node, what, most=50)
        for one in nodes:
            word = self.choice(one, f"an entry of {what}", names, default="")
            if word in found:
                self.wrong(one, f"{word!r} stands twice in {what}.")
            elif word:
                found.append(word)
        return found

    def words(self, node: Node | None, what: str, *, most: int) -> list[str]:
        """A list of different texts; one stands for a list of one."""
        found: list[str] = []
        for one in [node] if isinstance(node, Scalar) else self.items(node, what, most=most):
            word = one.text.strip() if isinstance(one, Scalar) else ""
            if not word or len(word) > 200 or word in found:
                self.wrong(one, f"{what} is a list of different words, of 200 characters at most.")
            else:
                found.append(word)
        return found

    def number(self, node: Node | None, what: str) -> float | None:
        """Null is no number, and so is what is wrong."""
        value = node.value if isinstance(node, Scalar) else None
        if node is None or (isinstance(node, Scalar) and value is None):
            return None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            got = f": got {node.text[:60]!r}" if isinstance(node, Scalar) else ""
            self.wrong(node, f"{what} is a number{got}.")
            return None
        return value

    def whole(self, node: Node | None, what: str, *, low: int, high: int, default: int) -> int:
        if node is None:
            return default
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            got = f": got {node.text[:60]!r}" if isinstance(node, Scalar) else ""
            self.wrong(node, f"{what} is a whole number from {low} to {high}{got}.")
            return default
        return value

    def flag(self, node: Node | None, what: str, *, default: bool) -> bool:
        if node is None:
            return default
        if not isinstance(node, Scalar) or not isinstance(node.value, bool):
            self.wrong(node, f"{what} is true or false.")
            return default
        return node.value


def _meant(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f" Did you mean {near[0]!r}?" if near else f" It has {', '.join(known)}."
