"""What a token may be used for."""

from enum import StrEnum


class Scope(StrEnum):
    """Every scope includes reading. A token cannot approve unless it was made to."""

    READ = "read"
    WRITE = "write"
    PREDICT = "predict"
    DEPLOY = "deploy"
    APPROVE = "approve"


DEFAULT_SCOPES = (Scope.READ, Scope.WRITE, Scope.PREDICT, Scope.DEPLOY)
