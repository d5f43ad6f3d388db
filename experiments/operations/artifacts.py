"""Files of runs and of logged models. Their paths are keys in a table, and are checked as if they were paths on a disk,
because clients will download them to one.
"""

import re
import unicodedata
from datetime import datetime
from typing import IO
from urllib.parse import unquote

from django.db import transaction

from core import events, storage
from core.errors import Conflict, Invalid, NotFound
from core.models import Blob, User
from core.rules import require
from experiments import queries, rules
from experiments.enums import Lifecycle
from experiments.events import ARTIFACT_ADDED, ARTIFACT_DELETED
from experiments.models import Artifact, LoggedModel, Run
from projects.models import Project

MAX_PATH = 1000

_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f\\#:]")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def clean_path(path: str) -> str:
    """An artifact's path, relative and normalised (NFC). Raises Invalid (`bad_path`)."""
    normal = unicodedata.normalize("NFC", path)
    for decoded in _decodings(normal):
        reason = _why_not_path(decoded)
        if reason:
            raise Invalid(f"Invalid path {path[:100]!r}: {reason}.", field="path", code="bad_path")
    return normal


def put_artifact(
    *, project: Project, root: str, path: str, source: IO[bytes], by: User | None, now: datetime
) -> Artifact:
    """Keep a file under `root` (`<experiment>/<run>` or `<experiment>/models/<model>`); a file there is replaced.

    The bytes are stored whole before the row is written. Raises NotAllowed, NotFound (no such root in the project),
    Invalid (`bad_path`), Conflict (`deleted`; `not_a_folder`), StorageFull.
    """
    path = check_place(project=project, root=root, path=path, by=by)
    blob = storage.put_file(source)
    return put_blob(project=project, root=root, path=path, blob=blob, by=by, now=now)


@transaction.atomic
def put_blob(*, project: Project, root: str, path: str, blob: Blob, by: User | None, now: datetime) -> Artifact:
    """As `put_artifact`, for bytes that are stored already."""
    path = check_place(project=project, root=root, path=path, by=by)
    _refuse_file_as_folder(root, path)
    artifact, _ = Artifact.objects.update_or_create(
        root=root, path=path, defaults={"project": project, "blob": blob, "size": blob.size}
    )
    events.record(ARTIFACT_ADDED, artifact, by=by, root=root, path=path, digest=blob.digest, size=blob.size)
    return artifact


@transaction.atomic
def delete_artifact(*, project: Project, root: str, path: str, by: User | None, now: datetime) -> int:
    """Remove a file, or a folder with all below it. Returns how many files. Raises NotAllowed, NotFound, Invalid."""
    path = clean_path(path)
    _check_owner(project, root, by)
    found = list(queries.artifacts(project=project, root=root, prefix=path).select_for_update())
    if not found:
        raise NotFound(f"There is no file {path!r} in {root}.")
    for artifact in found:
        events.record(ARTIFACT_DELETED, artifact, by=by, root=root, path=artifact.path)
    Artifact.objects.filter(pk__in=[artifact.pk for artifact in found]).delete()
    return len(found)


def check_place(*, project: Project, root: str, path: str, by: User | None) -> str:
    """The path, cleaned, if a file may be put there now. Raises as `put_artifact`."""
    path = clean_path(path)
    _check_owner(project, root, by)
    return path


def _decodings(path: str) -> list[str]:
    """The path, and what is left when its percent signs are decoded again and again."""
    found = [path]
    while len(found) < 6 and (decoded := unquote(found[-1])) != found[-1]:
        found.append(decoded)
    return found


def _why_not_path(path: str) -> str | None:
    if not path:
        return "it is empty"
    if len(path) > MAX_PATH:
        return f"it has {len(path)} characters, at most {MAX_PATH} are allowed"
    if _FORBIDDEN.search(path):
        return "it holds a control character, a backslash, a colon or a number sign"
    segments = path.split("/")
    if any(segment in ("", ".", "..") for segment in segments):
        return "it must be relative, without empty, “.” or “..” parts"
    if any(segment.startswith("~") or segment[-1] in ". " for segment in segments):
        return "a part begins with a tilde, or ends with a dot or a space"
    if any(_RESERVED.fullmatch(segment) for segment in segments):
        return "a part is a name that some systems reserve"
    return None


def _check_owner(project: Project, root: str, by: User | None) -> Run | LoggedModel:
    owner = queries.owner_of(project=project, root=root)
    run = owner if isinstance(owner, Run) else owner.source_run
    require(rules.why_not_log(by, run) if run is not None else rules.why_not_train(by, project.pk))
    if owner.lifecycle != Lifecycle.ACTIVE:
        raise Conflict(f"{owner} is deleted. Restore it first.", code="deleted")
    return owner


def _refuse_file_as_folder(root: str, path: str) -> None:
    parents = ["/".join(path.split("/")[:depth]) for depth in range(1, path.count("/") + 1)]
    blocking = Artifact.objects.filter(root=root, path__in=parents).first()
    if blocking is not None:
        raise Conflict(f"{blocking.path!r} is a file, not a folder.", field="path", code="not_a_folder")
    if Artifact.objects.filter(root=root, path__startswith=path + "/").exists():
        raise Conflict(f"{path!r} is a folder, not a file.", field="path", code="not_a_file")
