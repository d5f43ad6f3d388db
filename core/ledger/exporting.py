"""The signed export of a chain: everything it says, in an archive that anybody can check with Python alone."""

import hashlib
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from core.events import CHAINED, canonical
from core.ledger import check, checkpoints
from core.ledger.verifying import PAGE, Tell, Verdict, rows
from core.models import Stream

FOUND = ("is_intact", "checked", "first_bad_seq", "reason", "detail", "anchored_seq", "anchored_at")
README = """This is the ledger of {name}: everything that happened, as events in their order.

    events.jsonl     one event a line
    links.txt        one line for each: SHA-256 of the link before it and of the event's line
    checkpoints/     heads of the chain that were signed while it grew
    manifest.json    digests of the above, and what verifying the chain found
    manifest.sig     its signature (Ed25519)
    verify.py        checks all of it; needs Python 3.8 or newer and nothing else

    python verify.py --key PUBLIC_KEY_OF_THE_INSTANCE

Ask the instance for its public key by another way than this archive: its ledger page and
`manage.py verify_ledger --json` show it. Without --key the archive is only checked against itself.
The `hash` of an event is made with a key that stays with the instance, and cannot be checked outside of it.
"""


def write(path: Path, *, stream: Stream, verdict: Verdict, now: datetime, tell: Tell) -> dict[str, Any]:
    """Write the archive of the events that the verdict speaks of. Returns the number of events and the last link."""
    files: dict[str, str] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        count, link = _write_events(archive, stream, files, tell)
        for seq in checkpoints.numbers(stream.name):
            _add(archive, files, f"checkpoints/{seq:020d}.json", checkpoints.raw(stream.name, seq))
        _add(archive, files, "README.txt", README.format(name=stream.name).encode())
        _add(archive, files, "verify.py", Path(check.__file__).read_bytes())
        manifest = canonical(
            {
                "chain": stream.name,
                "events": count,
                "link": link,
                "made_at": now.isoformat(timespec="microseconds"),
                "key": checkpoints.public_key(),
                "verdict": {name: getattr(verdict, name) for name in FOUND},
                "files": files,
            }
        )
        archive.writestr("manifest.json", manifest)
        archive.writestr("manifest.sig", checkpoints.signer().sign(manifest).hex())
    return {"events": count, "link": link}


def _write_events(archive: zipfile.ZipFile, stream: Stream, files: dict[str, str], tell: Tell) -> tuple[int, str]:
    """The events, and then their links, which are kept beside the archive meanwhile."""
    total, digest = stream.last_seq, hashlib.sha256()
    link, count = check.START, 0
    spooled = Path(f"{archive.filename}.links")
    with archive.open("events.jsonl", "w", force_zip64=True) as sink, spooled.open("w") as links:
        for line in _lines(stream):
            link, count = check.next_link(link, line), count + 1
            sink.write(line + b"\n")
            digest.update(line + b"\n")
            links.write(f"{link}\n")
            if count % PAGE == 0:
                tell(count, total)
    files["events.jsonl"] = digest.hexdigest()
    archive.write(spooled, "links.txt")
    with spooled.open("rb") as source:
        files["links.txt"] = hashlib.file_digest(source, "sha256").hexdigest()
    spooled.unlink()
    return count, link


def _lines(stream: Stream) -> Iterator[bytes]:
    for *values, found in rows(stream.pk, upto=stream.last_seq):
        yield canonical(dict(zip(CHAINED, values, strict=True)) | {"hash": found})


def _add(archive: zipfile.ZipFile, files: dict[str, str], name: str, content: bytes) -> None:
    archive.writestr(name, content)
    files[name] = hashlib.sha256(content).hexdigest()
