"""Where a client is told that files lie: `mlflow-artifacts:/<root>/artifacts/<path>`.

Every location is ours and goes through the proxy; the client chooses none.
"""

from core.errors import Invalid
from experiments import queries
from experiments.models import Experiment, LoggedModel, Run
from experiments.operations import clean_path
from projects.models import Project

SCHEME = "mlflow-artifacts:/"
_FOLDER = "/artifacts"


def uri(root: str, path: str = "") -> str:
    """The address of a root, or of a path below it, for a client."""
    return f"{SCHEME}{root}{_FOLDER}" + (f"/{path}" if path else "")


def owner_uri(owner: Run | LoggedModel) -> str:
    """Where the files of a run or a logged model lie."""
    return uri(queries.root_of(owner))


def run_uri(experiment_id: int, run_id: str) -> str:
    """Where the files of a run lie, without asking the database."""
    return uri(f"{experiment_id}/{run_id}")


def experiment_uri(experiment: Experiment) -> str:
    return f"{SCHEME}{experiment.pk}"


def resolve(project: Project, location: str) -> tuple[str, str]:
    """Root and path of `<root>/artifacts[/path]`, if that run or model is this project's. Raises Invalid, NotFound."""
    location = clean_path(location.strip("/"))
    root, found, path = location.partition(_FOLDER)
    if not found or (path and not path.startswith("/")):
        raise Invalid(f"Invalid path {location[:200]!r}: it is not below a run's or a logged model's artifacts.")
    queries.owner_of(project=project, root=root)
    return root, path.lstrip("/")


def resolve_uri(project: Project, source: str) -> tuple[str, str]:
    """Root and path of an `mlflow-artifacts:/...` address of ours. Raises Invalid, NotFound."""
    location = source.removeprefix(SCHEME)
    if location == source or location.startswith("/"):
        raise Invalid(
            f"Invalid source {source[:200]!r}: it is not an artifact location of this server.", field="source"
        )
    return resolve(project, location)
