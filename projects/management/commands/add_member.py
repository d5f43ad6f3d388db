"""`add_member KEY USERNAME ROLE`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core.errors import DomainError
from core.models import User
from core.pages import now
from projects import operations
from projects.models import Project
from projects.roles import Role


class Command(BaseCommand):
    help = "Add a person to a project."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key")
        parser.add_argument("username")
        parser.add_argument("role", choices=Role.values)

    def handle(self, *args: Any, **options: Any) -> None:
        project = Project.objects.select_related("created_by").filter(key=options["key"].upper()).first()
        user = User.objects.filter(username=options["username"]).first()
        if project is None:
            raise CommandError(f"There is no project {options['key']!r}.")
        if user is None:
            raise CommandError(f"There is no user {options['username']!r}.")
        try:
            # Whoever has a shell on the server is the house itself.
            operations.add_member(project=project, user=user, role=options["role"], by=None, now=now())
        except DomainError as exc:
            raise CommandError(exc.message) from None
