"""The registry's tables."""

from models_registry.models.comments import VersionComment
from models_registry.models.deployments import Deployment, PredictionLog, ServingMinute
from models_registry.models.evaluations import Evaluation
from models_registry.models.registry import ModelAlias, ModelVersion, RegisteredModel
from models_registry.models.reviews import Approval, Comparison, Review
from models_registry.models.webhooks import Webhook

__all__ = [
    "Approval",
    "Comparison",
    "Deployment",
    "Evaluation",
    "ModelAlias",
    "ModelVersion",
    "PredictionLog",
    "RegisteredModel",
    "Review",
    "ServingMinute",
    "VersionComment",
    "Webhook",
]
