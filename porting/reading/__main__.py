"""`python -m porting.reading`: the spec on stdin, what is found on stdout."""

import os
from typing import Any

from core import child


@child.main
def read(spec: dict[str, Any]) -> dict[str, Any]:
    os.environ.update(_SETTINGS)
    child.progress(0.0, "opening the source")
    # mlflow takes seconds to import: the settings, and the first sign of life, come before it.
    from porting.reading import sources, walk  # noqa: PLC0415

    with sources.opened(spec) as source:
        return walk.everything(source, settled=spec.get("settled", {}), experiments=spec.get("experiments"))


_SETTINGS = {
    "MLFLOW_ALLOW_FILE_STORE": "true",
    "MLFLOW_ALLOW_HTTP_REDIRECTS": "false",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "4",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "60",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}


if __name__ == "__main__":
    read()
