"""REST: retrainings."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, page, valid
from core.errors import Invalid
from core.pages import now
from monitoring import operations, queries
from monitoring.enums import RetrainingState
from monitoring.models import Retraining
from monitoring.operations.retrainings import MAX_REASON
from projects.api.shapes import PageShape, PersonShape, answer, caller, person_json
from projects.api_base import ProjectApiView


class RetrainingBody(StrictSerializer):
    deployment = serializers.CharField(max_length=60)
    reason = serializers.CharField(max_length=MAX_REASON, allow_blank=True, default="")


class RetrainingShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    version = serializers.IntegerField()
    deployment = serializers.CharField()
    state = serializers.ChoiceField(choices=RetrainingState.choices)
    alert = serializers.IntegerField(allow_null=True)
    dataset_version = serializers.CharField(allow_null=True, help_text="The labelled predictions it learnt from.")
    run = serializers.CharField(allow_null=True)
    model_version = serializers.CharField(allow_null=True)
    review = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField()
    note = serializers.CharField()
    started_by = PersonShape(allow_null=True, help_text="null: by policy")
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class RetrainingPageShape(PageShape):
    results = RetrainingShape(many=True)


def retraining_json(retraining: Retraining) -> dict[str, Any]:
    data, version = retraining.dataset_version, retraining.model_version
    return {
        "id": retraining.pk,
        "version": retraining.version,
        "deployment": retraining.monitor.deployment.name,
        "state": retraining.state,
        "alert": retraining.alert_id,
        "dataset_version": data.public_id if data else None,
        "run": retraining.run.run_id if retraining.run else None,
        "model_version": version.public_id if version else None,
        "review": retraining.review.number if retraining.review else None,
        "reason": retraining.reason,
        "note": retraining.note,
        "started_by": person_json(retraining.started_by),
        "started_at": retraining.started_at,
        "ended_at": retraining.ended_at,
    }


class RetrainingsView(ProjectApiView):
    @extend_schema(responses=RetrainingPageShape)
    def get(self, request: Request, key: str) -> Response:
        """The project's retrainings, newest first."""
        return page(request, queries.visible_retrainings(self.project), retraining_json)

    @extend_schema(request=RetrainingBody, responses={201: RetrainingShape})
    def post(self, request: Request, key: str) -> Response:
        """Retrain the model of a watched deployment now. A person still has to approve what comes of it."""
        body = valid(RetrainingBody, request)
        monitor = queries.visible_monitors(self.project).filter(deployment__name=body["deployment"]).first()
        if monitor is None:
            raise Invalid(
                f"No monitor watches a deployment {body['deployment']!r}.", field="deployment", code="no_such_monitor"
            )
        retraining = operations.start_retraining(
            monitor=monitor, alert=None, by=caller(request), now=now(), reason=body["reason"]
        )
        return answer(retraining_json(retraining), retraining, status=201)
