"""The truth about predictions, which comes later."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from core import events
from core.errors import FieldError, Invalid, TooLarge
from core.models import User
from core.rules import require
from models_registry import queries, rules
from models_registry.events import PREDICTIONS_LABELLED
from models_registry.models import Deployment, PredictionLog

MAX_LABELS = 10_000
MAX_ERRORS = 100


@transaction.atomic
def label_predictions(
    *, deployment: Deployment, labels: Sequence[Mapping[str, Any]], by: User | None, now: datetime
) -> dict[str, Any]:
    """Set the truth of predictions by their ids: `[{"prediction_id", "truth"}]`. Returns
    `{"labelled": n, "changed": n, "unchanged": n, "unknown": [ids]}`.

    Sending the same truth again changes nothing; another truth replaces the first (a chargeback that was reversed) and
    is counted as changed. Ids of other deployments are unknown. Raises NotAllowed, TooLarge, Invalid (`labels.3.truth`:
    not one of the model's classes), and then nothing is written.
    """
    require(rules.why_not_predict(by, deployment.project_id))
    if len(labels) > MAX_LABELS:
        raise TooLarge(f"{len(labels):,} labels were sent; at most {MAX_LABELS:,} are taken at once.")
    given = _by_id(labels)
    rows = {
        row.prediction_id: row
        for row in PredictionLog.objects.select_for_update(no_key=True, of=("self",))
        .select_related("model_version")
        .filter(deployment=deployment, prediction_id__in=given)
        .order_by("pk")
    }
    _require_classes(labels, rows)
    fresh = [row for id, row in rows.items() if row.truth_at is None]
    changed = [row for id, row in rows.items() if row.truth_at is not None and not _same(row.truth, given[id])]
    for row in (*fresh, *changed):
        row.truth, row.truth_at = given[row.prediction_id], now
    PredictionLog.objects.bulk_update([*fresh, *changed], ["truth", "truth_at"], batch_size=1_000)
    counts = {"labelled": len(fresh), "changed": len(changed), "unchanged": len(rows) - len(fresh) - len(changed)}
    if fresh or changed:
        events.record(PREDICTIONS_LABELLED, deployment, by=by, **counts)
    return counts | {"unknown": [str(id) for id in given if id not in rows]}


def _by_id(labels: Sequence[Mapping[str, Any]]) -> dict[uuid.UUID, Any]:
    """Raises Invalid for an id that is none, or stands twice with different truths."""
    found: dict[uuid.UUID, Any] = {}
    errors = []
    for number, each in enumerate(labels):
        try:
            id = uuid.UUID(str(each["prediction_id"]))
        except ValueError:
            message = f"Label {number}: {each['prediction_id']!r} is no prediction id."
            errors.append(FieldError(f"labels.{number}.prediction_id", "invalid", message))
            continue
        if id in found and not _same(found[id], each["truth"]):
            message = f"Label {number}: this prediction stands twice, with different truths."
            errors.append(FieldError(f"labels.{number}.prediction_id", "twice", message))
        found[id] = each["truth"]
    _refuse(errors)
    return found


def _require_classes(labels: Sequence[Mapping[str, Any]], rows: Mapping[uuid.UUID, PredictionLog]) -> None:
    """A truth is one of the classes that the model which answered knows. Where nobody said them, any plain value is."""
    errors = []
    for number, each in enumerate(labels):
        row = rows.get(uuid.UUID(str(each["prediction_id"])))
        problem = _why_not_truth(each["truth"], row) if row else None
        if problem:
            errors.append(FieldError(f"labels.{number}.truth", "not_a_class", f"Label {number}: {problem}"))
    _refuse(errors)


def _why_not_truth(truth: Any, row: PredictionLog) -> str | None:
    output = (queries.signature_of(row.model_version) or {}).get("output") or {}
    classes = output.get("classes") or []
    if classes and not any(_same(truth, one) for one in classes):
        return f"{truth!r} is not one of {', '.join(map(repr, classes[:10]))}."
    is_plain = isinstance(truth, str | int | float | bool)
    return None if classes or is_plain else f"{truth!r} is neither text, number nor true or false."


def _same(one: Any, other: Any) -> bool:
    """Equal as JSON is: true is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _refuse(errors: list[FieldError]) -> None:
    if errors:
        more = f" And {len(errors) - 1} more." if len(errors) > 1 else ""
        raise Invalid(f"{errors[0].message}{more}", code=errors[0].code, errors=errors[:MAX_ERRORS])
