"""Writes of what people say of runs: their description, comments, and which piece of work a run is for."""

from datetime import datetime

from django.db import transaction

from core import events
from core.errors import Invalid, NotFound
from core.models import User
from core.rules import require
from experiments import rules
from experiments.events import RUN_COMMENTED, RUN_LINKED, RUN_UNLINKED
from experiments.models import Run, RunComment, RunItem
from experiments.operations.batches import log_batch
from experiments.operations.runs import delete_run_tag, lock_run
from projects.models import WorkItem

NOTE_TAG = "mlflow.note.content"
"""The tag in which MLflow's clients and pages keep a description."""
MAX_COMMENT = 5000


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


@transaction.atomic
def add_comment(*, run: Run, text: str, by: User, now: datetime) -> RunComment:
    """Raises NotAllowed, Invalid, Conflict (`deleted`)."""
    text = _checked(text)
    run = lock_run(run)
    require(rules.why_not_discuss(by, run.project_id))
    comment = RunComment.objects.create(
        project_id=run.project_id, run=run, text=text, created_by=by, created_at=now, updated_at=now
    )
    _tell("added", comment, by)
    return comment


@transaction.atomic
def change_comment(*, comment: RunComment, text: str, by: User, now: datetime) -> RunComment:
    """Raises NotAllowed (another's), Invalid, NotFound."""
    text = _checked(text)
    comment = _locked(comment, by)
    comment.text, comment.updated_at = text, now
    comment.save(update_fields=["text", "updated_at"])
    _tell("changed", comment, by)
    return comment


@transaction.atomic
def delete_comment(*, comment: RunComment, by: User, now: datetime) -> None:
    """Raises NotAllowed (another's), NotFound."""
    comment = _locked(comment, by)
    _tell("deleted", comment, by)
    comment.delete()


def _checked(text: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= MAX_COMMENT or "\0" in text:
        message = f"A comment has 1 to {MAX_COMMENT:,} characters, U+0000 not among them: got {len(text):,}."
        raise Invalid(message, field="text", code="length")
    return text


def _locked(comment: RunComment, by: User) -> RunComment:
    rows = RunComment.objects.select_for_update(of=("self",)).select_related("run")
    found = rows.filter(pk=comment.pk).first()
    if found is None:
        raise NotFound("There is no such comment.")
    require(rules.why_not_change_comment(by, found) or rules.why_not_discuss(by, found.project_id))
    return found


def _tell(step: str, comment: RunComment, by: User) -> None:
    """Not in the words of the comment: what is deleted must not stay in the log."""
    events.record(RUN_COMMENTED, comment.run, by=by, step=step, comment=comment.pk)
