"""What somebody outside may read of a review: what the business is told, and no more."""

from collections.abc import Iterable, Mapping
from typing import Any

from projects.reviewing.amendments import Amendment

SHOWN = ("sprint", "as_of", "verdict", "burn_up")


OF_COMPLETED = ("title", "kind", "points", "state", "sprint")
OF_HYPOTHESES = ("hypothesis", "metric", "baseline", "result")
"""What is shown of them, and so what is told when it is corrected."""


def for_outside(content: Mapping[str, Any], amended: Iterable[Amendment] = ()) -> dict[str, Any]:
    """Goal and verdict, counts and what was completed, the burn-up, what research found, counts of models and risks,
    decisions, and what was corrected of that since it was frozen, without by whom.

    Not: notes and votes, actions, who waits for what, causes of blocks, names of risks and versions, ages,
    open items by name."""
    items = content["items"]
    done = [items[str(number)] for number in content["scope"]["completed"] if str(number) in items]
    return {name: content[name] for name in SHOWN} | {
        "scope": {name: _size(value) for name, value in content["scope"].items()},
        "completed": [{name: one[name] for name in ("title", "kind", "points")} for one in done],
        "hypotheses": content["research"]["hypotheses"],
        "velocity": content["engineering"]["velocity"],
        "forecast": content["engineering"]["forecast"]["sprint"],
        "models": content["models"]["counts"],
        "risks": content["risks"]["counts"],
        "decisions": [one["text"] for one in content["decisions"] if one["kind"] == "decision"],
        "amendments": [row for one in amended if (row := _amended(one, content))],
    }


def _amended(one: Amendment, content: Mapping[str, Any]) -> dict[str, Any] | None:
    """The amendment under the words that the reader knows the item by; None where nothing of it is shown."""
    if one.kind != "item":
        return None
    told = {"field": one.field, "before": one.before, "after": one.after, "at": one.at}
    item = content["items"].get(str(one.number))
    tested = {row["item"]: row["hypothesis"] for row in content["research"]["hypotheses"]}.get(one.number)
    if one.number in content["scope"]["completed"] and one.field in (*OF_COMPLETED, "item"):
        return {"what": item["title"]} | told
    if tested is not None and (
        one.field in OF_HYPOTHESES or (one.field == "title" and item and item["title"] == tested)
    ):
        return {"what": tested} | told
    return None


def _size(value: Any) -> Any:
    """How many, where the review lists which."""
    return len(value) if isinstance(value, list) else value
