"""What somebody outside may read of a review: what the business is told, and no more."""

from collections.abc import Mapping
from typing import Any

SHOWN = ("sprint", "as_of", "verdict", "burn_up")


def for_outside(content: Mapping[str, Any]) -> dict[str, Any]:
    """Goal and verdict, counts and what was completed, the burn-up, what research found, counts of models and risks,
    decisions. Not: notes and votes, actions, who waits for what, causes of blocks, names of risks and versions, ages,
    open items by name."""
    items = content["items"]
    done = [items[str(number)] for number in content["scope"]["completed"] if str(number) in items]
    return {name: content[name] for name in SHOWN} | {
        "scope": {name: _size(value) for name, value in content["scope"].items()},
        "completed": [{"title": one["title"], "kind": one["kind"]} for one in done],
        "hypotheses": content["research"]["hypotheses"],
        "velocity": content["engineering"]["velocity"],
        "forecast": content["engineering"]["forecast"]["sprint"],
        "models": content["models"]["counts"],
        "risks": content["risks"]["counts"],
        "decisions": [one["text"] for one in content["decisions"] if one["kind"] == "decision"],
    }


def _size(value: Any) -> Any:
    """How many, where the review lists which."""
    return len(value) if isinstance(value, list) else value
