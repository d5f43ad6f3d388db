"""What comes in and goes out: strict JSON that can be stored, and bodies in which every field is known."""

import json
from typing import Any

import orjson
from django.core.exceptions import RequestDataTooBig
from rest_framework import serializers
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from core.errors import BadRequest


class StrictJSONParser(JSONParser):
    """JSON without NaN, Infinity, a key given twice, or text that cannot be stored."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            raw = stream.read()
            return storable(json.loads(raw, object_pairs_hook=_unique, parse_constant=_no_constant), raw=raw)
        except RequestDataTooBig:
            raise
        except (ValueError, RecursionError) as exc:
            raise BadRequest(f"The body is not valid JSON: {exc}.", code="invalid_json") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(n for n in names if names.count(n) > 1)!r} stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def storable(body: Any, *, raw: bytes) -> Any:
    """The body that was read from `raw`. Raises ValueError for text with U+0000 or half a surrogate pair: JSON can
    escape them, and neither PostgreSQL nor UTF-8 has them.
    """
    if b"\\u" in raw:
        _refuse_unstorable(body)
    return body


def _refuse_unstorable(value: Any) -> None:
    if isinstance(value, str) and ("\0" in value or (not value.isascii() and _has_surrogate(value))):
        raise ValueError("a text holds U+0000 or half a surrogate pair")
    if isinstance(value, dict):
        _refuse_unstorable([*value.keys(), *value.values()])
    if isinstance(value, list):
        for one in value:
            _refuse_unstorable(one)


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


class OrjsonRenderer(JSONRenderer):
    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return (
            b"" if data is None else orjson.dumps(data, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS, default=str)
        )


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer that refuses fields it does not know, instead of dropping them."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError(
                    {
                        name: [serializers.ErrorDetail("There is no such field.", code="unknown_field")]
                        for name in unknown
                    }
                )
        return super().to_internal_value(data)


def valid(serializer_class: type[serializers.Serializer[Any]], request: Request, **kwargs: Any) -> dict[str, Any]:
    """The validated body. Raises DRF's ValidationError, which becomes a 400 with one entry a field."""
    serializer = serializer_class(data=request.data, **kwargs)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data
