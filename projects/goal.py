"""What the overview shows of the goal: today's value, the least that is useful, and what has been reached."""

from dataclasses import dataclass

from core import charts
from projects.attained import MEASURED_LIVE, Attained
from projects.models import Scope

GOAL_LIVE = f"scope. {MEASURED_LIVE} model. version. comparison. deployment. drift_window."
"""The event types that may change it, whichever app they are of."""


@dataclass(frozen=True)
class Goal:
    scope: Scope
    now: Attained | None

    @property
    def is_set(self) -> bool:
        """Whether the scope says what is measured, and anything to hold it against."""
        return bool(self.scope.metric) and (self.scope.baseline is not None or self.scope.minimal_useful is not None)

    @property
    def word(self) -> str:
        if self.is_useful is None:
            return "not measured yet" if self.now is None else "no minimum agreed"
        return "worth having" if self.is_useful else "not worth having yet"

    @property
    def tone(self) -> str:
        return {True: "ok", False: "warn", None: ""}[self.is_useful]

    @property
    def is_useful(self) -> bool | None:
        if self.now is None or self.scope.minimal_useful is None:
            return None
        if self._is_higher:
            return self.now.value >= self.scope.minimal_useful
        return self.now.value <= self.scope.minimal_useful

    @property
    def chart(self) -> charts.Chart:
        return charts.gauge(
            self.scope.metric,
            today=self.scope.baseline,
            wanted=self.scope.minimal_useful,
            now=self.now.value if self.now else None,
            is_higher=self._is_higher,
        )

    @property
    def _is_higher(self) -> bool:
        return self.scope.direction == Scope.Direction.HIGHER
