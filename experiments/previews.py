"""What a page may show of a file that a run logged. The file is somebody else's: nothing of it is ever run here.

Text is escaped; Markdown lets no HTML through; a picture's bytes must be one; Parquet is read by a limited child; HTML
and SVG are sent to a sandbox without scripts (`core.files.sandboxed`). Everything has a limit, and a sentence
says so when it is met.
"""

import csv
import io
import json
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from core import storage
from core.children import Child, ChildFailed
from core.files import raster_type
from experiments.models import Artifact

TEXT_BYTES = 256 * 1024
PICTURE_BYTES = 10 * 1024 * 1024
PAGE_BYTES = 5 * 1024 * 1024
PARQUET_BYTES = 200 * 1024 * 1024
ROWS, COLUMNS, CELL = 50, 60, 200
CHILD_SECONDS, CHILD_MEMORY_MB = 20, 2048
# Children that read Parquet for pages of this process at one time.
_CHILDREN = threading.BoundedSemaphore(2)

PNG, JPEG, GIF, WEBP, SVG = "image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml"
PICTURES = {".png": PNG, ".jpg": JPEG, ".jpeg": JPEG, ".gif": GIF, ".webp": WEBP, ".svg": SVG}
PAGES = (".html", ".htm")
MARKDOWN = (".md", ".markdown")
TABLES = {".csv": "", ".tsv": "\t"}
PARQUET = (".parquet", ".pq")


@dataclass(frozen=True)
class Head:
    """The beginning of a table. `total_rows` is None where nobody counted."""

    names: list[str]
    rows: list[list[str]]
    kinds: list[str] = field(default_factory=list)
    total_rows: int | None = None
    total_columns: int = 0

    @property
    def columns(self) -> list[tuple[str, str]]:
        """(name, kind) of each; where nobody knows the kind it is empty."""
        return list(zip(self.names, self.kinds or [""] * len(self.names), strict=True))


@dataclass(frozen=True)
class Preview:
    """`kind` is picture, page, markdown, table, text or none; `said` what is missing from it, or why there is none."""

    kind: str
    said: str = ""
    text: str = ""
    head: Head | None = None
    media_type: str = ""


def preview_of(file: Artifact) -> Preview:
    """What to show of a file. Reads at most TEXT_BYTES of it in this process."""
    suffix = Path(file.path).suffix.lower()
    if file.size == 0:
        return Preview("none", "The file is empty.")
    if suffix in PICTURES:
        return _picture(file, PICTURES[suffix])
    if suffix in PAGES:
        return _page(file)
    if suffix in PARQUET:
        return _parquet(file)
    return _of_text(file, suffix)


def media_type_of(file: Artifact) -> str:
    """What a picture may be sent as; empty for what is none, or is too large."""
    found = preview_of(file) if Path(file.path).suffix.lower() in PICTURES else None
    return found.media_type if found else ""


def is_page(file: Artifact) -> bool:
    """Whether it is HTML that the sandbox takes."""
    return Path(file.path).suffix.lower() in PAGES and 0 < file.size <= PAGE_BYTES


# --- pictures and pages ----------------------------------------------------------------------------------------------


def _picture(file: Artifact, media_type: str) -> Preview:
    if file.size > PICTURE_BYTES:
        return _too_large(file, PICTURE_BYTES, "a picture")
    if not _is(media_type, _beginning(file, 1024)):
        name = media_type.removeprefix("image/").removesuffix("+xml").upper()
        return Preview("none", f"Its name says {name}, but its bytes are something else.")
    return Preview("picture", media_type=media_type)


def _is(media_type: str, head: bytes) -> bool:
    return b"<svg" in head if media_type == SVG else raster_type(head) == media_type


def _page(file: Artifact) -> Preview:
    if file.size > PAGE_BYTES:
        return _too_large(file, PAGE_BYTES, "a page")
    said = "It has scripts, which do not run here: what they draw is missing. Download it to see it whole."
    return Preview("page", said if b"<script" in storage.read_blob(file.blob_id).lower() else "")


def _too_large(file: Artifact, most: int, what: str) -> Preview:
    return Preview("none", f"It has {file.size:,} bytes; {what} of up to {most:,} bytes is shown. Download it.")


# --- text ------------------------------------------------------------------------------------------------------------


def _of_text(file: Artifact, suffix: str) -> Preview:
    """Whatever is UTF-8 text is shown as text, whatever it is called."""
    head = _beginning(file, TEXT_BYTES)
    is_cut = file.size > len(head)
    try:
        text = _decoded(head, is_cut=is_cut)
    except UnicodeDecodeError:
        return Preview("none", "It is not text, and its kind is not known here. Download it.")
    said = f"Only its first {TEXT_BYTES:,} of {file.size:,} bytes are shown." if is_cut else ""
    if suffix in MARKDOWN:
        return Preview("markdown", said, text)
    if suffix in TABLES:
        return _csv(text, TABLES[suffix], is_cut=is_cut)
    return Preview("text", said, _laid_out(text) if suffix == ".json" and not is_cut else text)


def _beginning(file: Artifact, size: int) -> bytes:
    with storage.open_blob(file.blob_id) as source:
        return source.read(size)


def _decoded(head: bytes, *, is_cut: bool) -> str:
    """Raises UnicodeDecodeError. A character that the cut went through is dropped; NUL is in no text."""
    if b"\0" in head:
        raise UnicodeDecodeError("utf-8", head, head.index(0), head.index(0) + 1, "NUL")
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if is_cut and error.start >= len(head) - 3:
            return head[: error.start].decode("utf-8-sig")
        raise


def _laid_out(text: str) -> str:
    """JSON with a line for each value; what is none, as it is."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


# --- tables ----------------------------------------------------------------------------------------------------------


def _csv(text: str, delimiter: str, *, is_cut: bool) -> Preview:
    delimiter = delimiter or max(",;\t|", key=text.partition("\n")[0].count)
    try:
        records = _records(text, delimiter)
    except csv.Error as error:
        return Preview("text", f"It cannot be read as CSV: {error}.", text)
    if not records:
        return Preview("text", "It holds nothing but blank lines.", text)
    names, rows = records[0], records[1 : ROWS + 1]
    is_whole = len(records) <= ROWS + 1 and not is_cut
    head = Head(
        names=_cells(names),
        rows=[_cells(row) for row in rows],
        total_rows=len(rows) if is_whole else None,
        total_columns=len(names),
    )
    return Preview("table", head=head)


def _records(text: str, delimiter: str) -> list[list[str]]:
    """The header and one row more than is shown. Only these are read, so a cut later on is not met."""
    found: list[list[str]] = []
    for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        if record:
            found.append(record)
        if len(found) == ROWS + 2:
            break
    return found


def _cells(record: list[str]) -> list[str]:
    return [cell[:CELL] for cell in record[:COLUMNS]]


def _parquet(file: Artifact) -> Preview:
    if file.size > PARQUET_BYTES:
        return _too_large(file, PARQUET_BYTES, "a table")
    if not _CHILDREN.acquire(timeout=CHILD_SECONDS):
        return Preview("none", "Too many tables are being read at the moment. Try again.")
    try:
        return Preview("table", head=_read_by_child(file))
    except ChildFailed as error:
        return Preview("none", error.message)
    finally:
        _CHILDREN.release()


def _read_by_child(file: Artifact) -> Head:
    settings.JOB_SCRATCH_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="preview-", dir=settings.JOB_SCRATCH_DIR) as name:
        folder = Path(name)
        storage.copy_to(file.blob_id, folder / "file.parquet")
        child = Child("experiments.tabular.parquet_head", folder, CHILD_SECONDS, CHILD_MEMORY_MB)
        spec = {"path": "file.parquet", "rows": ROWS, "columns": COLUMNS, "cell": CELL}
        for message in child.messages(spec, stop=lambda: False):
            if message["t"] == "result":
                return Head(**{key: value for key, value in message.items() if key != "t"})
    raise ChildFailed("unreadable", "It cannot be read as Parquet.")
