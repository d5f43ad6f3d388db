"""Writes about models, versions, reviews, deployments and the truth about predictions."""

from models_registry.operations.aliases import delete_alias, set_alias
from models_registry.operations.comparisons import (
    fail_comparison,
    finish_comparison,
    start_comparison,
    start_comparisons_of_open_reviews,
)
from models_registry.operations.deployments import (
    deploy_version,
    note_refused_deployment,
    pause_deployment,
    resume_deployment,
    retire_deployment,
    roll_back,
)
from models_registry.operations.evaluations import choose_evaluation, fail_evaluation, finish_evaluation
from models_registry.operations.labels import label_predictions
from models_registry.operations.registered_models import (
    delete_model,
    delete_model_tag,
    ensure_model,
    register_model,
    rename_model,
    set_model_tags,
    update_model,
)
from models_registry.operations.reviews import approve_version, request_changes, request_review, withdraw_review
from models_registry.operations.versions import (
    archive_version,
    create_version,
    delete_version,
    delete_version_tag,
    revise_version,
    set_version_tags,
    update_version,
)

__all__ = [
    "approve_version",
    "archive_version",
    "choose_evaluation",
    "create_version",
    "delete_alias",
    "delete_model",
    "delete_model_tag",
    "delete_version",
    "delete_version_tag",
    "deploy_version",
    "ensure_model",
    "fail_comparison",
    "fail_evaluation",
    "finish_comparison",
    "finish_evaluation",
    "label_predictions",
    "note_refused_deployment",
    "pause_deployment",
    "register_model",
    "rename_model",
    "request_changes",
    "request_review",
    "resume_deployment",
    "retire_deployment",
    "revise_version",
    "roll_back",
    "set_alias",
    "set_model_tags",
    "set_version_tags",
    "start_comparison",
    "start_comparisons_of_open_reviews",
    "update_model",
    "update_version",
    "withdraw_review",
]
