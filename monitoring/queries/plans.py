"""What a run of the check sets out to do, and what it brings back."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from core.events import canonical
from monitoring.models import Monitor


@dataclass(frozen=True)
class Plan:
    """What a run set out to check: its results are kept only if this still stands when it ends."""

    watermark: datetime
    window_seconds: int


@dataclass(frozen=True)
class WindowReport:
    """One window, checked. `state` is a WindowState, `features` the `FeatureDrift.as_json` of each feature."""

    started_at: datetime
    ended_at: datetime
    model_version_id: int
    rows: int
    state: str
    features: list[dict[str, Any]]

    @property
    def digest(self) -> str:
        """SHA-256 over all it says, hexadecimal."""
        return hashlib.sha256(canonical(asdict(self))).hexdigest()


def plan_of(monitor: Monitor) -> Plan:
    return Plan(watermark=monitor.watermark, window_seconds=monitor.window_seconds)
