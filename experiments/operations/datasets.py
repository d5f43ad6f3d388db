"""Writes about data: versions are added, profiled once, and never changed."""

import re
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from django.db import transaction

from core import events, jobs, storage
from core.errors import Conflict, Invalid
from core.models import Blob, User
from core.rules import require
from experiments import rules
from experiments.enums import DatasetOrigin
from experiments.events import DATASET_CREATED, DATASET_VERSION_ADDED, DATASET_VERSION_PROFILED
from experiments.models import Dataset, DatasetVersion
from experiments.operations.uploads import Upload, received
from projects.models import Project

PROFILE_JOB = "profile"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def create_dataset_version(
    *,
    project: Project,
    name: str,
    upload: IO[bytes],
    filename: str,
    by: User | None,
    now: datetime,
    origin: str = DatasetOrigin.UPLOAD,
    note: str = "",
) -> DatasetVersion:
    """Add a CSV or Parquet file as the next version of the dataset `name`, which is made if there is none.

    The file is read whole before anything is written; its profile is computed by a job. Raises NotAllowed; Invalid and
    TooLarge (of the field `file`: what is wrong and where); Conflict (`same_bytes`) naming the version that has them.
    """
    name, filename = _clean_name(name), _clean_filename(filename)
    if len(note) > 200:
        raise Invalid(f"A note has at most 200 characters: got {len(note)}.", field="note")
    require(rules.why_not_add_data(by, project.pk))
    with received(upload, filename) as table:
        original, stored = storage.put_path(table.original), storage.put_path(table.table)
        return _add_version(
            project=project,
            name=name,
            read=table,
            blobs=(original, stored),
            about={"filename": filename, "origin": origin, "note": note},
            by=by,
            now=now,
        )


@transaction.atomic
def _add_version(
    *,
    project: Project,
    name: str,
    read: Upload,
    blobs: tuple[Blob, Blob],
    about: dict[str, Any],
    by: User | None,
    now: datetime,
) -> DatasetVersion:
    original, table = blobs
    dataset = _lock_dataset(project, name, by, now)
    same = dataset.versions.filter(original=original).first()
    if same is not None:
        raise Conflict(f"{same} has exactly these bytes already.", field="file", code="same_bytes")
    last = dataset.versions.order_by("-number").first()
    version = DatasetVersion.objects.create(
        project=project,
        dataset=dataset,
        number=last.number + 1 if last else 1,
        original=original,
        table=table,
        rows=read.rows,
        columns=read.columns,
        created_by=by,
        created_at=now,
        **about,
    )
    events.record(DATASET_VERSION_ADDED, version, by=by, digest=version.digest, rows=version.rows)
    jobs.submit(PROFILE_JOB, project_id=project.pk, by=by, payload={"version": version.pk}, subject=version)
    return version


@transaction.atomic
def store_profile(*, version: DatasetVersion, profile: dict[str, Any]) -> DatasetVersion:
    """Keep the profile that a job computed. One that is there stays as it is."""
    version = DatasetVersion.objects.select_for_update(no_key=True).select_related("dataset").get(pk=version.pk)
    if version.profile is not None:
        return version
    version.profile = profile
    version.save(update_fields=["profile"])
    events.record(DATASET_VERSION_PROFILED, version, by=None, warnings=len(profile.get("warnings", [])))
    return version


def _lock_dataset(project: Project, name: str, by: User | None, now: datetime) -> Dataset:
    """Numbers are given under the lock of the dataset's row."""
    dataset, created = Dataset.objects.get_or_create(
        project=project, name=name, defaults={"created_by": by, "created_at": now}
    )
    if created:
        events.record(DATASET_CREATED, dataset, by=by)
    return Dataset.objects.select_for_update(no_key=True).get(pk=dataset.pk)


def _clean_name(name: str) -> str:
    name = name.strip()
    if not _NAME.fullmatch(name):
        raise Invalid(
            "A dataset's name has 1 to 80 letters, digits, dots, dashes and underscores, and begins with a letter or "
            f"a digit: got {name[:100]!r}.",
            field="name",
        )
    return name


def _clean_filename(filename: str) -> str:
    filename = Path(filename.replace("\\", "/")).name
    if not 1 <= len(filename) <= 200 or not filename.isprintable():
        raise Invalid(
            f"A file's name has 1 to 200 printable characters: got {filename[:60]!r}.",
            field="file",
            code="bad_filename",
        )
    return filename
