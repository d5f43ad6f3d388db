"""The base of the REST API: who is calling, what is refused and how, pages of results, retries with one effect."""

from core.api.authentication import (
    Access,
    DeclaredAccess,
    SessionAuthentication,
    TokenAuthentication,
    authenticate_header,
    require_scope,
    user_of,
)
from core.api.idempotency import InProgress, idempotent
from core.api.paging import check_if_match, etag, expected_version, page, page_of, refuse_unknown_filters
from core.api.problems import PROBLEM, problem, problem_response
from core.api.shapes import OrjsonRenderer, StrictJSONParser, StrictSerializer, valid
from core.api.views import ApiView

__all__ = [
    "PROBLEM",
    "Access",
    "ApiView",
    "DeclaredAccess",
    "InProgress",
    "OrjsonRenderer",
    "SessionAuthentication",
    "StrictJSONParser",
    "StrictSerializer",
    "TokenAuthentication",
    "authenticate_header",
    "check_if_match",
    "etag",
    "expected_version",
    "idempotent",
    "page",
    "page_of",
    "problem",
    "problem_response",
    "refuse_unknown_filters",
    "require_scope",
    "user_of",
    "valid",
]
