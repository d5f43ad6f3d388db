"""MLflow's filter and order_by strings as SQL.

The grammar is MLflow's own: its parsers give clauses, which become expressions here. This is the one module that
imports mlflow, and only when the first filter arrives, because that takes seconds and much memory.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import ModuleType
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    F,
    FilteredRelation,
    FloatField,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat

from core.errors import Invalid
from experiments.mlflow.shapes import NAME_TAG, USER_TAG
from experiments.models import Experiment, LatestMetric, LoggedModel, MetricName, Run, RunInput

MAX_LENGTH = 20_000

Clause = dict[str, Any]
Columns = dict[str, Any]

_OPERATORS = {
    "=": "=",
    "!=": "<>",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
    "LIKE": "LIKE",
    "ILIKE": "ILIKE",
}
_NAN = Value(float("nan"), output_field=FloatField())
# Comparisons that only numbers pass.
_COMPARED = frozenset({"=", "<", "<=", ">", ">="})
NO_KEY = 0


def experiments(found: QuerySet[Experiment], filter_string: str, order_by: Sequence[str]) -> QuerySet[Experiment]:
    """`experiments/search`. Raises Invalid."""
    parser: Any = _parsers().SearchExperimentsUtils if filter_string or order_by else None
    columns: Columns = {
        "name": F("name"),
        "experiment_id": Cast("pk", CharField()),
        "creation_time": milliseconds("created_at"),
        "last_update_time": milliseconds("updated_at"),
    }
    for clause in parsed(parser, filter_string):
        found = found.filter(_text_or_attribute(clause, columns))
    order = [ordered(columns[key], up) for _, key, up in ordering(parser, "search_experiments", order_by)]
    return found.order_by(*order, "-created_at", "-pk")


def runs(
    found: QuerySet[Run],
    filter_string: str,
    order_by: Sequence[str],
    *,
    keys: Mapping[str, int] | None = None,
    begin: Any = None,
) -> QuerySet[Run]:
    """`runs/search`. Raises Invalid.

    Each metric that is named joins its latest values once, by run, key and experiment: so a search by value reads a
    range of one index, and nothing of other experiments. `keys` are the ids of the names, if the caller knows them;
    `begin` is the value of the order's lead (`Search.lead`) from which on they are wanted.
    """
    asked = searched(filter_string, tuple(order_by))
    keys = keys if keys is not None else ids_of_metrics(asked.metrics)
    values = {name: f"metric_{number}" for number, name in enumerate(asked.metrics)}
    for name, alias in values.items():
        mine = Q(latest_metrics__key=keys.get(name, NO_KEY), latest_metrics__experiment=F("experiment"))
        found = found.annotate(**{alias: FilteredRelation("latest_metrics", condition=mine)})
    numbers = {name: F(f"{alias}__value") for name, alias in values.items()}
    conditions = [
        condition
        for clause in asked.clauses
        for condition in (_number_clause(numbers, clause) if clause["type"] == "metric" else [_run_clause(clause)])
    ]
    if begin is not None and asked.lead:
        column, up = asked.lead
        conditions.append(_joined(F(column), " >= " if up else " <= ", begin))
    order: list[Any] = []
    for kind, key, up in asked.order:
        if kind == "metric":
            order += _present_order(numbers[key], up) if key in asked.compared else _number_order(numbers[key], up)
        else:
            order += _run_order(kind, key, up)
    return found.filter(*conditions).order_by(*order, "-started_at", "-pk")


@dataclass(frozen=True)
class Search:
    """A filter and an order, read. `metrics` are the names of those that either mentions."""

    clauses: list[Clause]
    order: list[tuple[str, str, bool]]
    metrics: list[str]

    @cached_property
    def compared(self) -> set[str]:
        """The metrics of which every run that is found has a number."""
        return {one["key"] for one in self.clauses if one["type"] == "metric" and one["comparator"] in _COMPARED}

    @property
    def lead(self) -> tuple[str, bool] | None:
        """What the order goes by first, and whether upwards, if every run has a value of it in an index."""
        kind, key, up = self.order[0] if self.order else ("attribute", "start_time", False)
        if kind == "metric" and key in self.compared:
            return f"metric_{self.metrics.index(key)}__value", up
        return ("started_at", up) if (kind, key) == ("attribute", "start_time") else None


@lru_cache(maxsize=512)
def searched(filter_string: str, order_by: tuple[str, ...]) -> Search:
    """Read a filter and an order of runs: MLflow's parsers take longer than the search. Raises Invalid."""
    parser: Any = _parsers().SearchUtils if filter_string or order_by else None
    clauses = parsed(parser, filter_string)
    order = [(kind, parser.translate_key_alias(key), up) for kind, key, up in ordering(parser, "search_runs", order_by)]
    named = [one["key"] for one in clauses if one["type"] == "metric"]
    named += [key for kind, key, _ in order if kind == "metric"]
    return Search(clauses, order, list(dict.fromkeys(named)))


def ids_of_metrics(names: Sequence[str]) -> dict[str, int]:
    return dict(MetricName.objects.filter(name__in=names).values_list("name", "pk")) if names else {}


def logged_models(
    found: QuerySet[LoggedModel], filter_string: str, order_by: Sequence[dict[str, Any]]
) -> QuerySet[LoggedModel]:
    """`logged-models/search`. Raises Invalid."""
    parser: Any = _parsers().SearchLoggedModelsUtils if filter_string or order_by else None
    columns: Columns = {
        "name": F("name"),
        "model_id": F("model_id"),
        "model_type": F("model_type"),
        "status": F("status"),
        "source_run_id": F("source_run__run_id"),
        "creation_timestamp": milliseconds("created_at"),
        "creation_time": milliseconds("created_at"),
        "last_updated_timestamp": milliseconds("updated_at"),
        "last_updated_time": milliseconds("updated_at"),
    }
    for clause in parsed(parser, filter_string):
        found = found.filter(_model_clause(clause, columns))
    order: list[Any] = []
    for one in order_by:
        with translated():
            wanted = parser.parse_order_by_for_logged_models(one)
        order += _model_order(wanted, columns)
    return found.order_by(*order, "-created_at", "model_id")


# --- what the registry's half shares ---------------------------------------------------------------------------------


@contextmanager
def translated() -> Iterator[None]:
    """The parser's refusals become ours; what it trips over is a filter that cannot be read."""
    try:
        yield
    except (ValueError, KeyError, IndexError, AttributeError, TypeError, RecursionError) as exc:
        raise Invalid(f"The filter or order_by could not be parsed: {str(exc)[:200]}", field="filter") from None
    except Exception as exc:
        if type(exc).__name__ != "MlflowException":
            raise
        raise Invalid(str(exc)[:2000], field="filter") from None


def parsed(parser: Any, filter_string: str) -> list[Clause]:
    """The clauses of a filter, comparators in capitals. Raises Invalid."""
    if not filter_string.strip():
        return []
    if len(filter_string) > MAX_LENGTH:
        raise Invalid(f"A filter has at most {MAX_LENGTH} characters: got {len(filter_string)}.", field="filter")
    with translated():
        clauses: list[Clause] = parser.parse_search_filter(filter_string)
        for clause in clauses:
            clause["comparator"] = clause["comparator"].upper()
            _check_comparator(parser, clause)
    return clauses


def ordering(parser: Any, what: str, order_by: Sequence[str]) -> list[tuple[str, str, bool]]:
    """(kind, key, ascending) of each term. Raises Invalid."""
    with translated():
        parse = getattr(parser, f"parse_order_by_for_{what}") if order_by else None
        return [parse(term) for term in order_by] if parse else []


def parser_of(name: str) -> Any:
    """One of MLflow's parsers, by the name of its class."""
    return getattr(_parsers(), name)


def compare(left: Any, comparator: str, value: Any) -> Any:
    """`left <comparator> value` as an expression to filter by; NULL matches nothing."""
    if comparator in ("IN", "NOT IN"):
        values = [Value(one, output_field=TextField()) for one in value]
        return _joined(left, " IN " if comparator == "IN" else " NOT IN ", _tuple(values))
    return _joined(left, f" {_OPERATORS[comparator]} ", _literal(value))


def ordered(column: Any, up: bool) -> Any:
    """Ascending or descending; what has no value comes last."""
    return column.asc(nulls_last=True) if up else column.desc(nulls_last=True)


def milliseconds(column: str) -> Func:
    """A time column as whole milliseconds since 1970."""
    return Func(
        F(column), template="floor(extract(epoch from %(expressions)s) * 1000)::bigint", output_field=IntegerField()
    )


def text_of(column: str, key: str) -> Func:
    """The text under a key of a JSON document, or NULL. (Django's own transform takes the key "0" for an index.)"""
    return Func(
        F(column),
        Value(key, output_field=TextField()),
        function="jsonb_extract_path_text",
        output_field=TextField(),
    )


def text_clause(column: str, clause: Clause) -> Any:
    """A clause about params or tags."""
    left, comparator = text_of(column, clause["key"]), clause["comparator"]
    if comparator == "IS NULL":
        return ~Q(**{f"{column}__has_key": clause["key"]})
    if comparator == "IS NOT NULL":
        return Q(**{f"{column}__has_key": clause["key"]})
    return compare(left, comparator, clause["value"])


# --- runs ------------------------------------------------------------------------------------------------------------

_RUN_COLUMNS: dict[str, Callable[[], Any]] = {
    "run_id": lambda: F("run_id"),
    "run_name": lambda: F("name"),
    "status": lambda: F("status"),
    "user_id": lambda: text_of("tags", USER_TAG),
    "lifecycle_stage": lambda: F("lifecycle"),
    "experiment_id": lambda: Cast("experiment_id", CharField()),
    "artifact_uri": lambda: Concat(
        Value("mlflow-artifacts:/"), Cast("experiment_id", CharField()), Value("/"), F("run_id"), Value("/artifacts")
    ),
    "start_time": lambda: milliseconds("started_at"),
    "end_time": lambda: milliseconds("ended_at"),
}


def _run_clause(clause: Clause) -> Any:
    kind, key = clause["type"], _parsers().SearchUtils.translate_key_alias(clause["key"])
    if kind == "parameter":
        return text_clause("params", clause)
    if kind == "tag" and key != NAME_TAG:
        return text_clause("tags", clause)
    if kind == "dataset":
        given = RunInput.objects.filter(run=OuterRef("pk"))
        return Exists(given.filter(compare(F(key), clause["comparator"], clause["value"])))
    column = "run_name" if kind == "tag" else key
    if clause["comparator"] in ("IS NULL", "IS NOT NULL"):  # every run has a name
        return Q(pk__isnull=clause["comparator"] == "IS NULL")
    return compare(_run_column(column), clause["comparator"], clause["value"])


def _number_clause(numbers: Mapping[str, F], clause: Clause) -> list[Any]:
    """NaN answers to no comparison but `!=`, although PostgreSQL takes it for the greatest of numbers."""
    value = numbers[clause["key"]]
    conditions = [compare(value, clause["comparator"], float(clause["value"]))]
    return [*conditions, compare(value, "<=", float("inf"))] if clause["comparator"] != "!=" else conditions


def _run_column(key: str) -> Any:
    if key not in _RUN_COLUMNS:
        raise Invalid(f"Invalid attribute key '{key}' specified.", field="filter")
    return _RUN_COLUMNS[key]()


def _metric_clause(latest: QuerySet[LatestMetric], clause: Clause) -> Any:
    """NaN answers to no comparison but `!=`, although PostgreSQL takes it for the greatest of numbers."""
    matching = latest.filter(key__name=clause["key"])
    matching = matching.filter(compare(F("value"), clause["comparator"], float(clause["value"])))
    if clause["comparator"] != "!=":
        matching = matching.filter(_joined(F("value"), " <> ", _NAN))
    return Exists(matching)


def _run_order(kind: str, key: str, up: bool) -> list[Any]:
    if kind == "parameter":
        return [ordered(text_of("params", key), up)]
    if kind == "tag":
        return [ordered(F("name") if key == NAME_TAG else text_of("tags", key), up)]
    if kind == "attribute" and key == "start_time":
        return _present_order(F("started_at"), up)
    if kind == "attribute":
        return [ordered(_run_column(key), up)]
    raise Invalid(f"Invalid identifier type '{kind}' in order_by.", field="order_by")


def _present_order(value: F, up: bool) -> list[Any]:
    """For a value that is there: nothing said of NULL, so that an index can be read in its order."""
    return [value.asc() if up else value.desc()]


def _number_order(value: Any, up: bool) -> list[Any]:
    """What has no value comes last, and before that what is NaN, as in MLflow's own store."""
    is_nan = Case(When(_joined(value, " = ", _NAN), then=Value(1)), default=Value(0), output_field=IntegerField())
    is_missing = Case(When(_is_null(value), then=Value(1)), default=Value(0), output_field=IntegerField())
    return [is_missing.asc(), is_nan.asc(), ordered(value, up)]


# --- logged models and experiments -----------------------------------------------------------------------------------


def _model_clause(clause: Clause, columns: Columns) -> Any:
    if clause["type"] == "metric":
        return _metric_clause(LatestMetric.objects.filter(run=OuterRef("source_run")), clause)
    if clause["type"] == "parameter":
        return text_clause("params", clause)
    return _text_or_attribute(clause, columns)


def _model_order(wanted: Any, columns: Columns) -> list[Any]:
    kind, _, key = wanted.field_name.partition(".")
    if not key:
        return [ordered(columns[kind], wanted.ascending)]
    latest = LatestMetric.objects.filter(run=OuterRef("source_run"), key__name=key)
    return _number_order(Subquery(latest.values("value")[:1]), wanted.ascending)


def _text_or_attribute(clause: Clause, columns: Columns) -> Any:
    if clause["type"] == "tag":
        return text_clause("tags", clause)
    if clause["type"] != "attribute" or clause["key"] not in columns:
        raise Invalid(f"Invalid search expression: {clause['type']} '{clause['key']}'.", field="filter")
    return compare(columns[clause["key"]], clause["comparator"], clause["value"])


# --- expressions -----------------------------------------------------------------------------------------------------


def _joined(left: Any, joiner: str, right: Any) -> Func:
    return Func(left, right, template="(%(expressions)s)", arg_joiner=joiner, output_field=BooleanField())


def _is_null(value: Any) -> Func:
    return Func(value, template="(%(expressions)s IS NULL)", output_field=BooleanField())


def _tuple(values: list[Value]) -> Func:
    return Func(*values, template="(%(expressions)s)", output_field=TextField())


def _literal(value: Any) -> Value:
    if isinstance(value, str):
        return Value(value, output_field=TextField())
    return Value(float(value), output_field=FloatField())


def _check_comparator(parser: Any, clause: Clause) -> None:
    """Whether this kind of thing can be compared so; the parser checks it only when it filters in memory."""
    allowed = {
        "metric": parser.VALID_METRIC_COMPARATORS,
        "parameter": parser.VALID_PARAM_COMPARATORS,
        "tag": parser.VALID_TAG_COMPARATORS,
        "dataset": parser.VALID_DATASET_COMPARATORS,
        "attribute": parser.VALID_NUMERIC_ATTRIBUTE_COMPARATORS
        if clause["key"] in parser.NUMERIC_ATTRIBUTES
        else parser.VALID_STRING_ATTRIBUTE_COMPARATORS,
    }[clause["type"]]
    if clause["comparator"] not in allowed:
        raise Invalid(
            f"Invalid comparator '{clause['comparator']}' for {clause['type']} '{clause['key']}', not one of "
            f"{sorted(allowed)}",
            field="filter",
        )


@lru_cache(maxsize=1)
def _parsers() -> ModuleType:
    from mlflow.utils import search_utils  # noqa: PLC0415 (two to four seconds and 160 MB: only where a filter needs it)

    return search_utils
