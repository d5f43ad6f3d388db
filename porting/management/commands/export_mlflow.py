"""`export_mlflow KEY --to DIR`."""

import zipfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import jobs, storage
from core.errors import DomainError
from core.pages import now
from porting import operations
from porting.models import Export
from projects.models import Project


class Command(BaseCommand):
    help = "Write a project as a stock MLflow (mlflow.db and mlartifacts) into a directory, which must not exist yet."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key")
        parser.add_argument("--to", required=True, help="the directory")
        parser.add_argument("--experiment", action="append", default=[], help="only this one (repeatable)")

    def handle(self, *args: Any, **options: Any) -> None:
        project = Project.objects.filter(key=options["key"].upper()).first()
        target = Path(options["to"])
        if project is None:
            raise CommandError(f"There is no project {options['key']!r}.")
        if target.exists():
            raise CommandError(f"{target} exists already.")
        try:
            # Whoever has a shell on the server is the house itself.
            made = operations.start_export(project=project, experiments=options["experiment"], by=None, now=now())
        except DomainError as exc:
            raise CommandError(exc.message) from None
        self._unpack(made, target)

    def _unpack(self, made: Export, target: Path) -> None:
        assert made.job is not None
        jobs.run(made.job.pk)
        made = Export.objects.select_related("job", "archive").get(pk=made.pk)
        assert made.job is not None
        if made.archive is None:
            raise CommandError(str((made.job.error or {}).get("message", "The export did not end.")))
        with storage.local_path(made.archive.digest) as path, zipfile.ZipFile(path) as archive:
            archive.extractall(target)
        for note in made.notes:
            self.stderr.write(f"{note['kind']} {note['item']}: {note['reason']}")
        self.stdout.write(", ".join(f"{count:,} {name}" for name, count in made.done.items()))
