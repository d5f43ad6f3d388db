"""The base of every REST view."""

from typing import Any, ClassVar

from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.views import APIView

from core.api.authentication import Access, DeclaredAccess, SessionAuthentication, TokenAuthentication
from core.api.idempotency import idempotent
from core.api.shapes import OrjsonRenderer, StrictJSONParser
from core.errors import NotFound
from core.pages import has_nul
from core.roles import Scope


class ApiView(APIView):
    """Base of every REST view. `access` says who may come in; every POST can be retried with an Idempotency-Key."""

    authentication_classes = (TokenAuthentication, SessionAuthentication)
    permission_classes = (DeclaredAccess,)
    parser_classes = (StrictJSONParser, MultiPartParser)
    renderer_classes = (OrjsonRenderer,)

    access: ClassVar[Access] = Access.SIGNED_IN
    scope: ClassVar[Scope | None] = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "post" in cls.__dict__:
            cls.post = idempotent(cls.__dict__["post"])  # type: ignore[attr-defined]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if has_nul(kwargs, request.query_params):
            raise NotFound("There is no such thing: its name holds the character U+0000.")

    def scope_for(self, request: Request) -> Scope:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return Scope.READ
        return self.scope or Scope.WRITE
