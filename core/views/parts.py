"""Several fragments of an open page in one answer.

An event makes more than one of them stale: a dropped card the board, the backlog and the counts of the rail. Fifty
people who look at the board then ask fifty times, not three times as often, and each is recognised once. An open page
asks over its socket, where it is known already (`projects.consumers.parts`); without one it asks `/parts/`.
"""

from collections.abc import Sequence
from copy import copy
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.urls import Resolver404, ResolverMatch, resolve
from django.views.decorators.http import require_GET
from django_htmx.middleware import HtmxDetails

from core.errors import DomainError, Invalid
from core.pages import page

MOST = 20
_PAGES = ("page", "project")  # what core.pages and projects.pages guard


@page
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """`?of=` addresses of this house, each with its query: `{"parts": {address: html}}`, as `answered`."""
    return JsonResponse({"parts": answered(request, request.GET.getlist("of"))})


def answered(request: HttpRequest, addresses: Sequence[str]) -> dict[str, str]:
    """HTML by address, for whoever makes the request.

    An address that does not answer with HTML is left out: asked for by itself, it says why.

    Raises Invalid if there are more than MOST.
    """
    asked = list(dict.fromkeys(addresses))
    if len(asked) > MOST:
        raise Invalid(f"At most {MOST} fragments are answered together, not {len(asked)}.", field="of")
    found = {}
    for address in asked:
        path, _, query = address.partition("?")
        if match := _match(path):
            request = _asking(request, match, path, query)  # the project that one part found is known to the next
            found[address] = _html(request, match)
    return {address: html for address, html in found.items() if html is not None}


def _match(path: str) -> ResolverMatch | None:
    """The page at this path: what guards itself, and is not this."""
    try:
        match = resolve(path)
    except Resolver404:
        return None
    return match if getattr(match.func, "guard", "") in _PAGES and match.func is not show else None


def _asking(request: HttpRequest, match: ResolverMatch, path: str, query: str) -> HttpRequest:
    """The same person's request, in the same session, to another address."""
    asking = copy(request)
    asking.path = asking.path_info = path
    asking.META = request.META | {"PATH_INFO": path, "QUERY_STRING": query}
    asking.GET = QueryDict(query)
    asking.resolver_match = match
    asking.htmx = HtmxDetails(asking)  # type: ignore[attr-defined]
    return asking


def _html(request: HttpRequest, match: ResolverMatch) -> str | None:
    try:
        answer = match.func(request, *match.args, **match.kwargs)
    except (DomainError, Http404):
        return None
    is_html = answer.status_code == HTTPStatus.OK and answer.headers.get("Content-Type", "").startswith("text/html")
    return answer.content.decode() if is_html and not answer.streaming else None
