"""An import from its request to its end."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import IO
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from core import events, jobs, storage
from core.addresses import is_named
from core.errors import Conflict, Invalid, TooLarge
from core.models import Blob, Job, User
from core.rules import require
from core.sealing import seal, unseal
from porting import rules
from porting.addresses import clean_url
from porting.enums import SourceKind
from porting.events import IMPORT_FAILED, IMPORT_FINISHED, IMPORT_STARTED
from porting.models import Import
from projects.models import Project

IMPORT_JOB = "import"
MAX_CREDENTIAL = 2000
SEALED_FOR = "throughline.porting.credentials"
CREDENTIALS = ("username", "password", "token")


def start_import(
    *,
    project: Project,
    by: User | None,
    now: datetime,
    url: str = "",
    credentials: Mapping[str, str] | None = None,
    upload: IO[bytes] | None = None,
    filename: str = "",
    path: str = "",
    artifacts: Sequence[str] = (),
    experiments: Sequence[str] | None = None,
) -> Import:
    """Queue an import of a server (`url`), of an archive (`upload`), or of a store on this machine (`path`, a
    directory or database URL, which only the command line hands on; `artifacts` are folders that may be read).

    Credentials are kept encrypted until the job has ended. Raises NotAllowed, Invalid (`url_not_allowed`; more than
    one source, or none), TooLarge, Conflict (`in_progress`: one import a project at a time).
    """
    require(rules.why_not_import(by, project.pk))
    if sum(map(bool, (url, upload, path))) != 1:
        raise Invalid("Name one source: the address of a server, or an archive.", field="url", code="one_source")
    secret = _checked(credentials or {})
    if url:
        url = clean_url(url, allowed_hosts=settings.IMPORT_ALLOWED_HOSTS)
        return _queue(project, SourceKind.SERVER, url, secret=secret, experiments=experiments, by=by, now=now)
    if path:
        secret = {"uri": path, "artifacts": list(artifacts)}
        shown = _without_password(path)
        return _queue(project, SourceKind.MACHINE, shown, secret=secret, experiments=experiments, by=by, now=now)
    assert upload is not None
    name = filename.replace("\\", "/").rsplit("/", 1)[-1][:200] or "archive"
    archive = storage.put_file(_Limited(upload, settings.IMPORT_MAX_ARCHIVE_BYTES))
    return _queue(project, SourceKind.ARCHIVE, name, archive=archive, experiments=experiments, by=by, now=now)


@transaction.atomic
def _queue(
    project: Project,
    kind: SourceKind,
    source: str,
    *,
    by: User | None,
    now: datetime,
    experiments: Sequence[str] | None,
    secret: Mapping[str, object] | None = None,
    archive: Blob | None = None,
) -> Import:
    key = f"import:{project.pk}"
    made = Import.objects.create(
        project=project,
        kind=kind,
        source=source[:500],
        archive=archive,
        sealed=seal(json.dumps(secret), purpose=SEALED_FOR, key=settings.SECRET_KEY) if secret else "",
        experiments=list(experiments) if experiments else None,
        created_by=by,
        created_at=now,
    )
    job = jobs.submit(
        IMPORT_JOB, project_id=project.pk, by=by, payload={"import": made.pk}, subject=made, unique_key=key
    )
    if job.payload != {"import": made.pk}:
        raise Conflict("Another import into this project is under way. Wait for its end.", code="in_progress")
    made.job = job
    made.save(update_fields=["job"])
    events.record(IMPORT_STARTED, made, by=by, kind=str(kind), source=made.source)
    return made


def opened(found: Import) -> str:
    """What was sealed with an import, as it was given. Raises Unsealable."""
    return unseal(found.sealed, purpose=SEALED_FOR, key=settings.SECRET_KEY)


def import_job(job: Job) -> Import:
    """What a job is for."""
    return Import.objects.select_related("project", "created_by").get(pk=job.payload["import"])


@transaction.atomic
def finish_import(*, job: Job) -> Import:
    """Note the end of an import, and forget its credentials and its archive. In the transaction that ends the job."""
    done = _forgetful(job)
    events.record(IMPORT_FINISHED, done, by=None, notes=done.notes.count(), **done.done)
    return done


@transaction.atomic
def fail_import(*, job: Job, code: str, message: str) -> Import:
    """As `finish_import`, for one that did not come to its end. What it took stays; the next one goes on."""
    failed = _forgetful(job)
    events.record(IMPORT_FAILED, failed, by=None, code=code, reason=message, **failed.done)
    return failed


def _forgetful(job: Job) -> Import:
    found = Import.objects.select_for_update(no_key=True).get(pk=job.payload["import"])
    found.sealed, found.archive = "", None
    found.save(update_fields=["sealed", "archive"])
    return found


def _checked(credentials: Mapping[str, str]) -> dict[str, object]:
    """Raises Invalid. What is sent in a header must not end it."""
    for name, value in credentials.items():
        if name not in CREDENTIALS or len(value) > MAX_CREDENTIAL or not value.isprintable():
            raise Invalid(
                f"A {name[:20]} has at most {MAX_CREDENTIAL} printable characters: got {len(value)}.", field=name[:20]
            )
    return {name: value for name, value in credentials.items() if value}


def _without_password(uri: str) -> str:
    parts = urlsplit(uri)
    if not parts.hostname:
        return uri
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path}"


def may_ask_anywhere(url: str) -> bool:
    """Whether the operator named this server, so that it may be asked at whatever address it has."""
    parts = urlsplit(url)
    return is_named(parts.hostname or "", parts.port, settings.IMPORT_ALLOWED_HOSTS)


class _Limited:
    """A stream that ends with a refusal after too many bytes."""

    def __init__(self, source: IO[bytes], limit: int) -> None:
        self.source, self.limit, self.seen = source, limit, 0

    def read(self, size: int = -1) -> bytes:
        chunk = self.source.read(size)
        self.seen += len(chunk)
        if self.seen > self.limit:
            raise TooLarge(f"The archive has more than {self.limit:,} bytes, which is the limit.", field="file")
        return chunk
