"""What names and texts of the registry may be. The rules are MLflow's, so that its clients are not surprised."""

import re
from collections.abc import Mapping

from core.errors import Invalid
from experiments.operations.limits import MAX_TAG_VALUE, MAX_TAGS, check_texts

MAX_NAME = 250
MAX_ALIAS = 255
MAX_TEXT = 5000

_ALIAS = re.compile(r"[\w\-]+")
_DEPLOYMENT = re.compile(r"[a-z0-9]([a-z0-9-]{0,58}[a-z0-9])?")
_FORBIDDEN = re.compile(r"[/:\x00-\x1f\x7f]")


def model_name(name: str) -> str:
    """Raises Invalid."""
    name = name.strip() if isinstance(name, str) else ""
    if not 1 <= len(name) <= MAX_NAME or _FORBIDDEN.search(name) or name in (".", ".."):
        raise Invalid(
            f"A model's name has 1 to {MAX_NAME} characters, without “/” and “:”: got {name[:60]!r}.", field="name"
        )
    return name


def alias_name(name: str) -> str:
    """Raises Invalid."""
    if not isinstance(name, str) or not 1 <= len(name) <= MAX_ALIAS or not _ALIAS.fullmatch(name):
        raise Invalid(
            f"An alias has 1 to {MAX_ALIAS} letters, digits, dashes and underscores: got {name!r}.", field="alias"
        )
    if name.lower() == "latest" or re.fullmatch(r"[vV]\d+", name):
        raise Invalid(f"The alias {name!r} is reserved: it reads as a version.", field="alias", code="reserved")
    return name


def deployment_name(name: str) -> str:
    """Part of an address. Raises Invalid."""
    if not isinstance(name, str) or not _DEPLOYMENT.fullmatch(name):
        raise Invalid(
            f"A deployment's name has 1 to 60 small letters, digits and dashes, e.g. card-fraud: got {name!r}.",
            field="name",
        )
    return name


def text(field: str, value: str, *, required: bool = False) -> str:
    """Raises Invalid."""
    value = value.strip()
    if "\0" in value or len(value) > MAX_TEXT:
        raise Invalid(f"This text has at most {MAX_TEXT} characters: got {len(value)}.", field=field, code="too_long")
    if required and not value:
        raise Invalid("Say why: it is kept with the decision.", field=field, code="required")
    return value


def tags(given: Mapping[str, str] | None) -> dict[str, str]:
    """Raises Invalid."""
    given = dict(given or {})
    check_texts("tag", given, at_most=MAX_TAGS, value_length=MAX_TAG_VALUE)
    return given
