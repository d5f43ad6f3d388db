"""The blob store: bytes known by their SHA-256, whole or absent.

On a local disk a blob is written beside its place, synced, renamed, and the directory synced; only then is its row
written. Object storage gives the same by its own atomic puts. Nobody outside chooses a path.

Keeping a blob and removing it exclude each other by a lock for each digest, which whoever keeps it holds until the end
of the transaction: see `core/sweeping.py`.
"""

from core.storage.blobs import (
    copy_to,
    local_path,
    open_blob,
    put_bytes,
    put_file,
    put_path,
    read_blob,
    remove_blob,
    remove_stray,
    stored,
    stored_at,
)
from core.storage.naming import named, names_blobs, naming_fields, tells_names
from core.storage.spool import Readable, StorageFull, remove_spooled
from core.storage.uploads import Part, drop_parts, join_parts, put_part

__all__ = [
    "Part",
    "Readable",
    "StorageFull",
    "copy_to",
    "drop_parts",
    "join_parts",
    "local_path",
    "named",
    "names_blobs",
    "naming_fields",
    "open_blob",
    "put_bytes",
    "put_file",
    "put_part",
    "put_path",
    "read_blob",
    "remove_blob",
    "remove_spooled",
    "remove_stray",
    "stored",
    "stored_at",
    "tells_names",
]
