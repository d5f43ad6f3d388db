"""`create_user USERNAME --password-stdin [--admin]`."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import operations
from core.errors import DomainError


class Command(BaseCommand):
    help = "Create a person; the password is read from standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="")
        parser.add_argument("--password-stdin", action="store_true", required=True)
        parser.add_argument("--admin", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        password = sys.stdin.readline().rstrip("\n")
        try:
            operations.create_user(
                username=options["username"],
                password=password,
                name=options["name"],
                is_admin=options["admin"],
                by=None,
            )
        except DomainError as exc:
            raise CommandError(exc.message) from None
