"""Writes about spikes: planned beside a card on the board, locked before their first run, ended by what runs found."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from core import events
from core.errors import Invalid
from core.models import User
from core.rules import require
from projects import documents, rules, scoping
from projects.enums import SPIKE_FLOW, ItemKind, SpikeState, SpikeZone
from projects.events import SPIKE_ENDED, SPIKE_LOCKED, SPIKE_PLANNED, SPIKE_READ, SPIKE_REVISED
from projects.models import ScopeOption, Spike
from projects.models.spikes import MOST_DAYS
from projects.operations import fields
from projects.operations.assumptions import settle_by_spike
from projects.operations.dossier import keep_revision, locked_dossier, opened, standing
from projects.operations.items import add_item
from projects.operations.locking import require_version
from projects.operations.values import Values
from projects.scoping import spikes

MOST_RUNS = 1000


PLAN_FIELDS: dict[str, fields.Reader] = {
    "title": fields.text(least=1, most=200),
    "hypothesis": fields.text(),
    "days": fields.whole(1, MOST_DAYS),
    "spending_cap": fields.needed_number(0, fields.MOST_AMOUNT),
    "experiment": fields.text(least=1, most=200),
    "dataset": fields.dataset_version,
    "metric": fields.text(most=250),
    "is_higher_better": fields.flag,
    "proceed_at": fields.number(-1e12, 1e12),
    "kill_at": fields.number(-1e12, 1e12),
    "least_runs": fields.whole(1, MOST_RUNS),
}


@transaction.atomic
def plan_spike(
    *, option: ScopeOption, tests: str, by: User, now: datetime, values: Mapping[str, Any] | None = None
) -> Spike:
    """Make a spike of one of the option's dimensions or assumptions, and a card on the board for it.

    Raises NotAllowed, Invalid, Conflict for an option that was removed or a retired project.
    """
    dossier = opened(option.project, by)
    option = standing(option)
    label = scoping.tested(tests)
    if label is None:
        raise Invalid(f"There is no dimension or assumption {tests!r} to test.", field="tests", code="unknown")
    last = Spike.objects.filter(project=option.project).aggregate(last=Max("number"))["last"] or 0
    given = {"title": f"Spike {last + 1}: {label}", "experiment": f"Spike {last + 1}"} | dict(values or {})
    read = fields.checked(given, PLAN_FIELDS)
    _refuse_wrong_zones(read.get("proceed_at"), read.get("kill_at"), read.get("is_higher_better", True))
    item = add_item(project=option.project, title=read["title"], kind=ItemKind.EXPERIMENT, by=by, now=now)
    spike = Spike.objects.create(project=option.project, number=last + 1, option=option, item=item, tests=tests, **read)
    keep_revision(dossier, by=by, now=now)
    events.record(SPIKE_PLANNED, spike, by=by, tests=tests, option=option.number, item=item.number)
    return spike


@transaction.atomic
def revise_spike(
    *,
    spike: Spike,
    values: Mapping[str, Any],
    by: User | None,
    now: datetime,
    seen: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
) -> Spike:
    """Change the plan; `seen` guards the fields one by one. Raises NotAllowed, Invalid, PreconditionFailed, and
    IllegalStep once it is locked."""
    dossier = opened(spike.project, by)
    spike = _locked_row(spike)
    SPIKE_FLOW.target(spike.state, "lock")
    require_version(f"Spike {spike.number}", spike.version, expected_version)
    changes = fields.to_change(spike, values, PLAN_FIELDS, seen)
    if not changes:
        return spike
    told = {name: [fields.plain(getattr(spike, name)), value] for name, value in changes.items()}
    for name, value in changes.items():
        setattr(spike, name, value)
    _refuse_wrong_zones(spike.proceed_at, spike.kill_at, spike.is_higher_better)
    spike.version += 1
    spike.save(update_fields=[*changes, "version"])
    keep_revision(dossier, by=by, now=now)
    events.record(SPIKE_REVISED, spike, by=by, changes=told)
    return spike


@transaction.atomic
def lock_spike(*, spike: Spike, by: User, now: datetime, expected_version: int | None = None) -> Spike:
    """Fix the plan for good, under its digest. Only runs that begin afterwards count.

    Raises NotAllowed, Invalid naming what the plan lacks, PreconditionFailed, IllegalStep.
    """
    dossier = opened(spike.project, by)
    require(rules.why_not_lock_spike(by, spike))
    spike = _locked_row(spike)
    require_version(f"Spike {spike.number}", spike.version, expected_version)
    state = SPIKE_FLOW.target(spike.state, "lock")
    _refuse_incomplete(spike)
    spike.state, spike.locked_by, spike.locked_at = state, by, now
    spike.digest = documents.digest_of(documents.spike_plan(spike))
    spike.version += 1
    spike.save(update_fields=["state", "locked_by", "locked_at", "digest", "version"])
    keep_revision(dossier, by=by, now=now)
    events.record(SPIKE_LOCKED, spike, by=by, digest=spike.digest, plan=documents.spike_plan(spike))
    return spike


@transaction.atomic
def count_run(*, spike: Spike, run: str, sample: spikes.Sample, now: datetime) -> Spike:
    """Take what a run found into a locked spike, once; what counted stays. It ends by itself as soon as the interval
    lies in one zone. A spike that has ended takes nothing. Raises Conflict for a retired project."""
    dossier = locked_dossier(spike.project)
    spike = _locked_row(spike)
    if spike.state != SpikeState.LOCKED or run in spike.samples:
        return spike
    spike.samples = spike.samples | {run: [sample.value, sample.low, sample.high]}
    spike.version += 1
    reading = documents.spike_reading(spike)
    assert reading is not None  # it was locked with its zones
    if reading.zone:
        _end(spike, SpikeZone(reading.zone), now=now)
    spike.save(update_fields=["samples", "version", "state", "zone", "ended_at"])
    if reading.zone:
        settle_by_spike(spike, by=None, now=now)
    keep_revision(dossier, by=None, now=now)
    said = {"run": run, "value": sample.value, "runs": reading.runs, "reading": reading.sentence}
    events.record(SPIKE_ENDED if reading.zone else SPIKE_READ, spike, by=None, zone=str(spike.zone), **said)
    return spike


@transaction.atomic
def stop_spike(*, spike: Spike, comment: str, by: User, now: datetime, expected_version: int | None = None) -> Spike:
    """End a locked spike that reached no zone: what it was to settle stays open. Raises NotAllowed, Invalid,
    PreconditionFailed, IllegalStep."""
    dossier = opened(spike.project, by)
    spike = _locked_row(spike)
    require_version(f"Spike {spike.number}", spike.version, expected_version)
    SPIKE_FLOW.target(spike.state, "end")
    spike.comment = fields.checked({"comment": comment}, {"comment": fields.text(least=1)})["comment"]
    _end(spike, SpikeZone.STOPPED, now=now)
    spike.version += 1
    spike.save(update_fields=["comment", "version", "state", "zone", "ended_at"])
    keep_revision(dossier, by=by, now=now)
    events.record(SPIKE_ENDED, spike, by=by, zone=str(spike.zone), comment=spike.comment)
    return spike


def _end(spike: Spike, zone: SpikeZone, *, now: datetime) -> None:
    spike.state = SPIKE_FLOW.target(spike.state, "end")
    spike.zone, spike.ended_at = zone, now


def _locked_row(spike: Spike) -> Spike:
    return Spike.objects.select_for_update(no_key=True, of=("self",)).select_related("project").get(pk=spike.pk)


def _refuse_wrong_zones(proceed_at: float | None, kill_at: float | None, is_higher_better: bool) -> None:
    if proceed_at is None or kill_at is None:
        return
    try:
        scoping.Zones(proceed_at, kill_at, is_higher_better)
    except ValueError as exc:
        raise Invalid(f"The zones are in the wrong order: {exc}.", field="kill_at", code="zones") from None


def _refuse_incomplete(spike: Spike) -> None:
    needed = {"hypothesis": "a hypothesis", "metric": "a metric", "proceed_at": "the value from which to proceed"}
    values = Values()
    for name, what in (needed | {"kill_at": "the value at which to stop"}).items():
        if getattr(spike, name) in (None, ""):
            values.wrong(name, f"Before it is locked a spike needs {what}.", code="missing")
    values.refuse_if_wrong()
