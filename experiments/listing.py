"""Reads for the table of runs: sorted by anything, page by page, grouped, folded under their parents.

What a table asks for costs the same number of queries for one row and for fifty.
"""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import (
    Avg,
    BooleanField,
    Case,
    CharField,
    Count,
    F,
    FloatField,
    Func,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Left

from core.errors import Invalid
from experiments.enums import Lifecycle
from experiments.models import LatestMetric, MetricName, Run
from experiments.queries import LARGEST, SYSTEM, Latest
from projects.models import Project

PARENT_TAG = "mlflow.parentRunId"
KNOWN_RUNS = 200
KNOWN_VALUES = 20
MAX_GROUPS = 100
MAX_CHILDREN = 200
COUNTED = 1000
COURSE_POINTS = 60

KINDS = {"metrics": "metric", "params": "parameter", "tags": "tag", "attributes": "attribute"}
ATTRIBUTES = {
    "name": "Name",
    "status": "State",
    "experiment": "Experiment",
    "user": "By",
    "started": "Started",
    "took": "Time",
}
_NAN = Value(float("nan"), output_field=FloatField())
_NUMBER = r"^([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?)$"


@dataclass(frozen=True)
class Column:
    """Something that runs have a value of: `metrics.loss`, `params.model`, `tags.team`, `attributes.started`."""

    kind: str
    key: str

    @property
    def spec(self) -> str:
        prefix = next(prefix for prefix, kind in KINDS.items() if kind == self.kind)
        return f"{prefix}.{self.key}"

    @property
    def label(self) -> str:
        return ATTRIBUTES[self.key] if self.kind == "attribute" else self.key


def column(spec: str) -> Column:
    """Raises Invalid."""
    prefix, _, key = spec.partition(".")
    if prefix not in KINDS or not 1 <= len(key) <= 250 or (prefix == "attributes" and key not in ATTRIBUTES):
        said = "metrics.NAME, params.NAME, tags.NAME or attributes." + ", attributes.".join(ATTRIBUTES)
        raise Invalid(f"A column is {said}: got {spec[:80]!r}.", field="column", code="bad_column")
    return Column(KINDS[prefix], key)


def active_runs(project: Project, *, deleted: bool = False) -> QuerySet[Run]:
    """The runs of active experiments: those that are there, or those that were put aside."""
    lifecycle = Lifecycle.DELETED if deleted else Lifecycle.ACTIVE
    rows = Run.objects.filter(project=project, lifecycle=lifecycle, experiment__lifecycle=Lifecycle.ACTIVE)
    return rows.select_related("experiment", "created_by", "training__job")


def count_up_to(rows: QuerySet[Run], *, at_most: int = COUNTED) -> int:
    """How many there are; `at_most` + 1 stands for more."""
    return rows.order_by()[: at_most + 1].count()


# --- order and pages -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """Some runs, and the cursor of those after them; none where they end."""

    runs: list[Run]
    after: str


def page_of(rows: QuerySet[Run], *, sort: Column | None, descending: bool, after: str, size: int) -> Page:
    """The runs after a cursor, newest first or by a column; what has no value comes last, NaN just before it.

    Walked by key: the thousandth page costs what the first does. Raises Invalid for a foreign cursor.
    """
    rows, keys = _sorted(rows, sort, descending)
    if after:
        rows = rows.filter(_beyond(keys, _read_cursor(after, keys)))
    found = list(rows.order_by(*(key.order for key in keys))[: size + 1])
    more, found = len(found) > size, found[:size]
    return Page(found, _cursor(found[-1], keys) if more else "")


@dataclass(frozen=True)
class _Key:
    """One term of the order: a column that is never NULL."""

    name: str
    descending: bool

    @property
    def order(self) -> str:
        return f"-{self.name}" if self.descending else self.name


_NEWEST = [_Key("started_at", True), _Key("pk", True)]


def _sorted(rows: QuerySet[Run], sort: Column | None, descending: bool) -> tuple[QuerySet[Run], list[_Key]]:
    if sort is None:
        return rows, _NEWEST
    if sort == Column("attribute", "started"):
        return rows, [_Key("started_at", descending), _Key("pk", descending)]
    number, text = _value(sort)
    return rows.annotate(
        sort_class=_class(number, text),
        sort_number=_zero_for_nan(number),
        sort_text=Coalesce(Left(text, 200), Value("")),
    ), [_Key("sort_class", False), _Key("sort_number", descending), _Key("sort_text", descending), *_NEWEST]


def _value(sort: Column) -> tuple[Any, Any]:
    """A column as a number and as a text, either of which may be NULL. Params and tags that are numbers sort so."""
    if sort.kind == "metric":
        latest = LatestMetric.objects.filter(run=OuterRef("pk"), key__name=sort.key)
        return Subquery(latest.values("value")[:1]), Value("", output_field=TextField())
    if sort.kind == "attribute":
        return _attribute(sort.key)
    text = text_of("params" if sort.kind == "parameter" else "tags", sort.key)
    return _number_in(text), text


def _attribute(key: str) -> tuple[Any, Any]:
    nothing = Value(None, output_field=FloatField())
    if key == "took":
        seconds = "extract(epoch from %(expressions)s)::float8"
        return Func(F("ended_at") - F("started_at"), template=seconds, output_field=FloatField()), Value("")
    columns = {"name": "name", "status": "status", "experiment": "experiment__name", "user": "created_by__name"}
    return nothing, Cast(columns[key], TextField())


def _number_in(text: Any) -> Any:
    return Func(
        text, template=f"(substring(left(%(expressions)s, 40) from '{_NUMBER}')::float8)", output_field=FloatField()
    )


def _class(number: Any, text: Any) -> Any:
    """0 where there is a number, 1 where a text, 2 where NaN, 3 where nothing."""
    return Case(
        When(_is_nan(number), then=Value(2)),
        When(_is_null(number), then=Case(When(_is_null_or_empty(text), then=Value(3)), default=Value(1))),
        default=Value(0),
        output_field=IntegerField(),
    )


def _zero_for_nan(number: Any) -> Any:
    zero = Value(0.0, output_field=FloatField())
    return Case(When(_is_nan(number), then=zero), default=Coalesce(number, zero), output_field=FloatField())


def _is_nan(number: Any) -> Any:
    return _condition("(%(expressions)s)", number, _NAN, arg_joiner=" = ")


def _is_null(value: Any) -> Any:
    return _condition("((%(expressions)s) IS NULL)", value)


def _is_null_or_empty(value: Any) -> Any:
    return _condition("(coalesce(%(expressions)s, '') = '')", value)


def _condition(template: str, *values: Any, **more: Any) -> Any:
    return Func(*values, template=template, output_field=BooleanField(), **more)


def text_of(document: str, key: str) -> Func:
    """The text under a key of a JSON document, or NULL. (Django's own transform takes the key "0" for an index.)"""
    return Func(
        F(document),
        Value(key, output_field=TextField()),
        function="jsonb_extract_path_text",
        output_field=TextField(),
    )


def _beyond(keys: Sequence[_Key], values: Sequence[Any]) -> Q:
    """Whether a row comes after these values, in the order of the keys."""
    beyond, same = Q(), Q()
    for key, value in zip(keys, values, strict=True):
        beyond |= same & Q(**{f"{key.name}__{'lt' if key.descending else 'gt'}": value})
        same &= Q(**{key.name: value})
    return beyond


def _cursor(run: Run, keys: Sequence[_Key]) -> str:
    values = [getattr(run, key.name) for key in keys]
    plain = [value.isoformat() if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _read_cursor(text: str, keys: Sequence[_Key]) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(values, list) or len(values) != len(keys):
            raise ValueError
        return [_typed(key.name, value) for key, value in zip(keys, values, strict=True)]
    except (ValueError, TypeError, OverflowError):
        message = "This cursor does not fit: it is of another order, or was not given here. Start at the first page."
        raise Invalid(message, field="after", code="bad_cursor") from None


def _typed(name: str, value: Any) -> Any:
    if name == "started_at":
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError
        return moment
    if name == "sort_text":
        if not isinstance(value, str) or "\0" in value:
            raise ValueError
        return value
    number = float(value) if name == "sort_number" else int(value)
    if abs(number) >= 2**63 and name != "sort_number":
        raise ValueError
    return number


# --- names for pickers and completion --------------------------------------------------------------------------------


@dataclass
class Known:
    """What the newest runs have: names of metrics, params and tags, and some values of the latter two."""

    metrics: list[str] = field(default_factory=list)
    params: dict[str, list[str]] = field(default_factory=dict)
    tags: dict[str, list[str]] = field(default_factory=dict)


def known_names(rows: QuerySet[Run]) -> Known:
    """Read from the newest 200 runs, so that it costs the same in a project of a hundred thousand. Two queries."""
    newest = list(rows.order_by("-started_at", "-pk").values_list("pk", "params", "tags")[:KNOWN_RUNS])
    pks = [pk for pk, _, _ in newest]
    keys = LatestMetric.objects.filter(run__in=pks).values("key").distinct()
    metrics = list(MetricName.objects.filter(pk__in=keys).order_by("name").values_list("name", flat=True))
    return Known(metrics, _values_of(one for _, one, _ in newest), _values_of(one for _, _, one in newest))


def _values_of(documents: Iterable[dict[str, str]]) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = {}
    for document in documents:
        for key, value in document.items():
            values = found.setdefault(key, {})
            if len(values) < KNOWN_VALUES and len(value) <= 80:
                values[value] = None
    return {key: sorted(values) for key, values in sorted(found.items())}


# --- parents and children --------------------------------------------------------------------------------------------


def without_children(rows: QuerySet[Run]) -> QuerySet[Run]:
    return rows.exclude(tags__has_key=PARENT_TAG)


def children_of(rows: QuerySet[Run], parents: Sequence[Run]) -> dict[str, list[Run]]:
    """The runs logged under each of these, oldest first, at most 200 in all. One query.

    They began after their parent did and in its experiment: that is what the index finds them by.
    """
    if not parents:
        return {}
    found = _under(rows, parents).order_by("started_at", "pk")[:MAX_CHILDREN]
    folded: dict[str, list[Run]] = {}
    for run in found:
        folded.setdefault(run.tags[PARENT_TAG], []).append(run)
    return folded


def child_counts(rows: QuerySet[Run], parents: Sequence[Run]) -> dict[str, int]:
    """How many runs were logged under each of these. One query."""
    if not parents:
        return {}
    parent = text_of("tags", PARENT_TAG)
    counted = _under(rows.select_related(None), parents).annotate(parent=parent).order_by().values("parent")
    return dict(counted.annotate(count=Count("pk")).values_list("parent", "count"))


def _under(rows: QuerySet[Run], parents: Sequence[Run]) -> QuerySet[Run]:
    return rows.annotate(of=text_of("tags", PARENT_TAG)).filter(
        of__in=[run.run_id for run in parents],
        experiment__in={run.experiment_id for run in parents},
        started_at__gte=min(run.started_at for run in parents),
    )


# --- groups ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Spread:
    """A metric over the runs of a group; NaN and infinities do not count."""

    mean: float
    low: float
    high: float
    count: int


@dataclass(frozen=True)
class Group:
    value: str | None
    count: int
    newest: datetime
    metrics: dict[str, Spread]


def grouped(rows: QuerySet[Run], by: Column, metrics: Sequence[str]) -> list[Group]:
    """Runs by the value of a param, a tag or an attribute, the largest group first; at most 100. Two queries."""
    counted = rows.select_related(None).order_by().annotate(group=_group(by, "")).values("group")
    groups = counted.annotate(count=Count("pk"), newest=Max("started_at")).order_by("-count", "group")[:MAX_GROUPS]
    found = [(one["group"], one["count"], one["newest"]) for one in groups]
    spreads = _spreads(rows, by, metrics) if found and metrics else {}
    return [Group(value, count, newest, spreads.get(value, {})) for value, count, newest in found]


def _spreads(rows: QuerySet[Run], by: Column, metrics: Sequence[str]) -> dict[str | None, dict[str, Spread]]:
    latest = LatestMetric.objects.filter(
        run__in=rows.select_related(None).order_by().values("pk"),
        key__name__in=metrics,
        value__gt=-LARGEST,
        value__lt=LARGEST,
    )
    found: dict[str | None, dict[str, Spread]] = {}
    counted = latest.annotate(group=_group(by, "run__")).order_by().values("group", "key__name")
    for one in counted.annotate(mean=Avg("value"), low=Min("value"), high=Max("value"), count=Count("pk")):
        spread = Spread(one["mean"], one["low"], one["high"], one["count"])
        found.setdefault(one["group"], {})[one["key__name"]] = spread
    return found


def _group(by: Column, prefix: str) -> Any:
    if by.kind in ("parameter", "tag"):
        return text_of(f"{prefix}{'params' if by.kind == 'parameter' else 'tags'}", by.key)
    columns = {"experiment": "experiment__name", "status": "status", "user": "created_by__username"}
    if by.kind != "attribute" or by.key not in columns:
        message = f"Runs are grouped by a param, a tag, or their experiment, state or user: got {by.spec[:80]!r}."
        raise Invalid(message, field="group", code="bad_group")
    return Cast(f"{prefix}{columns[by.key]}", CharField())


# --- the course of what is running -----------------------------------------------------------------------------------

_COURSES = """
SELECT wanted.run_id, point.value
FROM unnest(%s::bigint[], %s::text[]) AS wanted(run_id, key)
JOIN experiments_metricname name ON name.name = wanted.key
CROSS JOIN LATERAL (
    SELECT step, timestamp_ms, value FROM experiments_metricpoint
    WHERE run_id = wanted.run_id AND key_id = name.id
    ORDER BY step DESC, timestamp_ms DESC, value DESC LIMIT %s
) AS point
ORDER BY wanted.run_id, point.step, point.timestamp_ms, point.value
"""


def courses(latest: dict[int, list[Latest]], runs: Iterable[Run]) -> dict[int, list[float]]:
    """For each of these runs the last 60 values of one of its metrics, best one of the validation. One query,
    which reads only those rows, however long a history is.
    """
    chosen = {run.pk: _watched(latest.get(run.pk, [])) for run in runs}
    return courses_of({pk: key for pk, key in chosen.items() if key})


def courses_of(wanted: Mapping[int, str]) -> dict[int, list[float]]:
    """The last 60 values of the metric that is wanted of each run, by the run's primary key, at the same cost."""
    if not wanted:
        return {}
    found: dict[int, list[float]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_COURSES, [list(wanted), list(wanted.values()), COURSE_POINTS])
        for pk, value in cursor.fetchall():
            found.setdefault(pk, []).append(value)
    return found


def _watched(latest: Iterable[Latest]) -> str:
    known = [one for one in latest if not one.key.startswith(SYSTEM)]
    best = min(known, key=lambda one: (one.step == 0, not one.key.startswith("val"), one.key), default=None)
    return best.key if best else ""
