"""What MLflow allows in names and values, said in MLflow's way, because its clients show these sentences."""

import posixpath
import re
from collections.abc import Mapping

from core.errors import Invalid

MAX_METRICS = 1000
MAX_PARAMS = 100
MAX_TAGS = 100
MAX_ENTITIES = 1000
MAX_KEY = 250
MAX_PARAM_VALUE = 6000
MAX_TAG_VALUE = 8000
MAX_INT = 2**63 - 1

_NAME = re.compile(r"[/\w.\- :]+")


def check_key(kind: str, key: str) -> None:
    """A name of a metric, param or tag. Raises Invalid."""
    if not isinstance(key, str) or not key:
        raise Invalid(f"A {kind} needs a name.", field="key", code="required")
    if len(key) > MAX_KEY:
        raise Invalid(
            f"{kind.capitalize()} name {key[:20]!r}… has {len(key)} characters; at most {MAX_KEY} are allowed.",
            field="key",
            code="too_long",
        )
    if not _NAME.fullmatch(key):
        raise Invalid(
            f"Invalid {kind} name: {key!r}. Names may only contain alphanumerics, underscores (_), dashes (-), "
            "periods (.), spaces ( ), colons (:) and slashes (/).",
            field="key",
            code="bad_name",
        )
    resolved = posixpath.normpath(key)
    if resolved != key or resolved == "." or resolved.startswith(("..", "/")):
        raise Invalid(
            f"Invalid {kind} name: {key!r}. Names may be treated as files in certain cases, and must not resolve to "
            f"other names when treated as such. This name would resolve to {resolved!r}.",
            field="key",
            code="bad_name",
        )


def check_texts(kind: str, texts: Mapping[str, str], *, at_most: int, value_length: int) -> None:
    """Params or tags of one call. Raises Invalid."""
    if len(texts) > at_most:
        raise Invalid(
            f"A batch logging request can contain at most {at_most} {kind}s. Got {len(texts)} {kind}s.",
            field=f"{kind}s",
            code="too_many",
        )
    for key, value in texts.items():
        check_key(kind, key)
        if not isinstance(value, str):
            raise Invalid(f"The value of {kind} {key!r} must be text: got {value!r}.", field=key, code="not_text")
        if len(value) > value_length:
            raise Invalid(
                f"The value of {kind} {key!r} has {len(value)} characters; at most {value_length} are allowed.",
                field=key,
                code="too_long",
            )
        if "\0" in value:
            raise Invalid(f"The value of {kind} {key!r} holds a NUL.", field=key, code="bad_value")


def check_integer(field: str, value: int, *, low: int = 0) -> None:
    """A step or a timestamp in milliseconds. Raises Invalid."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= MAX_INT:
        raise Invalid(f"{field} must be a whole number from {low} to {MAX_INT}: got {value!r}.", field=field)
