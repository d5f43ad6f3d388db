"""Figures for Prometheus, read from the database when asked: any process gives the same."""

from collections.abc import Iterator

from django.db.models import Count, Sum
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from core.enums import DeliveryState
from core.models import Delivery, Job, Stream


class _Figures(Collector):
    def collect(self) -> Iterator[Metric]:
        jobs = GaugeMetricFamily("throughline_jobs", "Jobs by kind and state", labels=["kind", "state"])
        for kind, state, count in Job.objects.values_list("kind", "state").annotate(Count("pk")).order_by():
            jobs.add_metric([kind, state], count)
        yield jobs
        waiting = Delivery.objects.exclude(state=DeliveryState.DONE)
        deliveries = GaugeMetricFamily("throughline_deliveries", "Event deliveries not done", labels=["state"])
        for state, count in waiting.values_list("state").annotate(Count("pk")).order_by():
            deliveries.add_metric([state], count)
        yield deliveries
        total = Stream.objects.aggregate(total=Sum("last_seq"))["total"] or 0
        yield GaugeMetricFamily("throughline_events", "Events in the log", value=total)


def registry() -> CollectorRegistry:
    fresh = CollectorRegistry(auto_describe=False)
    fresh.register(_Figures())
    return fresh
