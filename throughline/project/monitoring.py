"""Monitors, alerts and retrainings."""

from collections.abc import Iterator
from typing import Any

from throughline import answers
from throughline.calls import Calls


class Monitoring(Calls):
    def monitors(self) -> Iterator[answers.Monitor]:
        return self._pages(answers.Monitor, "monitors")

    def monitor(self, deployment: str) -> answers.Monitor:
        return self._get(answers.Monitor, "monitors", deployment)

    def watch_deployment(self, deployment: str, **settings: Any) -> answers.Monitor:
        """Check it for drift; the settings are those of `answers.Monitor`."""
        return self._post(answers.Monitor, "monitors", deployment=deployment, **settings)

    def change_monitor(self, deployment: str, **settings: Any) -> answers.Monitor:
        return self._patch(answers.Monitor, "monitors", deployment, **settings)

    def windows(self, deployment: str) -> Iterator[answers.Window]:
        """What each window showed: every feature's distance to the training data."""
        return self._pages(answers.Window, "monitors", deployment, "windows")

    def alerts(self) -> Iterator[answers.Alert]:
        return self._pages(answers.Alert, "alerts")

    def acknowledge_alert(self, id: int) -> answers.Alert:
        """Say that you have seen it and take care."""
        return self._post(answers.Alert, "alerts", id, "acknowledge")

    def resolve_alert(self, id: int, *, because: str = "") -> answers.Alert:
        """It is settled."""
        return self._post(answers.Alert, "alerts", id, "resolve", because=because)

    def retrainings(self) -> Iterator[answers.Retraining]:
        return self._pages(answers.Retraining, "retrainings")

    def retrain(self, deployment: str, *, reason: str = "") -> answers.Retraining:
        """Retrain the model of a watched deployment now. A person still has to approve what comes of it."""
        return self._post(answers.Retraining, "retrainings", deployment=deployment, reason=reason)
