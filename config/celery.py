"""Celery: the doorbell and the pool. It is told ids; the truth is in the database."""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_shutting_down

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings


def _broker(url: str) -> str:
    """Redis on a unix socket has a scheme of its own in kombu."""
    return url.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)


app = Celery("throughline")
app.conf.update(
    broker_url=_broker(settings.BROKER_URL),
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_routes={"run_delivery": {"queue": "quick"}},
    task_default_queue="quick",
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 3600, "socket_timeout": 30, "health_check_interval": 15},
    worker_enable_remote_control=False,
    worker_send_task_events=False,
)
app.autodiscover_tasks(["core"])


@worker_shutting_down.connect
def give_jobs_back(**kwargs: Any) -> None:
    from core import jobs  # noqa: PLC0415 (needs the apps, which are ready only once the worker runs)

    jobs.stopping.set()
