"""`audit verify`: walks every chain of events."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import events
from core.models import Stream


class Command(BaseCommand):
    help = "Verify the chains of events; exit status 1 names the first sequence number that does not hold."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["verify"])

    def handle(self, *args: Any, **options: Any) -> None:
        broken = []
        for stream in Stream.objects.order_by("pk"):
            verdict = events.verify(stream)
            state = "intact" if verdict.is_intact else f"{verdict.reason} at {verdict.first_bad_seq}"
            self.stdout.write(f"{verdict.stream}: {verdict.checked} events, {state}")
            broken += [] if verdict.is_intact else [verdict.stream]
        if broken:
            raise CommandError(f"The chain does not hold in: {', '.join(broken)}")
