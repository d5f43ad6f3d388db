"""`experiments/*`: experiments are MLflow's and ours alike; their primary key is the experiment id.

MLflow's clients expect an experiment "0" called "Default". Here each project has its own: both names stand for the
project's experiment "Default", which is made when it is first asked for and answers with its own id.
"""

from typing import Any

from django.db.models import QuerySet

from core.errors import Invalid, NotFound
from core.numbers import BIG, whole_of
from experiments import operations, queries
from experiments.mlflow import filters, paging, shapes, wire
from experiments.mlflow.door import Call, Route, read
from experiments.models import Experiment

DEFAULT_ID = "0"
DEFAULT_NAME = "Default"
MAX_PAGE = 50_000


def experiment_named(call: Call, experiment_id: str) -> Experiment:
    """The experiment with this id, also a deleted one; "0" is the default one. Raises Invalid, NotFound."""
    if experiment_id == DEFAULT_ID:
        return default_experiment(call)
    return queries.experiment_by_id(project=call.project, experiment_id=parsed_id(experiment_id))


def default_experiment(call: Call) -> Experiment:
    """The project's default experiment, made by the house on first use, so that a reader may ask for it too."""
    known = Experiment.objects.filter(project=call.project, name=DEFAULT_NAME).first()
    return known or operations.ensure_experiment(project=call.project, name=DEFAULT_NAME, by=None, now=call.now)


def parsed_id(experiment_id: str) -> int:
    number = whole_of(experiment_id, most=BIG)
    if number is None:
        raise Invalid(
            f"Invalid experiment ID {experiment_id[:80]!r}. Experiment ID must be a valid integer.",
            field="experiment_id",
        )
    return number


def given_experiment(call: Call) -> Experiment:
    return experiment_named(call, wire.required(call.data, "experiment_id"))


def create(call: Call) -> dict[str, Any]:
    if wire.text(call.data, "artifact_location"):
        raise Invalid(
            "Where files are kept is not a client's choice here: leave out artifact_location.",
            field="artifact_location",
        )
    experiment = operations.create_experiment(
        project=call.project,
        name=wire.required(call.data, "name"),
        tags=wire.mapping(call.data, "tags"),
        by=call.by,
        now=call.now,
    )
    return {"experiment_id": str(experiment.pk)}


def get(call: Call) -> dict[str, Any]:
    return {"experiment": shapes.experiment(given_experiment(call))}


def get_by_name(call: Call) -> dict[str, Any]:
    name = wire.required(call.data, "experiment_name")
    if name == DEFAULT_NAME:
        return {"experiment": shapes.experiment(default_experiment(call))}
    experiment = Experiment.objects.filter(project=call.project, name=name).first()
    if experiment is None:
        raise NotFound(f"Could not find experiment with name {name[:200]!r}")
    return {"experiment": shapes.experiment(experiment)}


def search(call: Call) -> dict[str, Any]:
    found = filters.experiments(
        viewed(Experiment.objects.filter(project=call.project), wire.text(call.data, "view_type", "ACTIVE_ONLY")),
        wire.text(call.data, "filter"),
        wire.texts(call.data, "order_by"),
    )
    size = wire.page_size(call.data, default=1000, most=MAX_PAGE)
    page, token = paging.page(found, size=size, token=wire.text(call.data, "page_token"))
    return {"experiments": [shapes.experiment(one) for one in page], **shapes.set_only(next_page_token=token)}


def viewed(found: QuerySet[Any], view_type: str) -> QuerySet[Any]:
    """What MLflow's view type lets see of things that can be put aside."""
    kinds: dict[str, dict[str, str]] = {
        "ACTIVE_ONLY": {"lifecycle": "active"},
        "DELETED_ONLY": {"lifecycle": "deleted"},
        "ALL": {},
    }
    if view_type not in kinds:
        raise wire.invalid("view_type", view_type, f"it must be one of {', '.join(kinds)}")
    return found.filter(**kinds[view_type])


def update(call: Call) -> dict[str, Any]:
    name = wire.required(call.data, "new_name")
    operations.rename_experiment(experiment=given_experiment(call), name=name, by=call.by, now=call.now)
    return {}


def delete(call: Call) -> dict[str, Any]:
    operations.delete_experiment(experiment=given_experiment(call), by=call.by, now=call.now)
    return {}


def restore(call: Call) -> dict[str, Any]:
    operations.restore_experiment(experiment=given_experiment(call), by=call.by, now=call.now)
    return {}


def set_tag(call: Call) -> dict[str, Any]:
    tags = {wire.required(call.data, "key"): wire.text(call.data, "value")}
    operations.set_experiment_tags(experiment=given_experiment(call), tags=tags, by=call.by, now=call.now)
    return {}


def delete_tag(call: Call) -> dict[str, Any]:
    key = wire.required(call.data, "key")
    operations.delete_experiment_tag(experiment=given_experiment(call), key=key, by=call.by, now=call.now)
    return {}


ROUTES = [
    Route("POST", "experiments/create", create),
    read("GET", "experiments/get", get),
    read("GET", "experiments/get-by-name", get_by_name),
    read("POST", "experiments/search", search),
    read("GET", "experiments/search", search),
    Route("POST", "experiments/update", update),
    Route("POST", "experiments/delete", delete),
    Route("POST", "experiments/restore", restore),
    Route("POST", "experiments/set-experiment-tag", set_tag),
    Route("POST", "experiments/delete-experiment-tag", delete_tag),
]
