"""What can go wrong, as exceptions. The command line gives each its exit code."""

from collections.abc import Mapping
from typing import Any


class ThroughlineError(Exception):
    """Base of every error of this package; its text is a sentence for people."""

    exit_code = 1


class NotSignedIn(ThroughlineError):
    """There is no token, or the server does not know it (any more)."""

    exit_code = 3


class Away(ThroughlineError):
    """The server could not be reached, or does not answer at the moment."""

    exit_code = 5


class TookTooLong(ThroughlineError):
    """What was waited for has not happened within the time given. It may still."""

    exit_code = 5


class Failed(ThroughlineError):
    """A job or a training ended without success; `answer` is how it ended."""

    def __init__(self, message: str, answer: Any) -> None:
        super().__init__(message)
        self.answer = answer


class Refused(ThroughlineError):
    """The server said no. `problem` is its whole `application/problem+json`."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        self.status = status
        self.problem = dict(problem)
        super().__init__(self.detail)

    @property
    def detail(self) -> str:
        """The server's sentence."""
        return str(self.problem.get("detail") or f"The server answered {self.status}.")

    @property
    def code(self) -> str:
        """A word for programs, e.g. `missing_scope`."""
        return str(self.problem.get("code", ""))

    @property
    def errors(self) -> list[dict[str, str]]:
        """`field`, `code` and `message` of each value that was refused."""
        return list(self.problem.get("errors") or [])

    @property
    def request_id(self) -> str:
        """By which an operator finds the request in the log."""
        return str(self.problem.get("request_id") or "")


class Invalid(Refused):
    """A value cannot be used (400, 413, 415, 422); see `errors`."""


class NotAllowed(Refused):
    """This person, or this token, may not (403)."""


class NotFound(Refused):
    """There is no such thing, or it may not be seen (404)."""

    exit_code = 4


class Conflict(Refused):
    """Not now: it is in a state in which this cannot be done, or was changed meanwhile (409, 412)."""


class Unavailable(Refused, Away):
    """The server, or a deployment, does not answer at the moment and says why (429, 503)."""

    exit_code = 5


class Unauthenticated(Refused, NotSignedIn):
    """The server does not take the token (401)."""

    exit_code = 3


BY_STATUS: dict[int, type[Refused]] = {
    400: Invalid,
    401: Unauthenticated,
    403: NotAllowed,
    404: NotFound,
    409: Conflict,
    412: Conflict,
    413: Invalid,
    415: Invalid,
    422: Invalid,
    429: Unavailable,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


def refusal(status: int, problem: Mapping[str, Any]) -> Refused:
    """The error that this answer is."""
    return BY_STATUS.get(status, Refused)(status, problem)
