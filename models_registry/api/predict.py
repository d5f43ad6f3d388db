"""REST: predictions, and later their truth. MLflow's scoring formats at `/p/KEY/deployments/NAME/invocations`."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from core.api import StrictSerializer, user_of, valid
from core.api.shapes import read_json
from core.errors import BadRequest, Invalid, TooLarge
from core.numbers import BIG, whole_of
from core.pages import now
from core.roles import Scope
from models_registry import operations, prediction, queries, scoring
from models_registry.models import Deployment
from projects.api_base import ProjectApiView

MAX_BODY_BYTES = 32 * 1024 * 1024


class PredictBody(StrictSerializer):
    rows = serializers.ListField(
        child=serializers.DictField(), required=False, help_text="At most 10,000 objects of column to value."
    )
    dataframe_records = serializers.ListField(
        child=serializers.DictField(), required=False, help_text="The same, by MLflow's name."
    )


class PredictionShape(serializers.Serializer[Any]):
    prediction_id = serializers.UUIDField(help_text="Send the truth later by this id.")
    label = serializers.JSONField()  # type: ignore[assignment]  # the field is called label
    score = serializers.FloatField()


class WarningShape(serializers.Serializer[Any]):
    row = serializers.IntegerField()
    column = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class PredictShape(serializers.Serializer[Any]):
    deployment = serializers.CharField()
    model = serializers.CharField()
    version = serializers.IntegerField(help_text="The version that served.")
    predictions = PredictionShape(many=True)
    warnings = WarningShape(many=True)


class LabelBody(StrictSerializer):
    prediction_id = serializers.CharField(max_length=40)
    truth = serializers.JSONField()


class LabelsBody(StrictSerializer):
    labels = LabelBody(many=True, allow_empty=False)


class LabelsShape(serializers.Serializer[Any]):
    labelled = serializers.IntegerField()
    changed = serializers.IntegerField(help_text="Had another truth before: the last one counts.")
    unchanged = serializers.IntegerField()
    unknown = serializers.ListField(child=serializers.CharField())


class RowsParser(BaseParser):
    """JSON in which NaN and the infinities are read, so that the answer can name the row and the column they stand
    in; a key that stands twice is refused."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = read_json(read_limited(stream, parser_context))
        if not isinstance(body, dict):
            raise BadRequest("The body must be a JSON object.", code="invalid_json")
        return body


class CsvParser(BaseParser):
    media_type = "text/csv"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            text = read_limited(stream, parser_context).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            message = f"The CSV is not UTF-8: byte {error.start} cannot be read."
            raise Invalid(message, field="csv", code="not_utf8") from None
        if "\0" in text:
            message = f"Character {text.index(chr(0))} of the CSV is U+0000, which cannot be stored."
            raise Invalid(message, field="csv", code="not_text")
        return {"csv": text}


def read_limited(stream: Any, context: Any) -> bytes:
    """Raises TooLarge before more than the limit is held."""
    announced = (context or {}).get("request")
    length = str(announced.META.get("CONTENT_LENGTH", "")) if announced is not None else ""
    if (whole_of(length, most=BIG) or 0) > MAX_BODY_BYTES:
        raise _too_large()
    body = bytes(stream.read(MAX_BODY_BYTES + 1))
    if len(body) > MAX_BODY_BYTES:
        raise _too_large()
    return body


def _too_large() -> TooLarge:
    return TooLarge(f"The body is larger than {MAX_BODY_BYTES // 1024**2} MB; at most 10,000 rows are taken at once.")


class _ServingApi(ProjectApiView):
    scope = Scope.PREDICT
    parser_classes = (RowsParser, CsvParser)  # type: ignore[assignment]

    def deployment(self, name: str) -> Deployment:
        return queries.deployment_named(project=self.project, name=name)


class PredictView(_ServingApi):
    @extend_schema(request={"application/json": PredictBody, "text/csv": str}, responses=PredictShape)
    def post(self, request: Request, key: str, name: str) -> Response:
        """Predict rows, as JSON or as CSV with a header. What is wrong with a cell is answered by 422 with
        `rows.3.amount`; a category that the model has not met is a warning. Paused: 503. More than 10,000 rows: 413."""
        deployment = self.deployment(name)
        rows = _rows(request, deployment)
        return Response(prediction.predict(deployment=deployment, rows=rows, by=user_of(request), now=now()))


class LabelsView(_ServingApi):
    @extend_schema(request={"application/json": LabelsBody, "text/csv": str}, responses=LabelsShape)
    def post(self, request: Request, key: str, name: str) -> Response:
        """The truth of predictions, by their ids; as CSV with the columns prediction_id and truth. The same again
        changes nothing; another truth replaces the first."""
        deployment = self.deployment(name)
        labels = _labels(request, deployment)
        counts = operations.label_predictions(deployment=deployment, labels=labels, by=user_of(request), now=now())
        return Response(counts)


class InvocationsView(_ServingApi):
    @extend_schema(exclude=True)
    def post(self, request: Request, key: str, name: str) -> Response:
        """Predict rows in one of MLflow's scoring formats."""
        deployment = self.deployment(name)
        rows = scoring.rows_from(_body(request), prediction.columns_of(deployment))
        answered = prediction.predict(deployment=deployment, rows=rows, by=user_of(request), now=now())
        predictions = answered["predictions"]
        return Response(
            {
                "predictions": [each["label"] for each in predictions],
                "version": answered["version"],
                "prediction_ids": [each["prediction_id"] for each in predictions],
            }
        )


def _body(request: Request) -> dict[str, Any]:
    """What the parser read, which is an object."""
    assert isinstance(request.data, dict)
    return request.data


def _labels(request: Request, deployment: Deployment) -> list[dict[str, Any]]:
    if not _is_csv(request):
        return list(valid(LabelsBody, request)["labels"])
    output = (deployment.live_version.signature or {}).get("output") or {}
    return scoring.labels_from(_body(request).get("csv", ""), output.get("classes") or [])


def _is_csv(request: Request) -> bool:
    return request.content_type.partition(";")[0].strip().lower() == CsvParser.media_type


def _rows(request: Request, deployment: Deployment) -> list[dict[str, Any]]:
    """The rows of a body, checked by hand: a serializer walks every cell, and the signature does so already."""
    body = _body(request)
    if _is_csv(request):
        return scoring.rows_from(body, prediction.columns_of(deployment))
    unknown = sorted(set(body) - {"rows", "dataframe_records"})
    if unknown or len(body) != 1:
        field = unknown[0] if unknown else "rows"
        code = "unknown_field" if unknown else "required"
        raise Invalid('Send {"rows": [{column: value}]} and nothing else.', field=field, code=code)
    rows = next(iter(body.values()))
    if not isinstance(rows, list):
        raise Invalid("rows must be a list of objects.", field="rows", code="wrong_shape")
    return rows
