"""Erases a person, and keeps what was decided."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import operations
from core.errors import DomainError
from core.models import User


class Command(BaseCommand):
    help = "Close an account and take its person's names out of it and of the log. It cannot be undone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username__iexact=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['username']!r}.")
        try:
            changed = operations.erase_person(user=user, by=None)
        except DomainError as exc:
            raise CommandError(exc.message) from exc
        self.stdout.write(f"{user.username}: erased, {changed} events changed")
