"""Files of runs and of models, and uploads under way."""

import re
from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet, Sum

from core.errors import NotFound
from experiments.models import (
    Artifact,
    LoggedModel,
    Run,
    Upload,
)
from projects.models import Project

_ROOT = re.compile(r"(?P<experiment>\d{1,18})/(?:(?P<run>[0-9a-f]{32})|models/(?P<model>m-[0-9a-f]{32}))")


def root_of(owner: Run | LoggedModel) -> str:
    """Where an owner's files lie."""
    if isinstance(owner, Run):
        return f"{owner.experiment_id}/{owner.run_id}"
    return f"{owner.experiment_id}/models/{owner.model_id}"


def owner_of(*, project: Project, root: str) -> Run | LoggedModel:
    """The run or logged model whose files lie there. Raises NotFound."""
    match = _ROOT.fullmatch(root)
    owner: Run | LoggedModel | None = None
    if match and match["run"]:
        owner = Run.objects.filter(project=project, run_id=match["run"], experiment=int(match["experiment"])).first()
    elif match:
        owner = (
            LoggedModel.objects.select_related("source_run")
            .filter(project=project, model_id=match["model"], experiment=int(match["experiment"]))
            .first()
        )
    if owner is None:
        raise NotFound(f"There is no run or model {root[:120]!r}.")
    return owner


def artifacts(*, project: Project, root: str, prefix: str = "") -> QuerySet[Artifact]:
    """The files under a root; with a prefix, the file of that path or all files in that folder. By path."""
    found = Artifact.objects.filter(project=project, root=root).order_by("path")
    if not prefix:
        return found
    return found.filter(Q(path=prefix) | Q(path__startswith=prefix.rstrip("/") + "/"))


def artifact(*, project: Project, root: str, path: str) -> Artifact:
    """Raises NotFound."""
    found = Artifact.objects.filter(project=project, root=root, path=path).first()
    if found is None:
        raise NotFound(f"There is no file {path[:200]!r}.")
    return found


def artifact_as_signed(*, pk: int, digest: str) -> Artifact:
    """The file, if it still has the bytes that it had when its address was signed. Raises NotFound."""
    found = Artifact.objects.filter(pk=pk, blob=digest).first()
    if found is None:
        raise NotFound("There is no such file any more, or it was replaced.")
    return found


def files_of(project: Project, owners: Iterable[Run | LoggedModel]) -> QuerySet[Artifact]:
    """The files of all of these, by owner and path."""
    roots = [root_of(owner) for owner in owners]
    return Artifact.objects.filter(project=project, root__in=roots).order_by("root", "path")


def size_of_files(project: Project, owners: Iterable[Run | LoggedModel]) -> tuple[int, int]:
    """How many files all of these have, and how many bytes."""
    found = files_of(project, owners).order_by().aggregate(count=Count("pk"), size=Sum("size"))
    return found["count"], found["size"] or 0


def upload_by_token(token: str, *, project: Project | None = None) -> Upload:
    """Raises NotFound, with the same words whether it is missing or another project's."""
    found = Upload.objects.select_related("project").filter(token=token)
    upload = (found if project is None else found.filter(project=project)).first()
    if upload is None:
        raise NotFound("There is no such upload: it was aborted, or its time is over.")
    return upload
