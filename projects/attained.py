"""How far the project has come towards what its scope promises: the scope's metric, where it was measured.

An app registers with `attains`, in its gates.py, what it has measured. What was measured nearer to use counts for more:
in production, then of a model version, then of a run.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from projects.models import Project, Scope

MEASURED_LIVE = (
    "run.started run.updated run.finished run.failed run.killed run.logged run.imported run.deleted run.restored "
    "experiment.deleted experiment.restored import.finished import.failed"
)
"""The event types that may change which value is the best of the finished runs."""


class Strength(IntEnum):
    RUN = 10
    VERSION = 20
    PRODUCTION = 30


@dataclass(frozen=True)
class Attained:
    """A value of the scope's metric: of what (with its address), and where it was measured."""

    value: float
    of: str
    url: str
    measured: str


Teller = Callable[[Project, Scope], Attained | None]
_tellers: dict[Strength, Teller] = {}


def attains(strength: Strength) -> Callable[[Teller], Teller]:
    """Register what an app has measured. Registering the same strength again replaces it."""

    def register(teller: Teller) -> Teller:
        _tellers[strength] = teller
        return teller

    return register


def attained(project: Project, scope: Scope) -> Attained | None:
    """The strongest that there is; None while the scope names no metric, or nothing has measured it."""
    if not scope.metric:
        return None
    found = (_tellers[strength](project, scope) for strength in sorted(_tellers, reverse=True))
    return next((one for one in found if one is not None), None)
