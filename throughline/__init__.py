"""The client of Throughline: `throughline.connect()` is a `Client`; the command `throughline` does the same.

Nothing here needs the server's packages. The parts are imported when they are first asked for, so that the command
answers at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from throughline.version import VERSION as __version__

if TYPE_CHECKING:
    from throughline import answers
    from throughline.client import Client, connect
    from throughline.errors import (
        Away,
        Conflict,
        Failed,
        Invalid,
        NotAllowed,
        NotFound,
        NotSignedIn,
        Refused,
        ThroughlineError,
        TookTooLong,
    )
    from throughline.project import Deployment, Project, Training

__all__ = [
    "Away",
    "Client",
    "Conflict",
    "Deployment",
    "Failed",
    "Invalid",
    "NotAllowed",
    "NotFound",
    "NotSignedIn",
    "Project",
    "Refused",
    "ThroughlineError",
    "TookTooLong",
    "Training",
    "__version__",
    "answers",
    "connect",
]

_HOME = {
    "Client": "client",
    "connect": "client",
    "Deployment": "project",
    "Project": "project",
    "Training": "project",
}


def __getattr__(name: str) -> Any:
    if name == "answers":
        return import_module("throughline.answers")
    if name not in __all__:
        raise AttributeError(f"module 'throughline' has no attribute {name!r}")
    return getattr(import_module(f"throughline.{_HOME.get(name, 'errors')}"), name)
