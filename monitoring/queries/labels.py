"""Predictions whose truth has arrived."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from models_registry.models import Deployment, PredictionLog

# A class with fewer examples than this cannot be split into what is learnt from and what is judged on.
MIN_PER_CLASS = 10


@dataclass(frozen=True)
class Labels:
    """How many labelled predictions there are, and how many of the rarest class."""

    total: int
    rarest: int

    def are_enough(self, *, at_least: int) -> bool:
        return self.total >= at_least and self.rarest >= MIN_PER_CLASS

    def missing(self, *, at_least: int) -> str:
        """What is still waited for, in words; "" when nothing is."""
        if self.total < at_least:
            return f"{self.total:,} of {at_least:,} labels since the drift began"
        if self.rarest < MIN_PER_CLASS:
            return f"{self.total:,} labels; the rarest class has {self.rarest} of the {MIN_PER_CLASS} it needs"
        return ""


def labels_since(deployment: Deployment, since: datetime) -> Labels:
    counts = PredictionLog.objects.filter(deployment=deployment, truth_at__isnull=False, at__gte=since)
    by_class = list(counts.order_by().values_list("truth").annotate(Count("pk")).values_list("pk__count", flat=True))
    return Labels(total=sum(by_class), rarest=min(by_class) if len(by_class) > 1 else 0)


def labelled_rows(deployment: Deployment, since: datetime, *, limit: int) -> list[tuple[dict[str, Any], Any]]:
    """(features, truth) of the newest labelled predictions, oldest first."""
    found = PredictionLog.objects.filter(deployment=deployment, truth_at__isnull=False, at__gte=since)
    newest = found.order_by("-at", "-pk").values_list("features", "truth")[:limit]
    return list(newest)[::-1]
