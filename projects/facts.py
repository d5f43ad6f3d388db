"""What policies may speak of: facts about a project, and checks of its gates, registered by the apps that know them.

An app registers a fact with `fact`, and a check with `gate_check`, in its own gates.py; so a lower app's gate can ask
for what only a higher app knows. Every check is a fact too: `checks.` and the name of its function.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from projects.enums import Gate
from projects.models import Project
from projects.policy import Type, Value, is_of, to_json

State = Literal["ok", "bad", "wait", "waived", "left_out"]


@dataclass(frozen=True)
class Check:
    """What one check found. `label` is the fact when satisfied, `value` the evidence, `source` where it comes from, and
    `url` where it can be looked at and mended. `bad` is not met, `wait` is on its way; `waived` and `left_out` are not
    asked for. `rule` is what policies call it; one of severity `warn` blocks nothing. `of_slices`: asked of each slice
    of the data, and `value` names the one that decided. `identity` is what it was found in, by what nothing else has:
    ids, digests, revisions, values that are not rounded, all of it JSON. Approvals are bound to it, never to words."""

    id: str
    label: str
    state: State
    value: str = ""
    source: str = ""
    url: str = ""
    rule: str = ""
    severity: str = "block"
    of_slices: bool = False
    identity: dict[str, Any] = field(default_factory=dict)

    @property
    def is_met(self) -> bool:
        return self.severity == "warn" or self.state not in ("bad", "wait")

    @property
    def mark(self) -> str:
        """The sign before it: what is waived shows, and what only warns does not look as if it blocked."""
        if self.state == "waived" or (self.severity == "warn" and self.state == "bad"):
            return "warn"
        return "wait" if self.state == "left_out" else self.state


@dataclass(frozen=True)
class Reading:
    """What a fact says now. `shown` is how people read it, `source` where it comes from, `identity` what it was read
    from, as a check's."""

    value: Value
    shown: str = ""
    source: str = ""
    url: str = ""
    identity: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        named = {"identity": self.identity} if self.identity else {}
        return {"value": to_json(self.value), "shown": self.shown, "source": self.source} | named


Checker = Callable[[Project], Check]
Computer = Callable[[Project], Value | Reading]


@dataclass(frozen=True)
class KnownFact:
    name: str
    type: Type
    doc: str
    compute: Computer


class WrongFact(TypeError):
    """An app's fact is not of the type that it was registered with: a bug."""


_facts: dict[str, KnownFact] = {}
_checks: dict[Gate, dict[str, tuple[int, Checker]]] = {gate: {} for gate in Gate}


def fact(name: str, type: Type, *, doc: str) -> Callable[[Computer], Computer]:
    """Register how to compute this fact of a project; it may give None while nobody knows."""

    def register(compute: Computer) -> Computer:
        _facts[name] = KnownFact(name, type, doc, compute)
        return compute

    return register


def gate_check(gate: Gate, *, order: int = 100) -> Callable[[Checker], Checker]:
    """Register a check of this gate; they are shown by `order`. Registering the same function again changes nothing."""

    def register(checker: Checker) -> Checker:
        _checks[gate][f"{checker.__module__}.{checker.__qualname__}"] = (order, checker)
        return checker

    return register


def standing_checks(gate: Gate) -> list[tuple[str, Checker]]:
    """The checks of this gate in their order, each with the name by which policies know it."""
    named = sorted(_checks[gate].items(), key=lambda entry: (entry[1][0], entry[0]))
    return [(checker.__name__, checker) for _, (_, checker) in named]


def known_facts() -> dict[str, KnownFact]:
    """By name, in the order of names."""
    checks = {f"checks.{name}": checker for gate in Gate for name, checker in standing_checks(gate)}
    found = _facts | {name: KnownFact(name, Type.BOOLEAN, _doc(name), _as_fact(one)) for name, one in checks.items()}
    return dict(sorted(found.items()))


def collect(project: Project, names: Iterable[str]) -> dict[str, Reading]:
    """What these facts say of the project now; a name that is not registered is left out."""
    known = known_facts()
    return {name: _read(known[name], project) for name in sorted(set(names)) if name in known}


def read_check(check: Check) -> Reading:
    """A check as a fact: unknown while it is on its way."""
    value = {"ok": True, "bad": False}.get(check.state)
    return Reading(value, shown=check.value, source=check.source, url=check.url, identity=check.identity)


def _as_fact(checker: Checker) -> Computer:
    return lambda project: read_check(checker(project))


def _doc(name: str) -> str:
    return f"Check of a gate: {name.removeprefix('checks.').replace('_', ' ')}."


def _read(known: KnownFact, project: Project) -> Reading:
    found = known.compute(project)
    reading = found if isinstance(found, Reading) else Reading(found, shown=_shown(found))
    if not is_of(reading.value, known.type):
        raise WrongFact(f"{known.name} is registered as {known.type}: got {reading.value!r}")
    return reading


def _shown(value: Value) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, frozenset):
        return ", ".join(sorted(value)) or "none"
    return f"{value:g}" if isinstance(value, (int, float)) else str(to_json(value))
