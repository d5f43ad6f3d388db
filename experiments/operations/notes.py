"""Writes of what people say of runs: their description, and which piece of work a run is for; and who comments."""

from datetime import datetime

from django.db import transaction

from core import events
from core.errors import Invalid
from core.models import User
from core.rules import require
from experiments import rules
from experiments.events import RUN_COMMENTED, RUN_LINKED, RUN_UNLINKED
from experiments.models import Run, RunComment, RunItem
from experiments.operations.batches import log_batch
from experiments.operations.runs import delete_run_tag, lock_run
from projects.models import WorkItem
from projects.operations import Talk

NOTE_TAG = "mlflow.note.content"
"""The tag in which MLflow's clients and pages keep a description."""

RUN_TALK = Talk(model=RunComment, event=RUN_COMMENTED, why_not=rules.why_not_comment, lock=lock_run)


@transaction.atomic
def describe_run(*, run: Run, text: str, by: User | None, now: datetime) -> Run:
    """Set the run's description, Markdown, or take it away with an empty text. The last writer's counts.

    Raises NotAllowed, Invalid, Conflict (`deleted`).
    """
    text = text.strip()
    if text:
        return log_batch(run=run, tags={NOTE_TAG: text}, by=by, now=now)
    if NOTE_TAG not in lock_run(run).tags:
        require(rules.why_not_train(by, run.project_id))
        return run
    return delete_run_tag(run=run, key=NOTE_TAG, by=by, now=now)


@transaction.atomic
def link_run(*, run: Run, item: WorkItem | None, by: User, now: datetime) -> RunItem | None:
    """Say which piece of work of the project a run is for, or that it is for none. The same again changes nothing.

    Raises NotAllowed, Invalid (another project's item), Conflict (`deleted`).
    """
    run = lock_run(run)
    require(rules.why_not_train(by, run.project_id))
    if item is not None and item.project_id != run.project_id:
        raise Invalid(f"There is no item {item.number} in the project of this run.", field="item", code="no_such_item")
    before = RunItem.objects.select_related("item").filter(run=run).first()
    if (before.item_id if before else None) == (item.pk if item else None):
        return before
    was = before.item.number if before else None
    if before is not None:
        before.delete()
    if item is None:
        events.record(RUN_UNLINKED, run, by=by, was=was)
        return None
    link = RunItem.objects.create(run=run, item=item, created_by=by, created_at=now)
    events.record(RUN_LINKED, run, by=by, item=item.number, was=was)
    return link
