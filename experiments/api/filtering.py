"""Filters of lists: those that are named, and no others."""

from rest_framework.request import Request

from core.api import refuse_unknown_filters
from core.errors import BadRequest


def filters(request: Request, **allowed: list[str] | None) -> dict[str, str]:
    """The filters of the query string; `allowed` maps each to its values, or None where any text will do.

    Raises BadRequest (`unknown_filter`, or for a value that it cannot have).
    """
    refuse_unknown_filters(request, allowed)
    found: dict[str, str] = {}
    for name, values in allowed.items():
        value = request.query_params.get(name)
        if value is None:
            continue
        if values is not None and value not in values:
            raise BadRequest(f"“{name}” must be one of {', '.join(values)}: got {value[:60]!r}.", field=name)
        found[name] = value
    return found
