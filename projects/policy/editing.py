"""Changes what a form knows of one gate in a policy's text, and leaves every other line as somebody wrote it.

What did not change keeps its lines, with their comments. What changed is written anew, in its place; comments inside of
it are lost, and told beforehand. The text that comes out is read like any other: nothing here says that it is right.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from projects.policy.loading import Node as Tree
from projects.policy.loading import Scalar, load
from projects.policy.loading import Sequence as Items
from projects.policy.problems import PolicyError

LISTS = ("checks", "approvals")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WIDE = 1_000_000


@dataclass(frozen=True)
class Row:
    """An entry of a list as the form gives it: `origin` is its place in the text, None for a new one; `values` are what
    the form knows of it, None where that is left out. Keys that the form does not know stay."""

    origin: int | None
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Edited:
    """`lost` are the comments that are in the text no more."""

    text: str
    lost: tuple[str, ...]


class CannotEdit(Exception):
    """The text is right, but written so that only a person can change it."""


def gate_as_plain(text: str, gate: str) -> dict[str, Any]:
    """What the text says of the gate, as lists, mappings and values; empty if nothing. Raises PolicyError."""
    found = _plain(load(text))
    gates = found.get("gates") if isinstance(found, dict) else None
    said = gates.get(gate) if isinstance(gates, dict) else None
    return said if isinstance(said, dict) else {}


def edit_gate(text: str, gate: str, changes: Mapping[str, Any]) -> Edited:
    """`changes` are the keys of the gate that the form knows: rows for a list, a value, or None to leave it out.

    Raises PolicyError where the text is no YAML, CannotEdit.
    """
    before = gate_as_plain(text, gate)
    wanted = {key: _wanted(before.get(key), value) for key, value in changes.items()}
    lines = text.split("\n")
    gates = _child(yaml.compose(text, Loader=_LOADER), "gates")
    if gates is None or gates[1].flow_style or not isinstance(gates[1], yaml.MappingNode) or not gates[1].value:
        raise CannotEdit("The form changes gates that stand below each other, not in braces: use the text.")
    entry = _child(gates[1], gate)
    indent = gates[1].value[0][0].start_mark.column
    if entry is None:
        at = _last_line(lines, gates[1]) + 1
        written = _gate_anew(gate, {key: value for key, value in wanted.items() if value}, indent)
        lines[at:at] = written
    else:
        first, last = entry[0].start_mark.line, _last_line(lines, entry[1], entry[0])
        lines[first : last + 1] = _gate_again(lines, gate, entry, before, wanted, changes, indent)
    made = "\n".join(lines)
    _require_said(made, gate, {**before, **wanted})
    return Edited(made, _lost(text, made))


def comments(text: str) -> list[str]:
    """Every comment of the text, in order."""
    bare = list(text)
    for token in yaml.scan(text, Loader=_LOADER):
        if isinstance(token, yaml.ScalarToken):
            start, end = token.start_mark.index, token.end_mark.index
            bare[start:end] = ["\n" if one == "\n" else "_" for one in text[start:end]]
    found, place = [], 0
    for line in "".join(bare).split("\n"):
        match = re.search(r"(?:^|\s)#", line)
        if match:
            found.append(text[place + match.end() - 1 : place + len(line)].strip())
        place += len(line) + 1
    return found


def as_text(value: Any) -> str:
    """On one line, as it is written in a policy."""
    style = '"' if isinstance(value, str) and "\n" in value else None
    said = yaml.safe_dump(
        value, default_style=style, default_flow_style=True, allow_unicode=True, sort_keys=False, width=_WIDE
    )
    return said.removesuffix("\n").removesuffix("\n...").strip()


def path_at(text: str, line: int, column: int) -> tuple[str | int, ...]:
    """The keys and places that lead to what stands there, or to what begins last before it; both begin at 1."""
    found: tuple[str | int, ...] = ()
    for (at_line, at_column), path in _places(yaml.compose(text, Loader=_LOADER), ()):
        if (at_line, at_column) <= (line, column):
            found = path
    return found


def _places(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[int, int], tuple[str | int, ...]]]:
    """In the order of the text."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, key.value)
            yield (key.start_mark.line + 1, key.start_mark.column + 1), here
            yield from _places(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (value.start_mark.line + 1, value.start_mark.column + 1), (*path, index)
            yield from _places(value, (*path, index))


def _plain(node: Tree) -> Any:
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Items):
        return [_plain(one) for one in node.items]
    return {name: _plain(one) for name, one in node.entries.items()}


def _require_said(made: str, gate: str, wanted: Mapping[str, Any]) -> None:
    """Whatever way of writing YAML was not thought of here is told, rather than written wrong."""
    try:
        said = gate_as_plain(made, gate)
    except PolicyError:
        said = None
    if said is None or _filled(said) != _filled(wanted):
        raise CannotEdit("This gate is written in a way that the form cannot change: use the text.")


def _filled(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value}


def _wanted(before: Any, given: Any) -> Any:
    """What shall stand there: a list of rows on the entries that they come from."""
    if not isinstance(given, list) or not all(isinstance(one, Row) for one in given):
        return given
    entries = before if isinstance(before, list) else []
    return [_patched(entries, row) for row in given]


def _patched(entries: Sequence[Any], row: Row) -> dict[str, Any]:
    origin = entries[row.origin] if row.origin is not None and 0 <= row.origin < len(entries) else {}
    found = dict(origin) if isinstance(origin, dict) else {}
    for key, value in row.values.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = value
    return found


def _child(node: Any, name: str) -> tuple[Any, Any] | None:
    """The key and the value of this name."""
    entries = node.value if isinstance(node, yaml.MappingNode) else []
    return next(((key, value) for key, value in entries if key.value == name), None)


def _last_line(lines: Sequence[str], node: Any, key: Any = None) -> int:
    """The last line of it that says something: the parser's mark stands at what comes next."""
    end = node.end_mark
    is_block = not isinstance(node, yaml.ScalarNode) and node.flow_style is False
    last = end.line - 1 if is_block or not end.column else end.line
    first = (key or node).start_mark.line
    last = max(first, min(last, len(lines) - 1))
    while last > first and (not lines[last].strip() or lines[last].lstrip().startswith("#")):
        last -= 1
    return last


def _gate_again(
    lines: list[str],
    gate: str,
    entry: tuple[Any, Any],
    before: Mapping[str, Any],
    wanted: Mapping[str, Any],
    changes: Mapping[str, Any],
    indent: int,
) -> list[str]:
    """The lines of a gate that is there: those of unchanged keys as they are, the others anew."""
    key, node = entry
    whole = lines[key.start_mark.line : _last_line(lines, node, key) + 1]
    changed = {name: value for name, value in wanted.items() if (value or None) != (before.get(name) or None)}
    if not changed:
        return whole
    if not isinstance(node, yaml.MappingNode) or node.flow_style or not node.value:
        after = {name: value for name, value in ({**before, **changed}).items() if value}
        return _gate_anew(gate, after, indent)
    inner, made = node.value[0][0].start_mark.column, []
    at = key.start_mark.line
    for name, value in node.value:
        first, last = name.start_mark.line, _last_line(lines, value, name)
        made += lines[at:first]
        at = last + 1
        if name.value not in changed:
            made += lines[first:at]
        elif changed[name.value]:
            made += _key_again(lines, name, value, before, changed[name.value], changes[name.value], inner)
    there = {name.value for name, _ in node.value}
    for name, value in changed.items():
        if name not in there and value:
            made += _written(name, value, inner)
    is_left = bool(there - changed.keys()) or any(changed.values())
    return made if is_left else [*_gate_anew(gate, {}, indent), *made[1:]]


def _key_again(
    lines: list[str], key: Any, node: Any, before: Mapping[str, Any], wanted: Any, given: Any, indent: int
) -> list[str]:
    """One key of the gate. Of a list below each other the entries that stay as they are keep their lines, and every
    entry the comments above it."""
    is_list = isinstance(node, yaml.SequenceNode) and not node.flow_style
    if not is_list or not isinstance(given, list) or not all(isinstance(one, Row) for one in given):
        return _written(key.value, wanted, indent)
    raw, at = [], key.start_mark.line + 1
    for one in node.value:
        # A dash stands before the entry, on its line.
        first, last = one.start_mark.line, _last_line(lines, one)
        raw.append((lines[at:first], lines[first : last + 1]))
        at = last + 1
    column = lines[node.value[0].start_mark.line].index("-")
    made = [lines[key.start_mark.line]]
    for row, value in zip(given, wanted, strict=True):
        is_old = row.origin is not None and row.origin < len(raw)
        above, body = raw[row.origin] if is_old else ([], [])
        made += above
        made += body if is_old and value == before[key.value][row.origin] else _item(value, column)
    return made


def _gate_anew(gate: str, values: Mapping[str, Any], indent: int) -> list[str]:
    if not values:
        return [f"{' ' * indent}{gate}: {{}}"]
    made = [f"{' ' * indent}{gate}:"]
    for name, value in values.items():
        made += _written(name, value, indent + 2)
    return made


def _written(name: str, value: Any, indent: int) -> list[str]:
    if name in LISTS and isinstance(value, list):
        return [f"{' ' * indent}{name}:", *(line for one in value for line in _item(one, indent + 2))]
    return [f"{' ' * indent}{name}: {as_text(value)}"]


def _item(value: Mapping[str, Any], indent: int) -> list[str]:
    """Each key on a line of its own, so that whatever is wrong with one is told of that one."""
    pairs = [f"{name}: {as_text(one)}" for name, one in value.items()]
    return [f"{' ' * indent}{'- ' if index == 0 else '  '}{pair}" for index, pair in enumerate(pairs)]


def _lost(before: str, after: str) -> tuple[str, ...]:
    return tuple((Counter(comments(before)) - Counter(comments(after))).elements())
