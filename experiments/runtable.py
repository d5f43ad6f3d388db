"""The table of runs as its address describes it, and its cells as plain values."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from core import charts
from core.errors import Invalid
from core.models import Job
from core.numbers import BIG, whole_of
from experiments.enums import RunSource, RunStatus
from experiments.listing import Column, Group, Known, column
from experiments.models import Run
from experiments.queries import SYSTEM, Latest, metric_columns
from experiments.tables import RUN_TONES

MAX_COLUMNS = 30
MAX_OPEN = 20
SHADES = 12
SILENT_AFTER = timedelta(minutes=15)


def shade_of(run: Run) -> int:
    """The run's colour on every page, one of twelve. Runs that begin one after another never share it."""
    return run.pk % SHADES


# --- the address -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Look:
    """How the table is looked at: all of it stands in the address."""

    experiment: str = ""
    query: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()
    group: str = ""
    baseline: str = ""
    deleted: bool = False
    after: str = ""
    opened: tuple[str, ...] = ()

    @classmethod
    def of(cls, given: QueryDict) -> "Look":
        return cls(
            experiment=given.get("experiment", ""),
            query=given.get("q", "").strip(),
            sort=given.get("sort", ""),
            columns=tuple(dict.fromkeys(given.getlist("col")))[:MAX_COLUMNS],
            group=given.get("group", ""),
            baseline=given.get("baseline", ""),
            deleted=given.get("deleted") == "1",
            after=given.get("after", ""),
            opened=tuple(dict.fromkeys(given.getlist("open")))[:MAX_OPEN],
        )

    def pairs(self) -> list[tuple[str, str]]:
        single = {
            "experiment": self.experiment,
            "q": self.query,
            "sort": self.sort,
            "group": self.group,
            "baseline": self.baseline,
            "deleted": "1" if self.deleted else "",
            "after": self.after,
        }
        found = [(name, value) for name, value in single.items() if value]
        return [*found, *(("col", one) for one in self.columns), *(("open", one) for one in self.opened)]

    def with_(self, **changes: Any) -> str:
        """The query string of this look with something else about it; the first page, unless that is given."""
        changed = replace(self, **{"after": ""} | changes)
        return "?" + urlencode(changed.pairs())

    @property
    def query_string(self) -> str:
        return urlencode(self.pairs())

    @property
    def is_folded(self) -> bool:
        """Children stand under their parents while nothing is looked for and nothing is sorted."""
        return not (self.query or self.sort or self.deleted)

    def ordering(self) -> tuple[Column | None, bool]:
        """The column it is sorted by, and whether from the top down. Raises Invalid."""
        return (column(self.sort.removeprefix("-")), self.sort.startswith("-")) if self.sort else (None, True)


def experiment_of(look: Look) -> int | None:
    """Raises Invalid."""
    if not look.experiment:
        return None
    number = whole_of(look.experiment, most=BIG)
    if number is None:
        raise Invalid(f"An experiment is a number: got {look.experiment[:40]!r}.", field="experiment")
    return number


# --- columns ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Head:
    """A column's head: where a click sorts it, and how it is sorted now."""

    column: Column
    label: str
    url: str
    sorted: str

    @property
    def is_number(self) -> bool:
        return self.column.kind == "metric"


def columns_of(look: Look, runs: Sequence[Run], latest: Mapping[int, list[Latest]], *, first: str) -> list[Column]:
    """Those asked for; without a wish, the metrics that most runs have and the params in which they differ."""
    if look.columns:
        return [column(spec) for spec in look.columns]
    metrics = [Column("metric", key) for key in metric_columns(latest.values(), first=first)]
    return metrics + [Column("parameter", key) for key in _differing(runs)[:2]]


def _differing(runs: Sequence[Run]) -> list[str]:
    """Params with more than one value, those that most runs have first."""
    values: dict[str, set[str]] = {}
    counts: dict[str, int] = {}
    for run in runs:
        for key, value in run.params.items():
            values.setdefault(key, set()).add(value)
            counts[key] = counts.get(key, 0) + 1
    return sorted((key for key in values if len(values[key]) > 1), key=lambda key: (-counts[key], key))


def heads(look: Look, columns: Iterable[Column]) -> list[Head]:
    return [head(look, one) for one in columns]


def head(look: Look, one: Column) -> Head:
    """A click sorts from the top down, the next one from the bottom up, the third one not at all."""
    down, up = f"-{one.spec}", one.spec
    following = {down: up, up: ""}.get(look.sort, down)
    word = {down: "descending", up: "ascending"}.get(look.sort, "")
    return Head(one, one.label, look.with_(sort=following, opened=()), word)


@dataclass(frozen=True)
class Choice:
    spec: str
    label: str
    is_chosen: bool


def choices(known: Known, chosen: Iterable[Column]) -> list[tuple[str, list[Choice]]]:
    """What the column picker offers, by kind; what is chosen is offered even when no recent run has it."""
    specs = [one.spec for one in chosen]
    offered = {
        "Metrics": [f"metrics.{key}" for key in known.metrics],
        "Parameters": [f"params.{key}" for key in known.params],
        "Tags": [f"tags.{key}" for key in known.tags],
    }
    prefixes = {"Metrics": "metrics.", "Parameters": "params.", "Tags": "tags."}
    found = []
    for title, listed in offered.items():
        more = [spec for spec in specs if spec.startswith(prefixes[title]) and spec not in listed]
        found.append((title, [Choice(spec, spec.partition(".")[2], spec in specs) for spec in [*more, *listed]]))
    return found


# --- rows ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """`difference` is to the baseline, in words; `differs` that it is another value."""

    label: str
    text: str
    is_number: bool
    title: str = ""
    difference: str = ""
    differs: bool = False


@dataclass(frozen=True)
class RunRow:
    run: Run
    shade: int
    tone: str
    cells: list[Cell]
    course: Sequence[float]
    job: Job | None
    seconds: float | None
    silent_since: datetime | None
    child_count: int = 0
    fold_url: str = ""
    is_open: bool = False
    is_child: bool = False
    parent_id: str = ""
    is_baseline: bool = False
    baseline_url: str = ""


@dataclass(frozen=True)
class Values:
    """What rows are made of: the latest metrics and the courses by the run's primary key."""

    latest: Mapping[int, list[Latest]]
    courses: Mapping[int, list[float]]
    columns: Sequence[Column]
    baseline: Run | None
    now: datetime


def run_row(run: Run, values: Values, **more: Any) -> RunRow:
    latest = values.latest[run.pk]
    training = getattr(run, "training", None)
    return RunRow(
        run=run,
        shade=shade_of(run),
        tone=RUN_TONES[RunStatus(run.status)],
        cells=_cells(run, values),
        course=values.courses.get(run.pk, []),
        job=training.job if training and run.status in (RunStatus.SCHEDULED, RunStatus.RUNNING) else None,
        seconds=(run.ended_at - run.started_at).total_seconds() if run.ended_at else None,
        silent_since=silent_since(run, latest, now=values.now),
        is_baseline=values.baseline is not None and values.baseline.pk == run.pk,
        **more,
    )


def silent_since(run: Run, latest: Iterable[Latest], *, now: datetime) -> datetime | None:
    """When a run that says it is running logged its last value, if that is a quarter of an hour ago or longer.

    Runs that are trained here have a job, whose lease says whether it lives.
    """
    if run.status != RunStatus.RUNNING or run.source == RunSource.TRAINING:
        return None
    beats = [_moment(one.timestamp_ms, now) for one in latest]
    last = max([run.started_at, *(beat for beat in beats if beat)])
    return last if now - last >= SILENT_AFTER else None


def _moment(milliseconds: int, now: datetime) -> datetime | None:
    """A client's time, as far as it can be one."""
    if not 0 < milliseconds < now.timestamp() * 1000 + 86_400_000:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, tz=now.tzinfo)


def _cells(run: Run, values: Values) -> list[Cell]:
    mine = {one.key: one.value for one in values.latest[run.pk]}
    base = values.baseline
    theirs = {one.key: one.value for one in values.latest.get(base.pk, [])} if base else {}
    found = []
    for one in values.columns:
        if one.kind == "metric":
            found.append(_metric_cell(one, mine.get(one.key), theirs.get(one.key), base is not None and base != run))
        else:
            found.append(_text_cell(one, run, base))
    return found


def _metric_cell(one: Column, value: float | None, base: float | None, is_compared: bool) -> Cell:
    shown = shown_number(value)
    cell = Cell(one.label, shown, True, title="" if value is None else repr(value))
    if not is_compared or value is None or base is None or not math.isfinite(value - base):
        return cell
    sign = "+" if value > base else "±" if value == base else ""
    return replace(cell, difference=f"{sign}{charts.number(value - base, 3)}", differs=value != base)


def _text_cell(one: Column, run: Run, base: Run | None) -> Cell:
    value = text_value(one, run)
    differs = base is not None and base != run and text_value(one, base) != value
    return Cell(one.label, value[:120] or "–", False, title=value[:500], differs=differs)


def text_value(one: Column, run: Run) -> str:
    if one.kind == "attribute":
        return {
            "name": run.name,
            "status": run.get_status_display(),
            "experiment": run.experiment.name,
            "user": str(run.created_by or ""),
            "started": run.started_at.isoformat(timespec="seconds"),
            "took": "",
        }[one.key]
    return str((run.params if one.kind == "parameter" else run.tags).get(one.key, ""))


def shown_number(value: float | None) -> str:
    if value is None:
        return "–"
    if math.isfinite(value):
        return charts.number(value)
    return "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"


def is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


# --- groups ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GroupRow:
    label: str
    count: int
    newest: datetime
    cells: list[tuple[str, str, str]]
    url: str


def group_rows(groups: Iterable[Group], metrics: Sequence[str], url_of: Any) -> list[GroupRow]:
    """Each metric as its mean, with the range beside it. `url_of(value)` leads to the runs of a group."""
    return [
        GroupRow(
            label="(none)" if one.value is None else one.value[:120] or "(empty)",
            count=one.count,
            newest=one.newest,
            cells=[(key, *_spread(one, key)) for key in metrics],
            url=url_of(one.value),
        )
        for one in groups
    ]


def _spread(group: Group, key: str) -> tuple[str, str]:
    spread = group.metrics.get(key)
    if spread is None:
        return "–", ""
    if spread.count == 1 or spread.low == spread.high:
        return charts.number(spread.mean), ""
    return charts.number(spread.mean), f"{charts.number(spread.low)} to {charts.number(spread.high)}"


def shown_metrics(columns: Iterable[Column], known: Known) -> list[str]:
    """The metrics of a grouped table: the columns asked for, else the first that there are."""
    chosen = [one.key for one in columns if one.kind == "metric"]
    worth = [key for key in known.metrics if not key.startswith(SYSTEM) and not key.endswith(("_low", "_high"))]
    return chosen or worth[:4]
