"""Where a client says that a version's files are, and what of ours that is.

Only what lies here counts: `runs:/RUN/path`, `models:/m-...`, `models:/NAME/NUMBER` and `mlflow-artifacts:/...`, of the
same project. Everything else, a disk or another server, is refused.
"""

from dataclasses import dataclass

from core.errors import Invalid
from core.numbers import whole_of
from experiments import queries as experiments_queries
from experiments.mlflow import locations
from experiments.mlflow.door import Call
from experiments.mlflow.runs import run_named
from experiments.models import LoggedModel, Run
from experiments.operations import clean_path
from models_registry import queries


@dataclass(frozen=True)
class Source:
    """A run's model, a logged model, or a folder of artifacts (`root` and `path`)."""

    run: Run | None = None
    logged_model: LoggedModel | None = None
    root: str = ""
    path: str = ""


def resolve(call: Call, source: str, *, run_id: str = "", model_id: str = "") -> Source:
    """What `source` names. The run and the model that the client names beside it must be this project's.

    Raises Invalid for a place that is none of ours, NotFound for one that this project does not have.
    """
    run = run_named(call, run_id) if run_id else None
    if model_id:
        return _logged_model(call, model_id, run)
    if source.startswith("runs:/"):
        return _in_run(call, source.removeprefix("runs:/"))
    if source.startswith("models:/"):
        return _in_models(call, source.removeprefix("models:/"), run)
    root, path = locations.resolve_uri(call.project, source)
    return _in_artifacts(call, root, path, run)


def _logged_model(call: Call, model_id: str, run: Run | None = None) -> Source:
    model = experiments_queries.logged_model_by_id(project=call.project, model_id=model_id)
    return Source(run=run or model.source_run, logged_model=model)


def _in_run(call: Call, rest: str) -> Source:
    run_id, _, path = rest.partition("/")
    run = run_named(call, run_id) if run_id else None
    if run is None:
        raise Invalid(f"Invalid source 'runs:/{rest[:200]}': it names no run.", field="source")
    path = clean_path(path) if path else ""
    return _named_model(run, path) or Source(run=run, root=experiments_queries.root_of(run), path=path)


def _in_models(call: Call, rest: str, run: Run | None) -> Source:
    name, _, digits = rest.partition("/")
    if not digits and name.startswith("m-"):
        return _logged_model(call, name, run)
    number = whole_of(digits)
    if number is None:
        raise Invalid(f"Invalid source 'models:/{rest[:200]}': name a version, or a logged model.", field="source")
    copied = queries.version_of(project=call.project, name=name, number=number)
    return Source(
        run=run or copied.run, logged_model=copied.logged_model, root=copied.source_root, path=copied.source_path
    )


def _in_artifacts(call: Call, root: str, path: str, run: Run | None) -> Source:
    owner = experiments_queries.owner_of(project=call.project, root=root)
    if isinstance(owner, LoggedModel):
        return Source(run=run or owner.source_run, logged_model=owner)
    if run is not None and run.pk != owner.pk:
        raise Invalid(f"Invalid source: its files are not those of the run {run.run_id}.", field="source")
    return _named_model(owner, path) or Source(run=owner, root=root, path=path)


def _named_model(run: Run, path: str) -> Source | None:
    """The logged model of that name, where clients of MLflow 3 keep what `runs:/RUN/name` stands for."""
    found = experiments_queries.artifacts(project=run.project, root=experiments_queries.root_of(run), prefix=path)
    if not path or found.exists():
        return None
    model = LoggedModel.objects.filter(source_run=run, name=path).order_by("-pk").first()
    return Source(run=run, logged_model=model) if model else None
