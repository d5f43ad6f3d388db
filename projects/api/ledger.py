"""REST: the project's events, and whether their chain holds."""

from dataclasses import asdict
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core import ledger
from core.api import refuse_unknown_filters, valid
from core.errors import Invalid
from core.files import attachment
from core.models import Event, Job
from core.numbers import whole_of
from projects import operations, queries
from projects.api.risks import EmptyBody
from projects.api.shapes import caller
from projects.api_base import ProjectApiView

MOST = 500


class SubjectShape(serializers.Serializer[Any]):
    type = serializers.CharField()
    id = serializers.CharField()
    version = serializers.IntegerField(allow_null=True)


class EventShape(serializers.Serializer[Any]):
    seq = serializers.IntegerField()
    type = serializers.CharField()
    subject = SubjectShape()
    at = serializers.DateTimeField()
    actor = serializers.CharField()
    label = serializers.CharField(help_text="What the subject was called then.")  # type: ignore[assignment]
    data = serializers.DictField()  # type: ignore[assignment]
    hash = serializers.CharField()


class EventsShape(serializers.Serializer[Any]):
    results = EventShape(many=True)
    next_after = serializers.IntegerField(help_text="Ask again with it for what comes later.")
    last_seq = serializers.IntegerField(help_text="The number of the project's latest event.")


class VerdictShape(serializers.Serializer[Any]):
    is_intact = serializers.BooleanField()
    checked = serializers.IntegerField()
    first_bad_seq = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField()
    detail = serializers.CharField()
    anchored_seq = serializers.IntegerField(allow_null=True, help_text="Of the newest checkpoint outside the database.")
    anchored_at = serializers.DateTimeField(allow_null=True)


class AskedShape(serializers.Serializer[Any]):
    job = serializers.IntegerField()
    url = serializers.CharField(help_text="Its progress and result.")


def event_json(event: Event) -> dict[str, Any]:
    return event.wire() | {
        "actor": event.actor_label,
        "label": event.subject_label,
        "data": event.data,
        "hash": event.hash,
    }


class EventsView(ProjectApiView):
    @extend_schema(
        parameters=[
            OpenApiParameter("after", OpenApiTypes.INT, description="Only events with a higher number."),
            OpenApiParameter("limit", OpenApiTypes.INT, description=f"1 to {MOST}."),
            OpenApiParameter("type", OpenApiTypes.STR, description="Only types that begin so, e.g. `item.`"),
        ],
        responses=EventsShape,
    )
    def get(self, request: Request, key: str) -> Response:
        """The project's events after a number, in order."""
        refuse_unknown_filters(request, ("after", "type"))
        after = _whole(request, "after", default=0, low=0, high=2**62)
        limit = _whole(request, "limit", default=100, low=1, high=MOST)
        found = queries.events(self.project, prefix=request.query_params.get("type", ""))
        rows = list(found.filter(seq__gt=after).order_by("seq")[:limit])
        return Response(
            {
                "results": [event_json(row) for row in rows],
                "next_after": rows[-1].seq if rows else after,
                "last_seq": self.project.stream.last_seq,
            }
        )


class VerifyView(ProjectApiView):
    @extend_schema(responses=VerdictShape)
    def get(self, request: Request, key: str) -> Response:
        """Walk the chain: what was changed, cut or swapped is found."""
        verdict = ledger.verify(self.project.stream)
        said = asdict(verdict)
        del said["stream"]
        return Response({"is_intact": verdict.is_intact} | said)

    @extend_schema(request=EmptyBody, responses={202: AskedShape})
    def post(self, request: Request, key: str) -> Response:
        """Have the chain walked by a job, as long as it may take; the verdict is its result."""
        valid(EmptyBody, request)
        return _asked(operations.verify_ledger(project=self.project, by=caller(request)), key)


class LedgerExportsView(ProjectApiView):
    @extend_schema(request=EmptyBody, responses={202: AskedShape})
    def post(self, request: Request, key: str) -> Response:
        """Have the whole chain packed and signed by a job."""
        valid(EmptyBody, request)
        return _asked(operations.export_ledger(project=self.project, by=caller(request)), key)


class LedgerExportView(ProjectApiView):
    @extend_schema(request=EmptyBody, responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def post(self, request: Request, key: str, job_id: int) -> HttpResponseBase:
        """The archive that a job packed. Taking it along is an event of the ledger itself."""
        valid(EmptyBody, request)
        blob = operations.take_ledger(project=self.project, job_id=job_id, by=caller(request))
        name = f"{key}-ledger-{job_id}.zip"
        return attachment(request._request, digest=blob.digest, size=blob.size, filename=name)


def _asked(job: Job, key: str) -> Response:
    url = f"/api/v1/projects/{key}/jobs/{job.pk}"
    return Response({"job": job.pk, "url": url}, status=202, headers={"Location": url})


def _whole(request: Request, name: str, *, default: int, low: int, high: int) -> int:
    text = request.query_params.get(name)
    if text is None:
        return default
    number = whole_of(text, least=low, most=high)
    if number is None:
        raise Invalid(f"{name} is a whole number from {low} to {high}: got {text[:40]!r}.", field=name)
    return number
