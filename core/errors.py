"""What can be anticipated to go wrong, said once as a sentence for the user.

Every door translates these the same way: a page shows the sentence, the REST API answers problem+json, the MLflow
endpoints answer MLflow's envelope. Anything that is not a DomainError is a bug and looks like one.
"""

import dataclasses
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    field: str
    code: str
    message: str


@dataclass(eq=False)
class DomainError(Exception):
    """Base of every refusal. `message` is a sentence for people, `code` a word for programs."""

    message: str
    field: str | None = None
    code: str = ""
    errors: list[FieldError] = dataclasses.field(default_factory=list)

    status = 400
    default_code = "error"

    def __post_init__(self) -> None:
        super().__init__(self.message)
        self.code = self.code or self.default_code
        if self.field and not self.errors:
            self.errors = [FieldError(field=self.field, code=self.code, message=self.message)]

    def __str__(self) -> str:
        return self.message

    @property
    def title(self) -> str:
        """For the head of what tells it."""
        titles = {
            403: "You may not do this",
            404: "Not found",
            409: "Not now",
            412: "Changed meanwhile",
            503: "Not at the moment",
        }
        return titles.get(self.status, "This cannot be done")


class BadRequest(DomainError):
    """The request itself cannot be understood: not JSON, a cursor of somebody else's, a header out of shape."""

    status = 400
    default_code = "bad_request"


class Invalid(DomainError):
    """A value that cannot be: names the field, the limit and the value got."""

    status = 422
    default_code = "invalid"


class NotAllowed(DomainError):
    """This person may not, and the sentence says why."""

    status = 403
    default_code = "not_allowed"


class NotFound(DomainError):
    """It does not exist, or this person may not know that it does."""

    status = 404
    default_code = "not_found"


class Gone(DomainError):
    """It was there, and is not kept any longer."""

    status = 410
    default_code = "gone"


class Conflict(DomainError):
    """Not now: the thing is in a state in which this cannot be done."""

    status = 409
    default_code = "conflict"


class PreconditionFailed(DomainError):
    """Somebody changed it since it was read."""

    status = 412
    default_code = "stale"


class TooLarge(DomainError):
    status = 413
    default_code = "too_large"


class Unavailable(DomainError):
    """It exists and is allowed, but cannot answer at the moment."""

    status = 503
    default_code = "unavailable"


class LedgerClosed(Unavailable):
    """The event of a change cannot be written, so neither is the change."""

    default_code = "ledger_closed"
