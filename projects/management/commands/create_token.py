"""`create_token USERNAME [--project KEY] [--scope ...]`: prints the token and nothing else."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import operations
from core.errors import DomainError
from core.models import User
from core.pages import now
from core.roles import DEFAULT_SCOPES, Scope
from projects import queries


class Command(BaseCommand):
    help = "Make a token for a user and print it, and nothing else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--project", metavar="KEY")
        parser.add_argument("--scope", action="append", nargs="+", metavar="SCOPE", help=f"of {', '.join(Scope)}")
        parser.add_argument("--days", type=int, default=90)
        parser.add_argument("--label", default="made on the command line")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['username']!r}.")
        given = [scope for group in options["scope"] or [] for part in group for scope in part.split(",")]
        try:
            stream_id = queries.visible_project(user, options["project"]).pk if options["project"] else None
            made = operations.create_token(
                user=user,
                label=options["label"],
                scopes=given or DEFAULT_SCOPES,
                days=options["days"],
                stream_id=stream_id,
                by=user,
                now=now(),
            )
        except DomainError as exc:
            raise CommandError(exc.message) from None
        self.stdout.write(made.text)
