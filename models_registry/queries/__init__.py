"""Reads of models, versions, reviews, deployments and predictions."""

from models_registry.queries.deployments import (
    deployment_named,
    history,
    predictions,
    serving,
    traffic,
    visible_deployments,
)
from models_registry.queries.evaluations import Yardstick, evaluation_of, signature_of, yardstick_of
from models_registry.queries.files import ModelFiles, files_of, training_of
from models_registry.queries.registry import (
    model_named,
    models_with_versions,
    newest_approved,
    version_by_alias,
    version_of,
    visible_models,
    visible_versions,
    with_latest,
)
from models_registry.queries.reviews import (
    approvals,
    champion_for,
    comparison_decided_on,
    comparison_of,
    metrics_of_run,
    open_review,
    review_numbered,
    reviews_of,
    visible_reviews,
    waiting_for,
)

__all__ = [
    "ModelFiles",
    "Yardstick",
    "approvals",
    "champion_for",
    "comparison_decided_on",
    "comparison_of",
    "deployment_named",
    "evaluation_of",
    "files_of",
    "history",
    "metrics_of_run",
    "model_named",
    "models_with_versions",
    "newest_approved",
    "open_review",
    "predictions",
    "review_numbered",
    "reviews_of",
    "serving",
    "signature_of",
    "traffic",
    "training_of",
    "version_by_alias",
    "version_of",
    "visible_deployments",
    "visible_models",
    "visible_reviews",
    "visible_versions",
    "waiting_for",
    "with_latest",
    "yardstick_of",
]
