"""The one lock under which a project's own things are written.

Whoever writes takes the project's row first, so that two writers cannot wait for each other: project, then the thing,
then (in `events.record`) the stream.
"""

from core.errors import Conflict, PreconditionFailed
from projects.enums import Stage
from projects.models import Project, Risk


def locked(project_id: int) -> Project:
    """The project, locked until the transaction ends."""
    return Project.objects.select_for_update(no_key=True).get(pk=project_id)


def locked_open(project_id: int) -> Project:
    """The same, for work that a retired project no longer takes. Raises Conflict."""
    project = locked(project_id)
    if project.stage == Stage.RETIRED:
        raise Conflict("This project is retired: its record stays as it is.", code="retired")
    return project


def locked_risk(risk: Risk) -> Risk:
    """The risk as it stands, under its project's lock. Raises Conflict for a retired project."""
    project = locked_open(risk.project_id)
    risk = Risk.objects.select_for_update(no_key=True, of=("self",)).select_related("owner").get(pk=risk.pk)
    risk.project = project
    return risk


def require_version(thing: object, current: int, expected: int | None) -> None:
    """Raise PreconditionFailed if somebody changed it since it was read. `expected` None: any version will do."""
    if expected is not None and expected != current:
        raise PreconditionFailed(
            f"{thing} was changed meanwhile: you have version {expected}, it is version {current} now."
        )
