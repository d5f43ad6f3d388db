"""What comes in and goes out: strict JSON that can be stored, and bodies in which every field is known."""

import json
import re
from collections import deque
from collections.abc import Callable
from typing import Any

import orjson
from rest_framework import serializers
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from core.errors import BadRequest, FieldError


class StrictJSONParser(JSONParser):
    """JSON without NaN, Infinity, a key given twice, or text that cannot be stored."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return read_json(stream.read(), parse_constant=_no_constant)


def read_json(raw: bytes, *, parse_constant: Callable[[str], Any] | None = None) -> Any:
    """What a body of JSON, which is UTF-8, says. `parse_constant` reads NaN and the infinities, if not as numbers.

    Raises BadRequest: it cannot be read, a key stands twice, or a text has U+0000 or half a surrogate pair, which JSON
    can escape and neither PostgreSQL nor UTF-8 has; then with one entry for each such text.
    """
    try:
        text = raw.decode("utf-8-sig")
        body = json.loads(text, object_pairs_hook=_unique, parse_constant=parse_constant)
    except (ValueError, RecursionError) as exc:
        raise BadRequest(f"The body is not valid JSON: {exc}.", code="invalid_json") from None
    places = _unstorable(body) if _ESCAPED.search(text) else []
    if places:
        said = "This text has U+0000 or half a surrogate pair, which cannot be stored."
        errors = [FieldError(field=place, code="not_text", message=said) for place in places[:MOST_NAMED]]
        raise BadRequest("A text of the body cannot be stored.", code="not_text", errors=errors)
    return body


MOST_NAMED = 20
_ESCAPED = re.compile(r"\\u(0000|[dD][89a-fA-F])")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(n for n in names if names.count(n) > 1)!r} stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _unstorable(body: Any) -> list[str]:
    """Where the texts stand that cannot be stored: `members.0.role`. Without recursion: a body may nest deeply."""
    found, open_ = [], deque([("", body)])
    while open_:
        place, value = open_.popleft()
        inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for name, one in inner:
            at = f"{place}.{name}".removeprefix(".")
            if isinstance(name, str) and _UNSTORABLE.search(name):
                found.append(_shown(at))
            open_.append((at, one))
        if isinstance(value, str) and _UNSTORABLE.search(value):
            found.append(_shown(place) or "body")
    return found


def _shown(place: str) -> str:
    return _UNSTORABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", place)


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
