"""`runs/*`: begin, log, end, find."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import orjson
from django.db.models import Prefetch, QuerySet

from core.errors import Invalid, NotFound
from experiments import documents, operations, queries
from experiments.mlflow import filters, paging, shapes, wire
from experiments.mlflow.door import Call, Route, read
from experiments.mlflow.experiments import DEFAULT_ID, experiment_named, viewed
from experiments.models import LatestMetric, LoggedModel, Run
from experiments.operations import InputEntry, MetricEntry

MAX_BATCH_BYTES = 1_000_000
MAX_RUN_ID = 256
MAX_PAGE = 50_000
MAX_EXPERIMENTS = 1_000
MAX_SAMPLED_RUNS = 100
MAX_SAMPLES = 2_500
HISTORY_TAG = "mlflow.log-model.history"

_STATUS_NUMBERS = {"1": "RUNNING", "2": "SCHEDULED", "3": "FINISHED", "4": "FAILED", "5": "KILLED"}


def given_run(call: Call) -> Run:
    """The run that the call names, also a deleted one. Raises Invalid, NotFound."""
    return run_named(call, wire.required(call.data, "run_id", "run_uuid"))


def run_named(call: Call, run_id: str) -> Run:
    """Raises Invalid for what cannot be a run's id, NotFound for a run that is missing or of another project."""
    if not (run_id.isascii() and run_id.replace("-", "").replace("_", "").isalnum()) or len(run_id) > MAX_RUN_ID:
        raise wire.invalid("run_id", run_id, "it is not a run's id")
    return queries.run_by_id(project=call.project, run_id=run_id)


def whole_runs(found: QuerySet[Run]) -> QuerySet[Run]:
    """With everything that an answer shows, in a fixed number of queries."""
    return found.prefetch_related(
        Prefetch("latest_metrics", LatestMetric.objects.select_related("key").order_by("key__name")),
        Prefetch("logged_models", LoggedModel.objects.order_by("pk")),
        "inputs",
    )


def create(call: Call) -> dict[str, Any]:
    tags = wire.mapping(call.data, "tags")
    run = operations.create_run(
        experiment=experiment_named(call, wire.text(call.data, "experiment_id") or DEFAULT_ID),
        name=run_name(wire.text(call.data, "run_name"), tags),
        tags=tags,
        started_at=wire.moment(call.data, "start_time") or call.now,
        by=call.by,
    )
    return {"run": shapes.run(_whole(run))}


def get(call: Call) -> dict[str, Any]:
    return {"run": shapes.run(_whole(given_run(call)))}


def update(call: Call) -> dict[str, Any]:
    run = operations.update_run(
        run=given_run(call),
        status=status_of(call.data) or None,
        ended_at=wire.moment(call.data, "end_time"),
        name=wire.text(call.data, "run_name") or None,
        by=call.by,
    )
    return {"run_info": shapes.run_info(run)}


def log_batch(call: Call) -> dict[str, Any]:
    params = batch_params(call.data, size=len(call.request.body))
    metrics = [metric_entry(one) for one in wire.items(call.data, "metrics")]
    _log(call, metrics=metrics, params=params, tags=wire.mapping(call.data, "tags"))
    return {}


def log_metric(call: Call) -> dict[str, Any]:
    _log(call, metrics=[metric_entry(call.data)])
    return {}


def log_param(call: Call) -> dict[str, Any]:
    _log(call, params={wire.required(call.data, "key"): wire.text(call.data, "value")})
    return {}


def set_tag(call: Call) -> dict[str, Any]:
    _log(call, tags={wire.required(call.data, "key"): wire.text(call.data, "value")})
    return {}


def delete_tag(call: Call) -> dict[str, Any]:
    run, key = given_run(call), wire.required(call.data, "key")
    if key not in run.tags:
        raise NotFound(f"No tag with name: {key[:250]} in run with id {run.run_id}")
    operations.delete_run_tag(run=run, key=key, by=call.by, now=call.now)
    return {}


def log_inputs(call: Call) -> dict[str, Any]:
    inputs = [_input(one) for one in wire.items(call.data, "datasets")]
    operations.log_inputs(run=given_run(call), inputs=inputs, by=call.by, now=call.now)
    return {}


def log_outputs(call: Call) -> dict[str, Any]:
    """Models that came out of the run. A model knows its run since it was made, so this only checks what is said."""
    run = given_run(call)
    for one in wire.items(call.data, "models"):
        model = queries.logged_model_by_id(project=call.project, model_id=wire.required(one, "model_id"))
        if model.source_run_id not in (None, run.pk):
            raise Invalid(f"The model {model.model_id} came out of another run.", field="models")
    return {}


def log_model(call: Call) -> dict[str, Any]:
    """What clients before 3.0 do: they append the model's description to a tag."""
    run = given_run(call)
    try:
        said = orjson.loads(wire.required(call.data, "model_json"))
        known = orjson.loads(run.tags.get(HISTORY_TAG, "[]"))
    except orjson.JSONDecodeError:
        raise Invalid("Malformed model info: model_json is not valid JSON.", field="model_json") from None
    missing = {"artifact_path", "flavors", "utc_time_created", "run_id"} - set(said if isinstance(said, dict) else {})
    if missing:
        raise Invalid(f"Model json is missing mandatory fields: {sorted(missing)}.", field="model_json")
    history = orjson.dumps([*known, _without_code(said)]).decode()
    operations.log_batch(run=run, tags={HISTORY_TAG: history}, by=call.by, now=call.now)
    return {}


def search(call: Call) -> dict[str, Any]:
    experiments = [experiment_named(call, one).pk for one in experiment_ids(call.data)]
    found = filters.runs(
        viewed(Run.objects.filter(experiment__in=experiments), wire.text(call.data, "run_view_type", "ACTIVE_ONLY")),
        wire.text(call.data, "filter"),
        wire.texts(call.data, "order_by"),
    )
    size = page_size(call.data)
    page, token = paging.page(whole_runs(found), size=size, token=wire.text(call.data, "page_token"))
    return {"runs": [shapes.run(one) for one in page], **shapes.set_only(next_page_token=token)}


def delete(call: Call) -> dict[str, Any]:
    operations.delete_run(run=given_run(call), by=call.by, now=call.now)
    return {}


def restore(call: Call) -> dict[str, Any]:
    operations.restore_run(run=given_run(call), by=call.by, now=call.now)
    return {}


def metric_history(call: Call) -> dict[str, Any]:
    after = paging.point_of(wire.text(call.data, "page_token"))
    found = queries.metric_history(run=given_run(call), key=wire.required(call.data, "metric_key"), after=after)
    found = found.select_related("key")
    if call.data.get("max_results") in (None, ""):
        return {"metrics": [shapes.metric(point) for point in found]}
    size = history_size(call.data)
    points = list(found[: size + 1])
    last = points[size - 1] if len(points) > size else None
    token = paging.token_after((last.step, last.timestamp_ms, last.value)) if last else ""
    return {"metrics": [shapes.metric(point) for point in points[:size]], **shapes.set_only(next_page_token=token)}


def history_size(data: wire.Arguments) -> int:
    return wire.page_size(data, default=MAX_PAGE, most=MAX_PAGE)


def metric_samples(call: Call) -> dict[str, Any]:
    """Some points of a metric of several runs, for a chart: the first, the last and what lies evenly between."""
    asked = samples_asked(call.data, project_id=call.project.pk)
    for run_id in asked.run_ids:
        run_named(call, run_id)
    return {"metrics": documents.sampled_points(asked)}


def samples_asked(data: wire.Arguments, *, project_id: int) -> documents.Samples:
    """Raises Invalid."""
    run_ids = wire.texts(data, "run_ids")
    if not run_ids:
        raise Invalid("Missing value for required parameter 'run_ids'.", field="run_ids")
    if len(run_ids) > MAX_SAMPLED_RUNS:
        raise wire.invalid("run_ids", len(run_ids), f"at most {MAX_SAMPLED_RUNS} runs can be asked for at once")
    return documents.Samples(
        project_id=project_id,
        run_ids=list(dict.fromkeys(run_ids)),
        key=wire.required(data, "metric_key"),
        most=wire.page_size(data, default=320, most=MAX_SAMPLES),
        first=wire.whole(data, "start_step", -wire.INT64),
        last=wire.whole(data, "end_step", wire.INT64 - 1),
    )


def _whole(run: Run) -> Run:
    return whole_runs(Run.objects.all()).get(pk=run.pk)


def run_name(given: str, tags: dict[str, str]) -> str:
    """The run's name, from the argument or from its tag; both must agree."""
    tagged = tags.pop(shapes.NAME_TAG, "")
    if given and tagged and given != tagged:
        raise Invalid(
            f"Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values (run_name="
            f"{given[:100]!r}, mlflow.runName={tagged[:100]!r}).",
            field="run_name",
        )
    return given or tagged


def _log(
    call: Call,
    *,
    metrics: list[MetricEntry] | None = None,
    params: dict[str, str] | None = None,
    tags: dict[str, str] | None = None,
) -> None:
    run, tags = given_run(call), dict(tags or {})
    name = tags.pop(shapes.NAME_TAG, "")
    operations.log_batch(run=run, metrics=metrics or [], params=params, tags=tags, by=call.by, now=call.now)
    if name and name != run.name:
        operations.update_run(run=run, name=name, by=call.by)


def metric_entry(one: Mapping[str, Any]) -> MetricEntry:
    """Raises Invalid."""
    timestamp = wire.integer(one, "timestamp")
    if timestamp is None:
        raise Invalid("Missing value for required parameter 'timestamp'.", field="timestamp")
    return MetricEntry(
        key=wire.required(one, "key"),
        value=wire.real(one, "value"),
        step=wire.whole(one, "step", 0),
        timestamp_ms=timestamp,
    )


def _input(one: Mapping[str, Any]) -> InputEntry:
    dataset = one.get("dataset")
    if not isinstance(dataset, dict):
        raise Invalid("Missing value for required parameter 'datasets.dataset'.", field="datasets")
    said = {name: wire.text(dataset, name) for name in ("source_type", "source", "schema", "profile")}
    return InputEntry(
        name=wire.required(dataset, "name"),
        digest=wire.required(dataset, "digest"),
        context=wire.mapping(one, "tags").get(shapes.CONTEXT_TAG, ""),
        details={name: value for name, value in said.items() if value},
    )


def batch_params(data: wire.Arguments, *, size: int) -> dict[str, str]:
    """The params of a batch of so many bytes. Raises Invalid for too many, and for a key that comes twice."""
    if size > MAX_BATCH_BYTES:
        raise Invalid(
            f"Batched logging API requests must be at most {MAX_BATCH_BYTES} bytes, got a request of size {size}."
        )
    params = wire.pairs(data, "params")
    twice = sorted(key for key, count in Counter(key for key, _ in params).items() if count > 1)
    if twice:
        raise Invalid(
            f"Duplicate parameter keys have been submitted: {twice}. Please ensure the request contains only one param"
            " value per param key.",
            field="params",
        )
    return dict(params)


def status_of(data: wire.Arguments) -> str:
    """The status that a call names, also by the number that old clients send; "" when it is unset."""
    status = data.get("status") or ""
    return _STATUS_NUMBERS.get(str(status), str(status))


def experiment_ids(data: wire.Arguments) -> list[str]:
    """The experiments that a search names. Raises Invalid for too many."""
    wanted = wire.texts(data, "experiment_ids")
    if len(wanted) > MAX_EXPERIMENTS:
        raise wire.invalid("experiment_ids", len(wanted), f"at most {MAX_EXPERIMENTS} experiments can be searched")
    return wanted


def page_size(data: wire.Arguments) -> int:
    return wire.page_size(data, default=1000, most=MAX_PAGE)


def _without_code(said: dict[str, Any]) -> dict[str, Any]:
    """MLflow leaves out what makes the tag too long: the bulky parts can be read in the MLmodel file."""
    return {name: value for name, value in said.items() if name not in ("signature", "saved_input_example_info")}


ROUTES = [
    Route("POST", "runs/create", create),
    read("GET", "runs/get", get),
    Route("POST", "runs/update", update),
    Route("POST", "runs/log-batch", log_batch),
    Route("POST", "runs/log-metric", log_metric),
    Route("POST", "runs/log-parameter", log_param),
    Route("POST", "runs/set-tag", set_tag),
    Route("POST", "runs/delete-tag", delete_tag),
    Route("POST", "runs/log-inputs", log_inputs),
    Route("POST", "runs/outputs", log_outputs),
    Route("POST", "runs/log-model", log_model),
    read("POST", "runs/search", search),
    Route("POST", "runs/delete", delete),
    Route("POST", "runs/restore", restore),
    read("GET", "metrics/get-history", metric_history),
    read("GET", "metrics/get-history-bulk-interval", metric_samples),
]
