"""Whether what the needed recall was computed from moved since."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from projects.scoping.priors import DEFAULT
from projects.scoping.reading import CASE, PLAN, TODAY

CASE_INPUTS = CASE | TODAY | {"years": "years over which building is paid"}
OPTION_INPUTS = {name: label for name, label in PLAN.items() if name != "recall"}
"""The recall of an option is what is compared with the needed one, not what that follows from."""


@dataclass(frozen=True)
class Move:
    """One input: by its name, as it was and as it is now."""

    name: str
    was: Any
    now: Any


def moves(then: Mapping[str, Any], now: Mapping[str, Any], *, most: float = DEFAULT.most_drifted) -> list[Move]:
    """The inputs of two dossiers, as plain JSON, that differ by more than this share of what they were. What was not
    given then did not count, nor does an option that stands in one of them alone."""
    found = list(_moved(CASE_INPUTS, then, now))
    later = {one["number"]: one for one in now.get("options", ())}
    for option in then.get("options", ()):
        same = later.get(option["number"])
        if same is not None:
            found += _moved(
                {name: f"{option['title']}: {label}" for name, label in OPTION_INPUTS.items()}, option, same
            )
    return [one for one in found if _is_far(one.was, one.now, most)]


def _moved(names: Mapping[str, str], then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Move]:
    for name, label in names.items():
        was, is_now = then.get(name), now.get(name)
        if was is not None and was != is_now:
            yield Move(label, was, is_now)


def _is_far(was: Any, now: Any, most: float) -> bool:
    if now is None:
        return True
    pairs = zip(was, now, strict=True) if isinstance(was, list) else [(was, now)]
    return any(abs(after - before) > most * abs(before) for before, after in pairs)
