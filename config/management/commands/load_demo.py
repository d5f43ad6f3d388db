"""Builds the demo on the first start, by calling the same operations that users call."""

import os
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.demo import churn, fraud, tumour
from config.demo.stage import DemoStuck, cast
from core.errors import DomainError
from monitoring.models import Monitor
from projects.models import Project

OFF = ("0", "off", "no", "false")


class Command(BaseCommand):
    help = (
        "Build the demo, or what is missing of it. Needs a worker and a scheduler that run. THROUGHLINE_DEMO=off: none."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if os.environ.get("THROUGHLINE_DEMO", "").lower() in OFF or not is_wanted():
            return
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


def is_wanted() -> bool:
    """On the first start, and while it is incomplete; never beside projects that somebody else began."""
    if Monitor.objects.filter(project__key=fraud.KEY, project__stage="production").exists():
        return False
    return not Project.objects.exclude(created_by__username="demo-owner").exists()
