"""How work flows and when it will be done: pure, knows no database.

Everything is computed from the changes of items as the event log has them; nothing is typed in. Each measure names the
source of its formula where it stands.
"""

from projects.delivery.burnup import BurnUp, Mark, burn_up, pace
from projects.delivery.changes import STARTED, Change, History, Phase, histories
from projects.delivery.cycle import (
    Ageing,
    Cycle,
    Spread,
    Times,
    ages,
    blocked_by_cause,
    cycle,
    cycles_by_kind,
    efficiency,
    spread,
    times,
)
from projects.delivery.forecast import (
    ENOUGH_WEEKS,
    MOST_WEEKS,
    Forecast,
    Velocity,
    forecast,
    throughput,
    velocity,
)
from projects.delivery.sprint import Account, Estimate, account, churn, predictability, wilson

__all__ = [
    "ENOUGH_WEEKS",
    "MOST_WEEKS",
    "STARTED",
    "Account",
    "Ageing",
    "BurnUp",
    "Change",
    "Cycle",
    "Estimate",
    "Forecast",
    "History",
    "Mark",
    "Phase",
    "Spread",
    "Times",
    "Velocity",
    "account",
    "ages",
    "blocked_by_cause",
    "burn_up",
    "churn",
    "cycle",
    "cycles_by_kind",
    "efficiency",
    "forecast",
    "histories",
    "pace",
    "predictability",
    "spread",
    "throughput",
    "times",
    "velocity",
    "wilson",
]
