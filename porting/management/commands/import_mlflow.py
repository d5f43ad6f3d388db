"""`import_mlflow KEY --from URI --by USERNAME`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import jobs
from core.errors import DomainError
from core.models import User
from core.pages import now
from porting import operations
from porting.models import Import
from projects.models import Project


class Command(BaseCommand):
    help = (
        "Import an MLflow of this machine into a project: an mlruns directory, or a database by its URL "
        "(sqlite:///..., postgresql://...). Run it again to add what is new, or to go on where it was stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key")
        parser.add_argument("--from", required=True, dest="uri", help="a directory or a database URL")
        parser.add_argument("--by", required=True, help="in whose name")
        parser.add_argument("--artifacts", action="append", default=[], help="a folder with artifacts (repeatable)")
        parser.add_argument("--experiment", action="append", default=[], help="only this one (repeatable)")

    def handle(self, *args: Any, **options: Any) -> None:
        project = Project.objects.filter(key=options["key"].upper()).first()
        user = User.objects.filter(username=options["by"]).first()
        if project is None:
            raise CommandError(f"There is no project {options['key']!r}.")
        if user is None:
            raise CommandError(f"There is no user {options['by']!r}.")
        try:
            made = operations.start_import(
                project=project,
                path=options["uri"],
                artifacts=options["artifacts"],
                experiments=options["experiment"],
                by=user,
                now=now(),
            )
        except DomainError as exc:
            raise CommandError(exc.message) from None
        self._carry_out(made)

    def _carry_out(self, made: Import) -> None:
        """Here, with this account's access to files. Should this process die, a worker goes on with it."""
        assert made.job is not None
        jobs.run(made.job.pk)
        made = Import.objects.select_related("job").get(pk=made.pk)
        assert made.job is not None
        for note in made.notes.order_by("pk").iterator():
            self.stderr.write(f"{note.kind} {note.item or note.name}: {note.reason}")
        if made.job.error and made.job.state != "succeeded":
            raise CommandError(str(made.job.error["message"]))
        self.stdout.write(", ".join(f"{count:,} {name}" for name, count in made.done.items()))
