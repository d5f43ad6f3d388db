"""REST: imports, how far they are, and their reports."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, page, valid
from core.pages import now
from experiments.api.filtering import filters
from experiments.api.jobs import JobShape, job_json
from porting import operations, queries
from porting.enums import SourceKind
from porting.models import Import, ImportNote
from projects.api.shapes import PageShape, PersonShape, caller, person_json
from projects.api_base import ProjectApiView


class ImportBody(StrictSerializer):
    """A server by its address, as JSON; or an archive as a form with a `file`."""

    url = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    username = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)
    password = serializers.CharField(
        max_length=2000, required=False, default="", allow_blank=True, trim_whitespace=False
    )
    token = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)
    file = serializers.FileField(
        max_length=200, required=False, default=None, help_text="A zip or tar.gz of an mlruns directory, or mlflow.db."
    )
    experiments = serializers.ListField(
        child=serializers.CharField(max_length=500), required=False, default=list, help_text="Names; empty for all."
    )


class CountsShape(serializers.Serializer[Any]):
    experiments = serializers.IntegerField(required=False, allow_null=True)
    runs = serializers.IntegerField(required=False, allow_null=True)
    points = serializers.IntegerField(required=False, allow_null=True)
    bytes = serializers.IntegerField(required=False, allow_null=True)
    models = serializers.IntegerField(required=False, allow_null=True)


class DoneShape(CountsShape):
    files = serializers.IntegerField(required=False)
    registered = serializers.IntegerField(required=False)
    versions = serializers.IntegerField(required=False)
    unchanged = serializers.IntegerField(required=False, help_text="Taken by an earlier import, and the same since.")


class ImportShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=SourceKind.choices)
    source = serializers.CharField()  # type: ignore[assignment]  # our field of this name, not the base's option
    expected = CountsShape(help_text="null: not to be known beforehand.")
    done = DoneShape()
    notes = serializers.IntegerField(help_text="Lines of the report.")
    notes_url = serializers.CharField()
    job = JobShape(allow_null=True)
    created_by = PersonShape(allow_null=True)
    created_at = serializers.DateTimeField()
    url = serializers.CharField()


class ImportPageShape(PageShape):
    results = ImportShape(many=True)


class NoteShape(serializers.Serializer[Any]):
    kind = serializers.CharField()
    item = serializers.CharField()
    name = serializers.CharField()
    reason = serializers.CharField()


class NotePageShape(PageShape):
    results = NoteShape(many=True)


def import_json(one: Import, key: str) -> dict[str, Any]:
    url = f"/api/v1/projects/{key}/imports/{one.pk}"
    return {
        "id": one.pk,
        "kind": one.kind,
        "source": one.source,
        "expected": one.expected,
        "done": one.done,
        "notes": one.note_count,  # type: ignore[attr-defined]  # of `visible_imports`
        "notes_url": f"{url}/notes",
        "job": job_json(one.job, key) if one.job else None,
        "created_by": person_json(one.created_by),
        "created_at": one.created_at,
        "url": url,
    }


class ImportsView(ProjectApiView):
    @extend_schema(responses=ImportPageShape)
    def get(self, request: Request, key: str) -> Response:
        """The imports, newest first."""
        filters(request)
        return page(request, queries.visible_imports(self.project), lambda one: import_json(one, key))

    @extend_schema(
        request={"application/json": ImportBody, "multipart/form-data": ImportBody}, responses={202: ImportShape}
    )
    def post(self, request: Request, key: str) -> Response:
        """Queue an import. Doing it again later adds what is new."""
        body = valid(ImportBody, request)
        made = operations.start_import(
            project=self.project,
            url=body["url"],
            credentials={name: body[name] for name in ("username", "password", "token")},
            upload=body["file"],
            filename=body["file"].name if body["file"] else "",
            experiments=body["experiments"],
            by=caller(request),
            now=now(),
        )
        answer = import_json(queries.import_by_id(project=self.project, import_id=made.pk), key)
        return Response(answer, status=202, headers={"Location": answer["url"]})


class ImportView(ProjectApiView):
    @extend_schema(responses=ImportShape)
    def get(self, request: Request, key: str, import_id: int) -> Response:
        """One import: what is expected, and what is done."""
        return Response(import_json(queries.import_by_id(project=self.project, import_id=import_id), key))


class ImportNotesView(ProjectApiView):
    @extend_schema(responses=NotePageShape)
    def get(self, request: Request, key: str, import_id: int) -> Response:
        """The report: what was not taken, or not as it was, and why; in the order in which it was met."""
        filters(request)
        found = queries.import_by_id(project=self.project, import_id=import_id)
        return page(request, ImportNote.objects.filter(of=found), _note, newest_first=False)


def _note(one: ImportNote) -> dict[str, str]:
    return {"kind": one.kind, "item": one.item, "name": one.name, "reason": one.reason}
