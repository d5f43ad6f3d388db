"""Uploads in parts: begun, filled in any order and again where an answer was lost, and whole or absent at the end."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from core import events, jobs, storage
from core.errors import Conflict, Invalid, NotFound
from core.models import User
from core.rules import require
from core.storage import Part, Readable
from experiments import rules
from experiments.events import UPLOAD_ABORTED, UPLOAD_BEGUN
from experiments.models import Artifact, Upload, UploadPart
from experiments.operations.artifacts import check_place, put_blob
from projects.models import Project

MAX_PARTS = 10_000
MAX_PART_BYTES = 512 * 1024 * 1024
KEPT_FOR = timedelta(hours=24)
EXPIRE_UPLOAD = "expire_upload"


@transaction.atomic
def begin_upload(*, project: Project, root: str, path: str, part_count: int, by: User, now: datetime) -> Upload:
    """Begin to take a file in parts. What is not complete after a day is forgotten.

    Raises as `put_artifact`, and Invalid for a number of parts that cannot be.
    """
    if not 1 <= part_count <= MAX_PARTS:
        raise Invalid(f"A file comes in 1 to {MAX_PARTS} parts: got {part_count}.", field="num_parts")
    path = check_place(project=project, root=root, path=path, by=by)
    upload = Upload.objects.create(
        project=project,
        token=secrets.token_hex(16),
        root=root,
        path=path,
        part_count=part_count,
        created_by=by,
        created_at=now,
        expires_at=now + KEPT_FOR,
    )
    jobs.submit(
        EXPIRE_UPLOAD,
        project_id=project.pk,
        by=None,
        payload={"upload": upload.pk, "token": upload.token},
        delay=KEPT_FOR,
    )
    events.record(UPLOAD_BEGUN, upload, by=by, root=root, path=path, parts=part_count)
    return upload


def put_part(*, upload: Upload, number: int, source: Readable, now: datetime) -> UploadPart:
    """Keep one part, whole or not at all. Raises Invalid, Conflict, TooLarge, StorageFull."""
    if not 1 <= number <= upload.part_count:
        raise Invalid(f"The parts of this upload are numbered 1 to {upload.part_count}: got {number}.", field="number")
    _require_open(upload, now)
    part = storage.put_part(upload.token, number, source, most=MAX_PART_BYTES)
    with transaction.atomic():
        _require_open(_locked(upload), now)
        return UploadPart.objects.update_or_create(
            upload=upload, number=number, defaults={"digest": part.digest, "size": part.size}
        )[0]


def complete_upload(*, upload: Upload, digests: Mapping[int, str], by: User, now: datetime) -> Artifact | None:
    """Make one file of the parts, which must all be there and be those that the caller sent (`digests` by number).

    Again, it changes nothing and answers None. Raises NotAllowed, Invalid, Conflict, NotFound, StorageFull.
    """
    require(rules.why_not_end_upload(by, upload))
    if upload.completed_at is not None:
        return None
    _require_open(upload, now)
    blob = storage.join_parts(upload.token, _whole(upload, digests))
    with transaction.atomic():
        upload = _locked(upload)
        if upload.completed_at is not None:
            return None
        artifact = put_blob(project=upload.project, root=upload.root, path=upload.path, blob=blob, by=by, now=now)
        upload.completed_at = now
        upload.save(update_fields=["completed_at"])
    storage.drop_parts(upload.token)
    return artifact


@transaction.atomic
def abort_upload(*, upload: Upload, by: User, now: datetime) -> None:
    """Forget an upload and its parts. Raises NotAllowed, Conflict (`completed`)."""
    require(rules.why_not_end_upload(by, upload))
    upload = _locked(upload)
    if upload.completed_at is not None:
        raise Conflict("This upload is complete: delete the file instead.", code="completed")
    events.record(UPLOAD_ABORTED, upload, by=by, root=upload.root, path=upload.path)
    token = upload.token
    upload.delete()
    transaction.on_commit(lambda: storage.drop_parts(token))


def expire_upload(*, upload_id: int, token: str) -> None:
    """Forget an upload whose time is over, and whatever is left of its parts."""
    Upload.objects.filter(pk=upload_id).delete()
    storage.drop_parts(token)


def _locked(upload: Upload) -> Upload:
    found = Upload.objects.select_for_update().select_related(None).filter(pk=upload.pk).first()
    if found is None:
        raise NotFound("There is no such upload: it was aborted, or its time is over.")
    return found


def _require_open(upload: Upload, now: datetime) -> None:
    if upload.completed_at is not None:
        raise Conflict("This upload is complete.", code="completed")
    if upload.expires_at <= now:
        raise NotFound("There is no such upload: its time is over.")


def _whole(upload: Upload, digests: Mapping[int, str]) -> list[Part]:
    """The parts in order. Raises Invalid if one is missing or is not what the caller sent."""
    found = {part.number: part for part in upload.parts.all()}
    missing = [number for number in range(1, upload.part_count + 1) if number not in found]
    if missing:
        raise Invalid(
            f"{len(missing)} of {upload.part_count} parts have not arrived, the first of them is {missing[0]}.",
            field="parts",
        )
    for number, digest in sorted(digests.items()):
        if number not in found or found[number].digest != digest:
            raise Invalid(f"Part {number} is not the one that arrived: send it again.", field="parts")
    return [Part(number=one.number, digest=one.digest, size=one.size) for _, one in sorted(found.items())]
