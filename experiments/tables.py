"""What pages show of data and runs, as plain values for the components."""

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core import charts, storage
from core.enums import JobState
from experiments.enums import RunStatus
from experiments.models import Artifact, DatasetVersion
from experiments.queries import PARTS, SYSTEM, Latest, is_of_a_part

PREVIEW_ROWS = 20
SHOWN_COLUMNS = 60

RUN_TONES = {
    RunStatus.SCHEDULED: "",
    RunStatus.RUNNING: "thread",
    RunStatus.FINISHED: "ok",
    RunStatus.FAILED: "bad",
    RunStatus.KILLED: "warn",
}
JOB_TONES = {
    JobState.QUEUED: "",
    JobState.RUNNING: "thread",
    JobState.SUCCEEDED: "ok",
    JobState.FAILED: "bad",
    JobState.CANCELLED: "warn",
}
MAX_DEPTH = 12
FILE_ICONS = {
    "image": ("png", "jpg", "jpeg", "gif", "webp", "svg"),
    "file-spreadsheet": ("csv", "tsv", "parquet", "pq"),
    "file-json": ("json", "ipynb"),
    "file-code": ("py", "html", "htm", "yaml", "yml", "toml", "xml", "sh", "sql", "r"),
    "file-text": ("txt", "md", "markdown", "log"),
    "box": ("skops", "pkl", "onnx", "pt", "joblib", "h5", "safetensors"),
}


def _shown(value: float | None) -> str:
    if value is None:
        return "–"
    return charts.number(value) if math.isfinite(value) else str(value)


@dataclass(frozen=True)
class Figure:
    """A metric of a run; `note` is its confidence interval, where there is one."""

    key: str
    value: str
    note: str


def figures(latest: Iterable[Latest]) -> list[Figure]:
    """Metrics for the run's page: those of the end first, those of the training's parts last, no system metrics."""
    values = {one.key: one.value for one in latest if not one.key.startswith(SYSTEM)}
    keys = [key for key in values if not (key.endswith(("_low", "_high")) and key.rsplit("_", 1)[0] in values)]
    return [
        Figure(key, _shown(values[key]), _interval(values, key))
        for key in sorted(keys, key=lambda key: (is_of_a_part(key), key))
    ]


def _interval(values: Mapping[str, float], key: str) -> str:
    low, high = values.get(f"{key}_low"), values.get(f"{key}_high")
    return f"{_shown(low)} to {_shown(high)}" if low is not None and high is not None else ""


# --- metrics ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """Metrics that belong on one chart: `train_log_loss` and `val_log_loss`."""

    name: str
    keys: list[str]


def groups(keys: Iterable[str]) -> list[Group]:
    """The charts of a run: metrics that differ in their first word (`train_loss`, `val_loss`) together."""
    found: dict[str, list[str]] = {}
    for key in sorted(keys):
        found.setdefault(_without_part(key), []).append(key)
    return [Group(name, keys) for name, keys in sorted(found.items())]


def _without_part(key: str) -> str:
    for separator in ("_", "/", "."):
        first, _, rest = key.partition(separator)
        if rest and first.lower() in PARTS:
            return rest
    return key


# --- data ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ColumnCard:
    """One column of a profile. `drawn` is a histogram, `top` the commonest values as bars."""

    name: str
    kind: str
    missing: int
    missing_share: float
    distinct: int
    summary: str
    drawn: charts.Chart | None
    top: list[charts.Bar]
    warnings: list[str]


def column_cards(profile: Mapping[str, Any]) -> list[ColumnCard]:
    rows = max(int(profile["rows"]), 1)
    return [_column_card(column, rows) for column in profile["columns"][:SHOWN_COLUMNS]]


def _column_card(column: Mapping[str, Any], rows: int) -> ColumnCard:
    histogram = column.get("histogram")
    top = [(str(one["value"])[:40], one["count"] / rows) for one in column.get("top", [])[:5]]
    return ColumnCard(
        name=column["name"],
        kind=column["kind"],
        missing=column["missing"],
        missing_share=column["missing"] / rows,
        distinct=column["distinct"],
        summary=_summary(column),
        drawn=charts.histogram(histogram["counts"], histogram["edges"], names=("Share", "")) if histogram else None,
        top=charts.bars(top),
        warnings=[warning["message"] for warning in column["warnings"]],
    )


def _summary(column: Mapping[str, Any]) -> str:
    if column.get("mean") is not None:
        mean, low, high = (charts.number(column[name]) for name in ("mean", "min", "max"))
        return f"mean {mean}, from {low} to {high}"
    if column.get("min") is not None:
        return f"from {column['min']} to {column['max']}"
    return f"{column['distinct']:,} different values"


def preview(version: DatasetVersion) -> list[list[Any]]:
    """The first rows of the table, in the order of its columns."""
    import pyarrow.parquet as pq  # noqa: PLC0415 (loads Arrow, which few processes need)

    with storage.local_path(version.table_id) as path, pq.ParquetFile(path) as file:
        batch = next(file.iter_batches(batch_size=PREVIEW_ROWS), None)
        rows = batch.to_pylist() if batch is not None else []
    names = [column["name"] for column in version.columns][:SHOWN_COLUMNS]
    return [[_cell(row[name]) for name in names] for row in rows]


def _cell(value: Any) -> str:
    return "" if value is None else str(value)[:120]


# --- files -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class File:
    """A file of a folder; `name` is its path below that folder."""

    name: str
    path: str
    size: int
    digest: str
    icon: str


@dataclass
class Folder:
    """`size` and `count` are of all files below it. `id` is the same whenever the page is made."""

    name: str
    id: str = ""
    size: int = 0
    count: int = 0
    folders: list["Folder"] = field(default_factory=list)
    files: list[File] = field(default_factory=list)


def tree(files: Iterable[Artifact], *, name: str = "") -> Folder:
    """Files as folders in folders. What lies deeper than MAX_DEPTH is named by its path below."""
    root = Folder(name)
    known: dict[tuple[str, ...], Folder] = {(): root}
    for one in files:
        *above, last = one.path.split("/", MAX_DEPTH)
        for depth in range(len(above) + 1):
            folder = _folder(known, tuple(above[:depth]), name)
            folder.size += one.size
            folder.count += 1
        folder.files.append(File(last, one.path, one.size, one.blob_id, _icon_of(last)))
    return root


def _folder(known: dict[tuple[str, ...], Folder], parts: tuple[str, ...], root: str) -> Folder:
    if parts not in known:
        said = "/".join((root, *parts))
        known[parts] = Folder(parts[-1], id=hashlib.sha256(said.encode()).hexdigest()[:12])
        known[parts[:-1]].folders.append(known[parts])
    return known[parts]


def _icon_of(name: str) -> str:
    suffix = name.rpartition(".")[2].lower()
    return next((icon for icon, suffixes in FILE_ICONS.items() if suffix in suffixes), "file")
