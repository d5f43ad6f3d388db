"""Writes about models, versions, reviews, deployments and the truth about predictions."""

from models_registry.operations.aliases import delete_alias, set_alias
from models_registry.operations.comments import VERSION_TALK
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
from models_registry.operations.reviews import (
    approve_version,
    request_changes,
    request_review,
    show_evidence,
    withdraw_review,
)
from models_registry.operations.versions import (
    archive_version,
    create_version,
    delete_version,
    delete_version_tag,
    revise_version,
    set_version_tags,
    update_version,
)
from models_registry.operations.webhooks import (
    DELIVER_WEBHOOK,
    create_webhook,
    delete_webhook,
    queue_delivery,
    update_webhook,
)
from models_registry.operations.webhooks import Change as WebhookChange
from models_registry.operations.webhooks import send as send_webhook
from models_registry.operations.withdrawals import withdraw_decision

__all__ = [
    "DELIVER_WEBHOOK",
    "VERSION_TALK",
    "WebhookChange",
    "approve_version",
    "archive_version",
    "choose_evaluation",
    "create_version",
    "create_webhook",
    "delete_alias",
    "delete_model",
    "delete_model_tag",
    "delete_version",
    "delete_version_tag",
    "delete_webhook",
    "deploy_version",
    "ensure_model",
    "fail_comparison",
    "fail_evaluation",
    "finish_comparison",
    "finish_evaluation",
    "label_predictions",
    "note_refused_deployment",
    "pause_deployment",
    "queue_delivery",
    "register_model",
    "rename_model",
    "request_changes",
    "request_review",
    "resume_deployment",
    "retire_deployment",
    "revise_version",
    "roll_back",
    "send_webhook",
    "set_alias",
    "set_model_tags",
    "set_version_tags",
    "show_evidence",
    "start_comparison",
    "start_comparisons_of_open_reviews",
    "update_model",
    "update_version",
    "update_webhook",
    "withdraw_decision",
    "withdraw_review",
]
