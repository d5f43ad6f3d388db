"""Keeping what the reader says, one message in one transaction that the job's lease decides about.

Every write may be repeated: a worker that is lost leaves items that are not settled, and its successor is told them
again.
"""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from core import jobs, storage
from core.errors import DomainError, Invalid, LedgerClosed, TooLarge
from core.models import Job
from experiments import operations as experiments
from experiments.enums import Lifecycle
from experiments.models import Experiment, LoggedModel, Run
from experiments.operations import InputEntry, MetricEntry, TakenModel, TakenRun
from models_registry import operations as registry
from models_registry.models import ModelVersion, RegisteredModel
from models_registry.rules import is_protected
from porting.enums import ItemKind, SourceKind
from porting.models import Import, ImportedItem, ImportNote

NAME_TAG = "mlflow.runName"
PARENT_TAG = "mlflow.parentRunId"
CONTEXT_TAG = "mlflow.data.context"
# What was said of a version elsewhere, and nobody approved here.
STAGE_TAG = "throughline.imported.stage"
ALIASES_TAG = "throughline.imported.aliases"

DOWNLOADS = "downloads"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COUNTED = ("experiments", "runs", "points", "files", "bytes", "models", "registered", "versions", "unchanged")


@transaction.atomic
def note_counts(*, job: Job, expected: Mapping[str, Any]) -> None:
    """What the reader expects to find. What was counted before a worker was lost is counted again."""
    jobs.lock_held(job)
    Import.objects.filter(pk=job.payload["import"]).update(expected=dict(expected), done=dict.fromkeys(COUNTED, 0))


def take_record(*, job: Job, message: Mapping[str, Any], now: datetime) -> None:
    """Keep one message of the reader. A record that cannot be kept is noted with its reason, and the rest goes on.

    Raises jobs.LostLease, and TooLarge when the import has brought more than it may.
    """
    take = _TAKERS[message["t"]]
    found = Import.objects.select_related("project", "created_by").get(pk=job.payload["import"])
    try:
        given = _stored(found, message) if message["t"] == "files" else message
        with transaction.atomic():
            jobs.lock_held(job)
            _count(found, take(found, given, now))
    except (jobs.LostLease, LedgerClosed, _Exhausted):
        raise
    except DomainError as refusal:
        _note(found, message, refusal.message)


class _Exhausted(TooLarge):
    """The import itself must end: this is no fault of the item."""


def _source(found: Import, said: Mapping[str, Any], now: datetime) -> dict[str, int]:
    """A store without a history of its own is known by where it was read."""
    identity = str(said["identity"])[:500] or f"{found.kind}:{found.source}"
    Import.objects.filter(pk=found.pk).update(identity=identity)
    return {}


def _experiment(found: Import, said: Mapping[str, Any], now: datetime) -> dict[str, int]:
    known = _local(found, ItemKind.EXPERIMENT, said["id"])
    experiment = Experiment.objects.filter(project=found.project, pk=int(known)).first() if known else None
    experiment = experiments.take_experiment(
        project=found.project,
        name=experiment.name if experiment else said["name"],
        tags=said["tags"],
        created_at=_time(said["created"]) or now,
        by=found.created_by,
        now=now,
    )
    _remember(found, ItemKind.EXPERIMENT, said["id"], str(experiment.pk))
    return {"experiments": 1}


def _run(found: Import, said: Mapping[str, Any], now: datetime) -> dict[str, int]:
    known = _run_of(found, said["id"])
    tags = {key: value for key, value in said["tags"].items() if key != NAME_TAG}
    if parent := _local(found, ItemKind.RUN, tags.get(PARENT_TAG, "")):
        tags[PARENT_TAG] = parent
    run = experiments.take_run(
        experiment=_experiment_of(found, said["experiment"]),
        given=TakenRun(
            run_id=said["id"],
            name=(said["name"] or said["tags"].get(NAME_TAG) or "")[:250],
            status=said["status"],
            started_at=_time(said["start"]) or now,
            ended_at=_time(said["end"]),
            params=said["params"],
            tags=tags,
            inputs=[_input(one) for one in said["inputs"]],
        ),
        known=known,
        by=found.created_by,
    )
    _remember(found, ItemKind.RUN, said["id"], run.run_id)
    if known is None and run.run_id != said["id"]:
        experiments.rename_parent(experiment=run.experiment, tag=PARENT_TAG, was=said["id"], now_is=run.run_id)
        _note(found, said, f"Its id is taken by another run of this house, so it is {run.run_id} here.")
    return {}


def _input(one: Mapping[str, Any]) -> InputEntry:
    return InputEntry(
        name=one["name"][:500],
        digest=one["digest"][:64],
        context=one["tags"].get(CONTEXT_TAG, "")[:40],
        details=experiments.details_of(one["details"]),
    )


def _points(found: Import, said: Mapping[str, Any], now: datetime) -> dict[str, int]:
    run = _run_of(found, said["run"])
    if run is None:
        return {}  # it was refused, which is noted
    metrics = [
        MetricEntry(said["key"], float(value), step, at)
        for step, at, value in zip(said["steps"], said["times"], said["values"], strict=True)
    ]
    experiments.take_points(run=run, metrics=metrics)
    return {"points": len(metrics)}


def _model(found: Import, said: Mapping[str, Any], now: datetime) -> dict[str, int]:
    model = experiments.take_model(
        experiment=_experiment_of(found, said["experiment"]),
        given=TakenModel(
            model_id=said["id"],
            name=said["name"],
            status=said["status"],
            created_at=_time(said["created"]) or now,
            updated_at=_time(said["updated"]) or now,
            model_type=said["type"],
            params=said["params"],
            tags=said["tags"],
        ),
        source_run=_run_of(found, said["run"]) if said["run"] else None,
        known=_model_of(found, said["id"]),
        by=found.created_by,
    )
    _remember(found, ItemKind.MODEL, said["id"], model.model_id)
    return {}


def _stored(found: Import, said: Mapping[str, Any]) -> dict[str, Any]:
    """The files' bytes in the store, before the transaction that notes them. What was downloaded is removed."""
    size = sum(int(each[2]) for each in said["files"])
    if found.done.get("bytes", 0) + size > settings.IMPORT_MAX_BYTES:
        raise _Exhausted(f"An import brings at most {settings.IMPORT_MAX_BYTES:,} bytes of files.", code="too_large")
    blobs = {}
    for path, place, _ in said["files"]:
        lies_at = _readable(found, place)
        blobs[path] = storage.put_path(lies_at)
        if lies_at.parent.name == DOWNLOADS:
            lies_at.unlink()
    return {**said, "blobs": blobs, "size": size}


def _readable(found: Import, place: str) -> Path:
    """Where the reader says that a file lies; of what strangers sent, nowhere but in the scratch directory."""
    lies_at = Path(os.path.realpath(place))
    scratch = settings.JOB_SCRATCH_DIR.resolve()
    if not lies_at.is_file() or (found.kind != SourceKind.MACHINE and not lies_at.is_relative_to(scratch)):
        raise Invalid(f"The file {lies_at.name[:200]!r} is not there.", field="path")
    return lies_at


def _files(found: Import, said: Mapping[str, Any], now: datetime) -> dict[str, int]:
    owner = _owner(found, said["kind"], said["id"])
    if owner is None or isinstance(owner, Experiment):
        return {}
    good = {}
    for path, blob in said["blobs"].items():
        try:
            good[experiments.clean_path(path)] = blob
        except Invalid as refusal:
            _note(found, {"t": "file", "id": f"{said['id']}/{path}", "name": path}, refusal.message)
    experiments.take_files(owner=owner, files=good, by=found.created_by)
    return {"files": len(good), "bytes": said["size"]}


def _settled(found: Import, said: Mapping[str, Any], now: datetime) -> dict[str, int]:
    """Nothing more comes of this item: only now is it put aside if its source had, and known as taken."""
    owner = _owner(found, said["kind"], said["id"])
    if owner is None:
        return {}
    if said["lifecycle"] == "deleted" and isinstance(owner, Run | Experiment):
        experiments.take_away(owner=owner, by=found.created_by, now=now)
    if said["lifecycle"] == "deleted" or getattr(owner, "lifecycle", "") == Lifecycle.ACTIVE:
        _items(found, said["kind"], said["id"]).update(fingerprint=said["fingerprint"])
    return {"run": {"runs": 1}, "model": {"models": 1}}.get(said["kind"], {})


def _unchanged(found: Import, said: Mapping[str, Any], now: datetime) -> dict[str, int]:
    return {f"{said['kind']}s": 1, "unchanged": 1}


def _registered(found: Import, said: Mapping[str, Any], now: datetime) -> dict[str, int]:
    """What the model is called and described as here stays; only what is missing is added."""
    model = registry.ensure_model(
        project=found.project, name=said["name"], by=found.created_by, now=now, description=said["description"]
    )
    new = {key: value for key, value in said["tags"].items() if key not in model.tags}
    if new:
        registry.set_model_tags(model=model, tags=new, by=found.created_by, now=now)
    return {"registered": 1}


def _version(found: Import, said: Mapping[str, Any], now: datetime) -> dict[str, int]:
    original = f"{said['name']}/{said['number']}"
    known = _local(found, ItemKind.VERSION, original)
    if known and ModelVersion.objects.filter(project=found.project, pk=int(known)).exists():
        return {"versions": 1, "unchanged": 1}
    model = RegisteredModel.objects.get(project=found.project, name=said["name"].strip())
    is_free = not ModelVersion.objects.filter(model=model, number=said["number"]).exists()
    version = registry.create_version(
        model=model,
        by=found.created_by,
        now=now,
        source=said["source"],
        description=said["description"],
        tags=said["tags"] | _history(said),
        number=said["number"] if is_free else None,
        **_place(found, said),
    )
    if not is_free:
        _note(found, said, f"The model has a version {said['number']} already, so it is {version.number} here.")
    _name(found, said, model, version, now)
    _remember(found, ItemKind.VERSION, original, str(version.pk))
    return {"versions": 1}


def _place(found: Import, said: Mapping[str, Any]) -> dict[str, Any]:
    """Where the version's files lie here. Raises Invalid."""
    model_id = said["model"] or (
        said["source"].removeprefix("models:/") if said["source"].startswith("models:/m-") else ""
    )
    if model_id and (model := _model_of(found, model_id)):
        return {"logged_model": model, "run": model.source_run}
    run = _run_of(found, said["run"]) if said["run"] else None
    if run is not None and said["below"] is not None:
        return {"run": run, "root": f"{run.experiment_id}/{run.run_id}", "path": said["below"]}
    raise Invalid(f"Its files are those of {said['source'][:200]!r}, which was not imported.", field="source")


def _history(said: Mapping[str, Any]) -> dict[str, str]:
    """Nobody approved the version here: what it was called elsewhere is history."""
    named = sorted(alias for alias in said["aliases"] if is_protected(alias))
    stage = {STAGE_TAG: said["stage"]} if said["stage"] not in ("None", "Archived") else {}
    return stage | ({ALIASES_TAG: ", ".join(named)} if named else {})


def _name(found: Import, said: Mapping[str, Any], model: RegisteredModel, version: ModelVersion, now: datetime) -> None:
    """Give it the aliases that need no approval; of the others, and of its stage, say so in the report."""
    for alias in said["aliases"]:
        if is_protected(alias):
            _note(found, said, f"The alias “{alias}” was not granted: nobody has approved the version here.")
        elif model.aliases.filter(name=alias).exists():
            _note(found, said, f"The alias “{alias}” names another version here, and stays there.")
        else:
            registry.set_alias(model=model, alias=alias, version=version, by=found.created_by, now=now)
    if said["stage"] == "Archived":
        registry.archive_version(version=version, by=found.created_by, now=now)
    elif said["stage"] != "None":
        _note(found, said, f"The stage “{said['stage']}” was not granted: nobody has approved the version here.")


def _skipped(found: Import, said: Mapping[str, Any], now: datetime) -> dict[str, int]:
    _note(found, {"t": said["kind"], "id": said["id"], "name": said["name"]}, said["reason"])
    return {}


_TAKERS: dict[str, Callable[[Import, Mapping[str, Any], datetime], dict[str, int]]] = {
    "source": _source,
    "experiment": _experiment,
    "run": _run,
    "points": _points,
    "model": _model,
    "files": _files,
    "settled": _settled,
    "unchanged": _unchanged,
    "registered": _registered,
    "version": _version,
    "skipped": _skipped,
}
MESSAGES = frozenset(_TAKERS)


def _count(found: Import, new: Mapping[str, int]) -> None:
    if new:
        found.done = found.done | {name: found.done.get(name, 0) + count for name, count in new.items()}
        found.save(update_fields=["done"])


def _note(found: Import, said: Mapping[str, Any], reason: str) -> None:
    """A line of the report. The same again is one line."""
    item = (
        f"{said['name']}/{said['number']}" if said["t"] == "version" else str(said.get("id") or said.get("run") or "")
    )
    if said["t"] == "points":
        item = f"{item}/{said['key']}"
    ImportNote.objects.get_or_create(
        of=found,
        kind=str(said["t"])[:30],
        item=item.replace("\0", "")[:300],
        reason=reason.replace("\0", "")[:500],
        defaults={"name": str(said.get("name") or "").replace("\0", "")[:250]},
    )


def _items(found: Import, kind: str, original: str) -> Any:
    return ImportedItem.objects.filter(
        project=found.project, identity=_scope(found, kind), kind=kind, original_id=str(original)[:300]
    )


def _scope(found: Import, kind: str) -> str:
    """Ids of runs and of logged models are theirs wherever they are read; others belong to their source."""
    return "" if kind in (ItemKind.RUN, ItemKind.MODEL) else found.identity


def _local(found: Import, kind: str, original: str) -> str:
    """What the original is here; empty when it was not taken."""
    return str(_items(found, kind, original).values_list("local_id", flat=True).first() or "") if original else ""


def _remember(found: Import, kind: str, original: str, local: str) -> None:
    ImportedItem.objects.update_or_create(
        project=found.project,
        identity=_scope(found, kind),
        kind=kind,
        original_id=str(original)[:300],
        defaults={"local_id": local, "fingerprint": ""},
    )


def _experiment_of(found: Import, original: str) -> Experiment:
    local = _local(found, ItemKind.EXPERIMENT, original)
    if not local:
        raise Invalid(f"Its experiment {original!r} was not taken.", field="experiment")
    return Experiment.objects.get(project=found.project, pk=int(local))


def _run_of(found: Import, original: str) -> Run | None:
    local = _local(found, ItemKind.RUN, original)
    return (
        Run.objects.select_related("experiment").filter(project=found.project, run_id=local).first() if local else None
    )


def _model_of(found: Import, original: str) -> LoggedModel | None:
    local = _local(found, ItemKind.MODEL, original)
    rows = LoggedModel.objects.select_related("source_run")
    return rows.filter(project=found.project, model_id=local).first() if local else None


def _owner(found: Import, kind: str, original: str) -> Run | LoggedModel | Experiment | None:
    if kind == ItemKind.RUN:
        return _run_of(found, original)
    if kind == ItemKind.MODEL:
        return _model_of(found, original)
    local = _local(found, ItemKind.EXPERIMENT, original)
    return Experiment.objects.filter(project=found.project, pk=int(local)).first() if local else None


def _time(milliseconds: int | None) -> datetime | None:
    """Raises Invalid for a time that no calendar has."""
    if milliseconds is None:
        return None
    try:
        return EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        raise Invalid(f"The time {milliseconds} lies outside of every calendar.", field="time") from None
