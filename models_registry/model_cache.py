"""Models that this process has loaded, by the digest of their bytes.

The bytes are checked against the digest at each load, so that what predicts is what was approved. A few models stay
warm: the one that serves, the one before it, those of other deployments.
"""

import hashlib
import logging
import tempfile
import threading
import time
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from core import storage
from core.errors import Conflict
from models_registry import signatures
from models_registry.enums import ModelFormat
from models_registry.models import ModelVersion
from models_registry.queries.evaluations import signature_of
from models_registry.queries.files import MLMODEL_FILE, MODEL_FILE, files_of

if TYPE_CHECKING:
    from models_registry.serving import LoadedModel

logger = logging.getLogger(__name__)

MAX_MODELS = 8
CHUNK = 1024 * 1024


class ModelCache:
    """Thread-safe and bounded; a model that several threads ask for at once is loaded once."""

    def __init__(self, *, most: int = MAX_MODELS) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._loaded: OrderedDict[str, LoadedModel] = OrderedDict()
        self._loading: dict[str, threading.Lock] = {}

    def get(self, version: ModelVersion) -> "LoadedModel":
        """The version's model. Raises Conflict (`not_servable`; `digest_mismatch`) or what `load_model` raises."""
        found = self._look_up(version.digest)
        if found is not None:
            return found
        with self._turn(version.digest):
            found = self._look_up(version.digest)
            return found if found is not None else self._keep(version.digest, load(version))

    def __contains__(self, version: ModelVersion) -> bool:
        return version.digest in self._loaded

    def clear(self) -> None:
        with self._lock:
            self._loaded.clear()

    def _look_up(self, digest: str) -> "LoadedModel | None":
        with self._lock:
            if digest in self._loaded:
                self._loaded.move_to_end(digest)
            return self._loaded.get(digest)

    def _turn(self, digest: str) -> threading.Lock:
        with self._lock:
            return self._loading.setdefault(digest, threading.Lock())

    def _keep(self, digest: str, model: "LoadedModel") -> "LoadedModel":
        with self._lock:
            self._loaded[digest] = model
            self._loading.pop(digest, None)
            while len(self._loaded) > self._most:
                self._loaded.popitem(last=False)
        return model


cache = ModelCache()


def load(version: ModelVersion) -> "LoadedModel":
    """Read the version's file, anew. Raises as `ModelCache.get`."""
    # scikit-learn takes seconds and a hundred megabytes: only a process that predicts pays for it.
    from models_registry.serving import load_model  # noqa: PLC0415

    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="throughline-model-") as folder:
        place = put_files(version, Path(folder))
        _require_digest(place / MODEL_FILE, version)
        model = load_model(place, signature=complete_signature(version))
    logger.info("loaded %s (%s) in %.2f s", version, version.digest[:12], time.monotonic() - started)
    return model


def put_files(version: ModelVersion, folder: Path) -> Path:
    """Put the version's model, and the MLmodel that describes it, where `load_model` reads them. Raises Conflict."""
    if version.format != ModelFormat.SKOPS or version.model_blob_id is None:
        raise Conflict(
            f"{version} cannot be served: its format is {version.get_format_display()}. Only skops files are loaded.",
            code="not_servable",
        )
    storage.copy_to(version.model_blob_id, folder / MODEL_FILE)
    if complete_signature(version) is None:
        description = dict(files_of(version).files).get(MLMODEL_FILE)
        if description is not None:
            storage.copy_to(description, folder / MLMODEL_FILE)
    return folder


def complete_signature(version: ModelVersion) -> dict[str, object] | None:
    """The signature that is kept of the version, where it says what the model gives too; else the files tell."""
    signature = signature_of(version)
    return signature if signatures.is_complete(signature) else None


def _require_digest(file: Path, version: ModelVersion) -> None:
    found = hashlib.sha256()
    with file.open("rb") as source:
        while chunk := source.read(CHUNK):
            found.update(chunk)
    if found.hexdigest() != version.model_blob_id:
        raise Conflict(f"The file of {version} is damaged: its digest is another.", code="digest_mismatch")
