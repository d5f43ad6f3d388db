"""Versions of things, and pages of lists."""

import base64
import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from core.errors import BadRequest, PreconditionFailed
from core.numbers import whole_of

MAX_LIMIT = 100
PAGING = ("cursor", "limit", "format")


def etag(obj: Any) -> str:
    return f'"{obj.version}"'


def check_if_match(request: Request, obj: Any) -> None:
    """Raise PreconditionFailed if the caller read another version of `obj` than the one that stands."""
    wanted = request.headers.get("If-Match")
    if wanted is not None and wanted not in ("*", etag(obj)):
        raise PreconditionFailed(f"It was changed since you read it: you have {wanted}, it is {etag(obj)} now.")


def expected_version(request: Request) -> int | None:
    """The version in If-Match, to be checked again under the operation's lock; None when any will do."""
    wanted = request.headers.get("If-Match", "*").strip('"')
    if wanted == "*":
        return None
    version = whole_of(wanted)
    if version is None:
        raise BadRequest(f"If-Match must be an ETag this API gave: got {wanted[:40]!r}.", field="If-Match")
    return version


Row = TypeVar("Row", bound=Model)


def page(
    request: Request,
    rows: "QuerySet[Row]",
    shape: Callable[[Row], dict[str, Any]],
    *,
    newest_first: bool = True,
    filters: Iterable[str] = (),
) -> Response:
    """A page of `{results, next_cursor, prev_cursor}`, a shape of each row: see `page_of`."""
    shapes = partial(map, shape)
    return page_of(request, rows, shapes, newest_first=newest_first, filters=filters)


def page_of(
    request: Request,
    rows: "QuerySet[Row]",
    shapes: Callable[[list[Row]], Iterable[dict[str, Any]]],
    *,
    newest_first: bool = True,
    filters: Iterable[str] = (),
) -> Response:
    """A page of which all rows are shaped at once. It is walked by key (`?cursor=&limit=`), so that deep pages cost the
    same as the first. `filters` are the names that the list takes besides. Raises BadRequest for a limit outside 1 to
    100, a cursor this API did not give, or a filter that there is not."""
    refuse_unknown_filters(request, filters)
    limit = _limit(request)
    backwards, last = _read_cursor(request.query_params.get("cursor"))
    descending = newest_first != backwards
    if last is not None:
        rows = rows.filter(pk__lt=last) if descending else rows.filter(pk__gt=last)
    found = list(rows.order_by("-pk" if descending else "pk")[: limit + 1])
    has_more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    has_next = bool(found) and (has_more or backwards)
    has_previous = bool(found) and (has_more if backwards else last is not None)
    return Response(
        {
            "results": list(shapes(found)),
            "next_cursor": _cursor("n", found[-1].pk) if has_next else None,
            "prev_cursor": _cursor("p", found[0].pk) if has_previous else None,
        }
    )


def refuse_unknown_filters(request: Request, known: Iterable[str]) -> None:
    """Raise BadRequest (`unknown_filter`) for a parameter that would be passed over: it was meant to say something."""
    for name in request.query_params:
        if name not in PAGING and name not in known:
            shown = re.sub(r"[^\w.-]", "?", name)[:60]
            message = f"There is no filter “{shown}”; there is {', '.join(known) or 'none'}."
            raise BadRequest(message, field=shown, code="unknown_filter")


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", "50")
    number = whole_of(text, least=1, most=MAX_LIMIT)
    if number is None:
        raise BadRequest(f"limit must be 1 to {MAX_LIMIT}: got {text[:40]!r}.", field="limit")
    return number


def _cursor(direction: str, key: Any) -> str:
    return base64.urlsafe_b64encode(f"{direction}{key}".encode()).decode().rstrip("=")


def _read_cursor(text: str | None) -> tuple[bool, int | None]:
    if not text:
        return False, None
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        if plain[0] not in "np":
            raise ValueError
        return plain[0] == "p", int(plain[1:])
    except (ValueError, IndexError):
        raise BadRequest("This cursor was not given by this API.", field="cursor") from None
