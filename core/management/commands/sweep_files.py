"""`sweep_files [--dry-run]`: what the daily sweep does, at once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core import sweeping
from core.jobs import database_now


class Command(BaseCommand):
    help = "Remove the files that nothing has named for a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only say how much it is.")

    def handle(self, *args: Any, **options: Any) -> None:
        swept = sweeping.sweep(now=database_now(), is_trial=options["dry_run"])
        word = "would be removed" if options["dry_run"] else "removed"
        said = f"{swept.files} files of {swept.bytes:,} bytes that nothing names, {swept.strays} that nobody knows of"
        self.stdout.write(f"{said}: {word}.")
