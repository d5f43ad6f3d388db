"""Predicting: rows in, answers out, each logged with the version that gave it."""

import time
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core import live
from core.errors import FieldError, Invalid, TooLarge, Unavailable
from core.models import User
from core.rules import require
from models_registry import rules
from models_registry.enums import DeploymentState, VersionState
from models_registry.events import PREDICTION_MADE
from models_registry.model_cache import cache
from models_registry.models import Deployment, PredictionLog
from models_registry.serving_counts import counted

if TYPE_CHECKING:
    from models_registry.serving import LoadedModel, Prediction

MAX_ROWS = 10_000
LOG_BATCH = 2_000
WHISPER_EVERY_S = 1.0

_whispered_at: dict[int, float] = {}


def predict(
    *, deployment: Deployment, rows: Sequence[dict[str, Any]], by: User | None, now: datetime
) -> dict[str, Any]:
    """Answer rows and log them. `deployment` was read just now, with its live version and that one's model.

    `{"deployment", "model", "version", "predictions": [{"prediction_id", "label", "score"}], "warnings": [{"row",
    "column", "code", "message"}]}`. Raises NotAllowed, TooLarge (more than 10,000 rows), Invalid (`rows.3.amount` for
    each cell that is wrong), Unavailable (`paused`, `not_approved`).
    """
    require(rules.why_not_predict(by, deployment.project_id))
    with counted(deployment, at=now):
        return _answer(deployment, rows, now)


def _answer(deployment: Deployment, rows: Sequence[dict[str, Any]], now: datetime) -> dict[str, Any]:
    _require_serving(deployment)
    if len(rows) > MAX_ROWS:
        raise TooLarge(f"{len(rows):,} rows were sent; at most {MAX_ROWS:,} are taken at once.", code="too_many_rows")
    model = cache.get(deployment.live_version)
    check_rows(model, rows)
    answered = model.predict(rows)
    ids = _log(deployment, rows, answered, now)
    _tell_pages(deployment)
    return {
        "deployment": deployment.name,
        "model": deployment.live_version.model.name,
        "version": deployment.live_version.number,
        "predictions": [
            {"prediction_id": str(id), "label": label, "score": score}
            for id, label, score in zip(ids, answered.labels, answered.scores, strict=True)
        ],
        "warnings": [
            {"row": one.row, "column": one.column, "code": one.code, "message": one.message}
            for one in answered.warnings
        ],
    }


def columns_of(deployment: Deployment) -> list[tuple[str, str]]:
    """(name, kind) of each column that the live version takes. Raises Unavailable as `predict` does."""
    _require_serving(deployment)
    return [(each.name, str(each.kind)) for each in cache.get(deployment.live_version).signature.inputs]


def check_rows(model: "LoadedModel", rows: Sequence[dict[str, Any]]) -> None:
    """Raise Invalid naming the column and the row of each cell that is wrong."""
    # The package brings scikit-learn with it; whoever holds a model has it already.
    from models_registry.serving import validate_rows  # noqa: PLC0415

    wrong = validate_rows(model.signature, rows, max_rows=MAX_ROWS)
    if wrong:
        errors = [FieldError(_field(each.row, each.column), each.code, each.message) for each in wrong]
        more = f" And {len(errors) - 1} more." if len(errors) > 1 else ""
        raise Invalid(f"{errors[0].message}{more}", code=errors[0].code, errors=errors)


def _field(row: int | None, column: str | None) -> str:
    return ".".join(["rows", *(str(part) for part in (row, column) if part is not None)])


def _require_serving(deployment: Deployment) -> None:
    if deployment.state != DeploymentState.LIVE:
        code = str(deployment.state)
        raise Unavailable(f"{deployment} is {deployment.get_state_display().lower()} and does not answer.", code=code)
    if deployment.live_version.state != VersionState.APPROVED:
        raise Unavailable(
            f"{deployment.live_version} is no longer approved, so it does not answer.", code="not_approved"
        )


def _log(
    deployment: Deployment, rows: Sequence[dict[str, Any]], answered: "Prediction", now: datetime
) -> list[uuid.UUID]:
    ids = [uuid.uuid4() for _ in rows]
    entries = (
        PredictionLog(
            deployment=deployment,
            model_version=deployment.live_version,
            prediction_id=id,
            at=now,
            features=row,
            label=label,
            score=score,
        )
        for id, row, label, score in zip(ids, rows, answered.labels, answered.scores, strict=True)
    )
    PredictionLog.objects.bulk_create(entries, batch_size=LOG_BATCH)
    return ids


def _tell_pages(deployment: Deployment) -> None:
    """At most once a second: open pages of the deployment fetch themselves again."""
    clock = time.monotonic()
    if clock - _whispered_at.get(deployment.pk, 0.0) < WHISPER_EVERY_S:
        return
    _whispered_at[deployment.pk] = clock
    subject = {"type": "deployment", "id": deployment.public_id, "version": None}
    live.whisper(deployment.project_id, {"type": PREDICTION_MADE, "subject": subject})
