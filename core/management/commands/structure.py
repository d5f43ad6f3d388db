"""Writes config/structure.sql from the migrations, taken step by step in an empty database."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from core import structure


class Command(BaseCommand):
    help = "Take every migration in an empty database, and write down the tables that they leave."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; fail if the file is not current.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not structure.is_empty(connection):
            raise CommandError("This writes from an empty database, and this one has tables: run `make structure`.")
        call_command("migrate", step_by_step=True, verbosity=0, skip_checks=True)
        written = structure.written_from(connection)
        if not options["check"]:
            settings.STRUCTURE_FILE.write_text(written)
        elif settings.STRUCTURE_FILE.read_text() != written:
            raise CommandError("config/structure.sql is not what the migrations leave: run `make structure`.")
