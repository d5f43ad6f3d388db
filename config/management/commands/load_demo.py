"""Builds the demo on the first start, by calling the same operations that users call."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from config.demo import churn, fraud, tumour
from config.demo.stage import DemoStuck, cast
from core.errors import DomainError
from monitoring.models import Monitor
from projects.models import Project

# Any number will do, as long as nobody else takes it.
_LOCK = 7_468_728
OFF = ("0", "off", "no", "false")


class Command(BaseCommand):
    help = (
        "Build the demo, or what is missing of it. Needs a worker and a scheduler that run. THROUGHLINE_DEMO=off: none."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if os.environ.get("THROUGHLINE_DEMO", "").lower() in OFF:
            return
        with _alone():
            if is_wanted():
                self._tell()

    def _tell(self) -> None:
        began = time.monotonic()
        try:
            people = cast()
            for one in (churn, fraud):  # their data are profiled meanwhile
                one.begin(people)
            tumour.tell(people=people, say=self._say)
            churn.tell(people=people, say=self._say)
            fraud.tell(people=people, say=self._say)
        except (DemoStuck, DomainError) as exc:
            raise CommandError(f"The demo is not complete: {exc}. It goes on at the next start.") from None
        self._say(f"complete after {time.monotonic() - began:.0f} s")

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


@contextmanager
def _alone() -> Iterator[None]:
    """The only one that builds the demo, until it is done or its connection ends. Raises CommandError."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise CommandError("The demo is being built already, by another process: it is there when that one ends.")
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def is_wanted() -> bool:
    """On the first start, and while it is incomplete; never beside projects that somebody else began."""
    if Monitor.objects.filter(project__key=fraud.KEY, project__stage="production").exists():
        return False
    return not Project.objects.exclude(created_by__username="demo-owner").exists()
