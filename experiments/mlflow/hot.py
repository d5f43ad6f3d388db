"""The short way of the calls that clients make most: the plain case of `runs` and `metrics`, each by one statement."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any

from django.db.models import BooleanField, F, Value
from django.db.models.expressions import RawSQL

from core.roles import Scope
from experiments import documents
from experiments.mlflow import filters, paging, runs, shapes, wire
from experiments.mlflow.experiments import DEFAULT_ID, parsed_id, viewed
from experiments.mlflow.lean import Answer, LeanCall, LeanRoute
from experiments.models import Run
from experiments.operations import hot
from experiments.operations.batches import check_documents
from experiments.operations.limits import MAX_TAG_VALUE, MAX_TAGS, check_texts
from experiments.operations.points import NO_POINTS, Points, check_points, checked
from experiments.operations.runs import ENDED, clean_name

_INT64 = range(-wire.INT64, wire.INT64)
_TIMES = range(wire.INT64)


def run_id_of(call: LeanCall) -> str:
    return wire.required(call.data, "run_id", "run_uuid")


async def log_metric(call: LeanCall) -> Answer:
    return await _log(call, points=checked([runs.metric_entry(call.data)]))


async def log_batch(call: LeanCall) -> Answer:
    params, tags = runs.batch_params(call.data, size=call.size), wire.mapping(call.data, "tags")
    return await _log(call, points=points_of(wire.items(call.data, "metrics")), params=params, tags=tags)


async def log_param(call: LeanCall) -> Answer:
    return await _log(call, params={wire.required(call.data, "key"): wire.text(call.data, "value")})


async def set_tag(call: LeanCall) -> Answer:
    return await _log(call, tags={wire.required(call.data, "key"): wire.text(call.data, "value")})


async def _log(
    call: LeanCall,
    *,
    points: Points = NO_POINTS,
    params: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
) -> Answer:
    params, tags = params or {}, tags or {}
    check_documents(params, tags, metrics=len(points))
    if shapes.NAME_TAG in tags:
        return None  # renames the run, which is an event
    run_id, project_id = run_id_of(call), call.project.pk
    is_logged = await hot.log(project_id=project_id, run_id=run_id, points=points, params=params, tags=tags)
    return {} if is_logged else None


async def create(call: LeanCall) -> Answer:
    tags = wire.mapping(call.data, "tags")
    name = runs.run_name(wire.text(call.data, "run_name"), tags)
    check_texts("tag", tags, at_most=MAX_TAGS, value_length=MAX_TAG_VALUE)
    experiment_id = parsed_id(wire.required(call.data, "experiment_id"))
    run = await hot.begin_run(
        project_id=call.project.pk,
        experiment_id=experiment_id,
        name=clean_name(name) if name else "",
        tags=tags,
        started_at=wire.moment(call.data, "start_time") or call.now,
        by=call.by,
    )
    return {"run": shapes.new_run(run)} if run else None


async def update(call: LeanCall) -> Answer:
    """Its end alone: everything else that can change about a run is rare."""
    status, ended_at = runs.status_of(call.data), wire.moment(call.data, "end_time")
    if status not in ENDED or ended_at is None or wire.text(call.data, "run_name"):
        return None
    run = await hot.end_run(
        project_id=call.project.pk, run_id=run_id_of(call), status=status, ended_at=ended_at, by=call.by
    )
    return {"run_info": shapes.run_info(run)} if run else None


async def get(call: LeanCall) -> Answer:
    found = await documents.run_document(project_id=call.project.pk, run_id=run_id_of(call))
    return {"run": shapes.run_document(found)} if found else None


async def search(call: LeanCall) -> Answer:
    """In one experiment. Its filter and order become SQL once; after that a search is two statements: what the names
    in it stand for, and the page.
    """
    wanted = runs.experiment_ids(call.data)
    if len(wanted) != 1 or wanted == [DEFAULT_ID]:
        return None
    experiment_id = parsed_id(wanted[0])
    size, place = runs.page_size(call.data), paging.place_of(wire.text(call.data, "page_token"))
    asked = (wire.text(call.data, "filter"), tuple(wire.texts(call.data, "order_by")))
    read = await _read(asked)
    keys = await documents.ids_of_metrics(project_id=call.project.pk, experiment_id=experiment_id, names=read.metrics)
    if keys is None:
        return None
    view_type = wire.text(call.data, "run_view_type", "ACTIVE_ONLY")
    lead = _typed(read, place.lead)
    statement, parameters = _selection(
        *asked, view_type=view_type, keys=tuple(keys.items()), is_from_lead=lead is not None
    )
    later = {_Later.EXPERIMENT: experiment_id, _Later.LEAD: lead}
    given = [later[one] if isinstance(one, _Later) else one for one in parameters]
    start = place.offset if lead is None else place.ties
    found, leads = await documents.run_documents(statement, given, size=size + 1, start=start)
    more = paging.token_of(_next_place(read, place, leads[:size])) if len(found) > size else ""
    return {"runs": [shapes.run_document(one) for one in found[:size]], **shapes.set_only(next_page_token=more)}


def _typed(read: filters.Search, lead: str | None) -> float | datetime | None:
    """What a page begins from, if the order is by such a value; a token of another search says only how many rows."""
    if lead is None or read.lead is None:
        return None
    try:
        return datetime.fromisoformat(lead) if read.lead[0] == "started_at" else float(lead)
    except ValueError:
        return None


def _next_place(read: filters.Search, place: paging.Place, leads: list[str]) -> paging.Place:
    return place.after(leads) if read.lead else paging.Place(place.offset + len(leads))


async def _read(asked: tuple[str, tuple[str, ...]]) -> filters.Search:
    """Outside the event loop: MLflow's parsers take milliseconds, and seconds when they are first needed."""
    return await asyncio.to_thread(filters.searched, *asked) if any(asked) else filters.searched(*asked)


async def metric_history(call: LeanCall) -> Answer:
    if call.data.get("max_results") in (None, ""):
        return None
    found = await documents.history(
        project_id=call.project.pk,
        run_id=run_id_of(call),
        key=wire.required(call.data, "metric_key"),
        size=runs.history_size(call.data),
        after=paging.point_of(wire.text(call.data, "page_token")),
    )
    if found is None:
        return None
    points, rest = found
    return {"metrics": points, **shapes.set_only(next_page_token=paging.token_after(rest) if rest else "")}


async def metric_samples(call: LeanCall) -> Answer:
    asked = runs.samples_asked(call.data, project_id=call.project.pk)
    count, points = await documents.sampled(asked)
    return {"metrics": points} if count == len(asked.run_ids) else None


class _Later(Enum):
    """Holds the place of a parameter in a selection that is written once."""

    EXPERIMENT = "experiment"
    LEAD = "lead"


@lru_cache(maxsize=512)
def _selection(
    filter_string: str,
    order_by: tuple[str, ...],
    *,
    view_type: str,
    keys: tuple[tuple[str, int], ...],
    is_from_lead: bool,
) -> tuple[str, tuple[Any, ...]]:
    """The SELECT of the primary keys, each with the value that the order goes by first: Django needs longer to write
    it than PostgreSQL to run it.
    """
    of_one = RawSQL("experiments_run.experiment_id = %s", [_Later.EXPERIMENT], output_field=BooleanField())
    found = viewed(Run.objects.filter(of_one), view_type)
    begin = RawSQL("%s", [_Later.LEAD]) if is_from_lead else None
    found = filters.runs(found, filter_string, order_by, keys=dict(keys), begin=begin)
    lead = filters.searched(filter_string, order_by).lead
    statement, parameters = found.values_list("pk", F(lead[0]) if lead else Value("")).query.sql_with_params()
    return statement, parameters


def points_of(items: list[dict[str, Any]]) -> Points:
    """The metrics of a batch. Where all are numbers of the right sort they are checked column by column: one by one
    costs five milliseconds for a thousand. Raises Invalid.
    """
    columns = Points(
        keys=[one.get("key") or "" for one in items],
        values=[one.get("value", "") for one in items],
        steps=[one.get("step", 0) for one in items],
        timestamps=[one.get("timestamp", "") for one in items],
    )
    if not items or not _is_plain(columns):
        return checked([runs.metric_entry(one) for one in items])
    check_points(columns)
    return replace(columns, values=list(map(float, columns.values)))


def _is_plain(points: Points) -> bool:
    return (
        set(map(type, points.keys)) == {str}
        and set(map(type, points.values)) <= {float, int}
        and set(map(type, (*points.steps, *points.timestamps))) == {int}
        and min(points.steps) in _INT64
        and max(points.steps) in _INT64
        and min(points.timestamps) in _TIMES
        and max(points.timestamps) in _TIMES
    )


ROUTES = [
    LeanRoute("POST", "runs/create", create),
    LeanRoute("GET", "runs/get", get, scope=Scope.READ),
    LeanRoute("POST", "runs/update", update),
    LeanRoute("POST", "runs/log-batch", log_batch),
    LeanRoute("POST", "runs/log-metric", log_metric),
    LeanRoute("POST", "runs/log-parameter", log_param),
    LeanRoute("POST", "runs/set-tag", set_tag),
    LeanRoute("POST", "runs/search", search, scope=Scope.READ, long=True),
    LeanRoute("GET", "metrics/get-history", metric_history, scope=Scope.READ, long=True),
    LeanRoute("GET", "metrics/get-history-bulk-interval", metric_samples, scope=Scope.READ, long=True),
]
