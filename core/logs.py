"""One line for each log record: control characters escaped, so that no name can forge a line or colour a terminal."""

import logging
import re
from contextvars import ContextVar, Token

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class LineFormatter(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        text = super().formatMessage(record).replace("\n", "\\n")
        return _CONTROL.sub(lambda match: f"\\x{ord(match.group()):02x}", text)


_request_id: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """The id of the request at work, or "" outside one."""
    return _request_id.get()


def set_request_id(value: str) -> Token[str]:
    return _request_id.set(value)


def reset_request_id(token: Token[str]) -> None:
    _request_id.reset(token)
