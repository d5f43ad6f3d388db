"""What the scheduler rings for, and how often."""

import os
import subprocess
import sys
import time
from collections import defaultdict
from datetime import timedelta

import pytest
from celery import current_app
from django.db import transaction

from core import jobs
from core.management.commands import dispatch
from core.models import Delivery, Event, Schedule
from tests.factories import make_project
from tests.product import ROOT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rung(monkeypatch):
    heard = []
    monkeypatch.setattr(
        current_app, "send_task", lambda name, *, args, queue, **options: heard.append((name, *args, queue))
    )
    monkeypatch.setattr(dispatch, "_rung", defaultdict(dict))
    return heard


def test_it_rings_for_what_is_due_and_not_anew_while_somebody_may_be_at_it(rung, monkeypatch):
    now = jobs.database_now()
    due = Schedule.objects.create(kind="sweep_files", every_seconds=60, next_at=now - timedelta(seconds=1))
    Schedule.objects.create(kind="gather_words", every_seconds=60, next_at=now + timedelta(hours=1))
    with transaction.atomic():
        job = jobs.submit("verify_ledger", project_id=make_project().pk, by=None)
    delivery = Delivery.objects.create(event=Event.objects.first(), handler="tell", due_at=now)
    of_job, of_rows = (
        ("run_job", job.pk, "quick"),
        [
            ("fire_schedule", due.pk, "quick"),
            ("run_delivery", delivery.pk, "quick"),
        ],
    )

    began = time.monotonic()
    assert [dispatch_at(began, monkeypatch) for _ in range(2)] == [3, 0]
    assert rung == [of_job, *of_rows]

    times = [dispatch_at(began + seconds, monkeypatch) for seconds in (4, 6, 11, 17, 30, 38)]
    assert times == [0, 2, 0, 2, 0, 2]  # of a job the database says when it was rung for
    assert rung == [of_job, *of_rows * 4]

    for round in range(1, 9):
        dispatch_at(began + round * 1000, monkeypatch)
    assert [dispatch_at(began + 8000 + seconds, monkeypatch) for seconds in (299, 301)] == [0, 2]


def dispatch_at(moment, monkeypatch):
    """Rings of a round at this moment of the clock."""
    with monkeypatch.context() as patched:
        patched.setattr(dispatch.time, "monotonic", lambda: moment)
        return dispatch.dispatch_once()


def test_core_alone_is_all_it_needs():
    """Under its own settings it reads the three tables, and none of what rings is of another app."""
    look = (
        "import sys, django; django.setup(); from core.management.commands import dispatch;"
        "print({'projects', 'experiments', 'inbox', 'numpy', 'rest_framework'} & set(sys.modules))"
    )
    assert looked(look, settings="config.scheduler") == "set()"


def test_what_a_worker_loads_before_anybody_calculates_is_without_numpy():
    look = "import sys, django; django.setup(); print('projects.operations' in sys.modules, 'numpy' in sys.modules)"
    assert looked(look, settings="config.settings") == "True False"


def looked(program, *, settings):
    """What this program prints in a process of its own."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": settings}
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stderr == ""
    return done.stdout.strip()
