"""Events of a project as fast as the log takes them, one in each transaction: the name of the project, how many, and at
most how many a second, come by the environment."""

import os
import time
from typing import Any

from django.db import transaction

from core import events
from core.models import User
from projects.models import Project


def measure() -> dict[str, Any]:
    count, rate = int(os.environ["BENCH_EVENTS"]), float(os.environ["BENCH_RATE"])
    project, by = Project.objects.get(key="BEN"), User.objects.get(username="bench")
    began = time.monotonic()
    for number in range(count):
        time.sleep(max(0.0, began + number / rate - time.monotonic()))
        with transaction.atomic():
            last = events.record("project.renamed", project, by=by)
    return {"last": last.seq, "seconds": time.monotonic() - began}
