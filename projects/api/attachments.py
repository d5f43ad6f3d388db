"""REST: the files of items."""

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core import files
from core.api import StrictSerializer, page, valid
from core.pages import now
from projects import operations, queries
from projects.api.shapes import PageShape, PersonShape, caller, person_json
from projects.api_base import ProjectApiView
from projects.enums import Visibility
from projects.models import Attachment


class AttachmentBody(StrictSerializer):
    file = serializers.FileField(allow_empty_file=True)
    visibility = serializers.ChoiceField(choices=Visibility.choices, default=Visibility.EVERYONE)


class AttachmentShape(serializers.Serializer[Any]):
    id = serializers.IntegerField(help_text="Texts of the item name it as attachment:ID.")
    name = serializers.CharField()
    media_type = serializers.CharField(help_text="Of a picture, told by its bytes; empty for anything else.")
    size = serializers.IntegerField()
    digest = serializers.CharField(help_text="SHA-256.")
    visibility = serializers.ChoiceField(choices=Visibility.choices)
    created_by = PersonShape()
    created_at = serializers.DateTimeField()
    url = serializers.CharField()


class AttachmentPageShape(PageShape):
    results = AttachmentShape(many=True)


def attachment_json(one: Attachment, url: str) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("name", "media_type", "visibility", "created_at")} | {
        "id": one.pk,
        "size": one.blob.size,
        "digest": one.blob_id,
        "created_by": person_json(one.created_by),
        "url": url,
    }


class AttachmentsView(ProjectApiView):
    @extend_schema(responses=AttachmentPageShape)
    def get(self, request: Request, key: str, number: int) -> Response:
        """The files of an item that the caller may read, the oldest first."""
        rows = queries.attachments_of(queries.item(self.project, number), caller(request))
        return page(request, rows, lambda one: attachment_json(one, f"{request.path}/{one.pk}"), newest_first=False)

    @extend_schema(request={"multipart/form-data": AttachmentBody}, responses={201: AttachmentShape})
    def post(self, request: Request, key: str, number: int) -> Response:
        """Attach a file, for the team or for everyone."""
        item, body = queries.item(self.project, number), valid(AttachmentBody, request)
        made = operations.attach_file(item=item, by=caller(request), now=now(), **body)
        url = f"{request.path}/{made.pk}"
        return Response(attachment_json(made, url), status=201, headers={"Location": url})


class AttachmentView(ProjectApiView):
    def _attachment(self, request: Request, number: int, attachment: int) -> Attachment:
        return queries.attachment_of(queries.item(self.project, number), caller(request), attachment)

    @extend_schema(responses=AttachmentShape)
    def get(self, request: Request, key: str, number: int, attachment: int) -> Response:
        """What is known of a file."""
        return Response(attachment_json(self._attachment(request, number, attachment), request.path))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, key: str, number: int, attachment: int) -> Response:
        """Take it away."""
        operations.remove_attachment(attachment=self._attachment(request, number, attachment), by=caller(request))
        return Response(status=204)


class AttachmentContentView(ProjectApiView):
    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, key: str, number: int, attachment: int) -> HttpResponseBase:
        """The file, byte for byte."""
        found = queries.attachment_of(queries.item(self.project, number), caller(request), attachment)
        size, name = found.blob.size, found.name
        return files.attachment(request._request, digest=found.blob_id, size=size, filename=name)
