"""Filters of lists: those that are named, and no others."""

import re

from rest_framework.request import Request

from core.errors import BadRequest

_PAGING = {"cursor", "limit", "format"}


def filters(request: Request, **allowed: list[str] | None) -> dict[str, str]:
    """The filters of the query string; `allowed` maps each to its values, or None where any text will do.

    Raises BadRequest (`unknown_filter`, or for a value that it cannot have).
    """
    found: dict[str, str] = {}
    for name in request.query_params:
        value = str(request.query_params[name])
        if name in _PAGING:
            continue
        if name not in allowed:
            known = ", ".join(allowed) or "none"
            shown = re.sub(r"[^\w.-]", "?", name)[:60]
            raise BadRequest(f"There is no filter “{shown}”; there is {known}.", field=shown, code="unknown_filter")
        values = allowed[name]
        if values is not None and value not in values:
            raise BadRequest(f"“{name}” must be one of {', '.join(values)}: got {value[:60]!r}.", field=name)
        found[name] = value
    return found
