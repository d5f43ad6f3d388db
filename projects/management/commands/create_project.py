"""`create_project KEY NAME --owner USERNAME`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import DomainError
from core.models import User
from core.pages import now
from projects import operations


class Command(BaseCommand):
    help = "Create a project."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key")
        parser.add_argument("name")
        parser.add_argument("--owner", required=True, metavar="USERNAME")
        parser.add_argument("--purpose", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        owner = User.objects.filter(username=options["owner"]).first()
        if owner is None:
            raise CommandError(f"There is no user {options['owner']!r}.")
        try:
            operations.create_project(
                key=options["key"], name=options["name"], purpose=options["purpose"], by=owner, now=now()
            )
        except DomainError as exc:
            raise CommandError(exc.message) from None
