"""Signed heads of the chains, kept outside the database.

A chain shows by itself what was edited in it; it cannot show that its end was cut off, that the whole table is an older
copy, or that somebody who has the key hashed it anew. A head that was written down elsewhere can. Each is a small file
of its own, `STREAM/NUMBER.json`, made once and never changed, in the folder or bucket that `LEDGER_CHECKPOINTS_URL`
names; the best place is one that this host can write to and not delete from.
"""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import fsspec
import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from core.errors import DomainError
from core.events import canonical
from core.models import Event, Stream


class Broken(DomainError):
    """A checkpoint cannot be relied on, or says otherwise than the chain."""

    status = 409
    default_code = "ledger_broken"


@dataclass(frozen=True)
class Checkpoint:
    """At that time the chain's event `seq` had this hash. `previous` is the digest of the file before, or empty."""

    stream: str
    seq: int
    head: str
    at: str
    previous: str


def keep(stream: Stream, *, now: datetime) -> Checkpoint | None:
    """Write down the chain's head. None when the newest checkpoint says it already.

    Raises Broken where the newest checkpoint does not hold: a chain that was tampered with is not signed again.
    """
    before = latest(stream.name)
    seq, head = Stream.objects.values_list("last_seq", "head").get(pk=stream.pk)
    if before is not None and not holds(stream, before):
        raise Broken(f"{stream.name}: the chain is not the one of the checkpoint at {before.seq}; none was added.")
    if seq == (before.seq if before else 0):
        return None
    made = Checkpoint(
        stream=stream.name,
        seq=seq,
        head=head,
        at=now.isoformat(timespec="microseconds"),
        previous=_digest_of(stream.name, before.seq) if before else "",
    )
    _write(_place(stream.name, seq), canonical(_signed(made)))
    return made


def holds(stream: Stream, checkpoint: Checkpoint) -> bool:
    """Whether the chain has the event that the checkpoint names."""
    return Event.objects.filter(stream=stream, seq=checkpoint.seq, hash=checkpoint.head).exists()


def latest(name: str) -> Checkpoint | None:
    """The newest checkpoint of a chain. Raises Broken when it cannot be relied on."""
    kept = numbers(name)
    return read(name, kept[-1]) if kept else None


def numbers(name: str) -> list[int]:
    """At which events there are checkpoints of the chain, in order."""
    found = [path.rsplit("/", 1)[-1].removesuffix(".json") for path in _listed(f"{_root()}/{name}")]
    return sorted(int(one) for one in found if one.isdecimal())


def streams() -> list[str]:
    """The chains of which there are checkpoints."""
    return sorted(path.rstrip("/").rsplit("/", 1)[-1] for path in _listed(_root()))


def read(name: str, seq: int) -> Checkpoint:
    """One checkpoint. Raises Broken: not whole, not signed by this instance, or not of that place."""
    try:
        kept = orjson.loads(raw(name, seq))
        found = Checkpoint(**kept["checkpoint"])
        signer().public_key().verify(bytes.fromhex(kept["signature"]), canonical(kept["checkpoint"]))
    except (ValueError, KeyError, TypeError, InvalidSignature):
        raise Broken(f"{name}: the checkpoint at {seq} does not carry the signature of this instance.") from None
    if (found.stream, found.seq) != (name, seq):
        raise Broken(f"{name}: in the place of the checkpoint at {seq} lies one of {found.stream} at {found.seq}.")
    return found


def raw(name: str, seq: int) -> bytes:
    """The checkpoint's file as it lies."""
    return _filesystem().cat_file(_place(name, seq))


def signer() -> Ed25519PrivateKey:
    return _signer_of(settings.LEDGER_KEY)


def public_key() -> str:
    """With it anybody can check the signatures. Hexadecimal, 32 bytes."""
    key: Ed25519PublicKey = signer().public_key()
    return key.public_bytes_raw().hex()


def sign(content: bytes) -> str:
    """The instance's signature (Ed25519), hexadecimal."""
    return signer().sign(content).hex()


@cache
def _signer_of(secret: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(secret.encode()).digest())


def _signed(made: Checkpoint) -> dict[str, object]:
    body = asdict(made)
    return {"checkpoint": body, "key": public_key(), "signature": sign(canonical(body))}


def _digest_of(name: str, seq: int) -> str:
    return hashlib.sha256(raw(name, seq)).hexdigest()


def _listed(place: str) -> list[str]:
    filesystem = _filesystem()
    filesystem.invalidate_cache(place)
    try:
        return filesystem.ls(place, detail=False)
    except FileNotFoundError:
        return []


def _place(name: str, seq: int) -> str:
    return f"{_root()}/{name}/{seq:020d}.json"


def _root() -> str:
    return fsspec.core.url_to_fs(settings.LEDGER_CHECKPOINTS_URL)[1].rstrip("/")


def _filesystem() -> fsspec.AbstractFileSystem:
    return fsspec.core.url_to_fs(settings.LEDGER_CHECKPOINTS_URL)[0]


def _write(place: str, content: bytes) -> None:
    """Make the file, whole and durable; what lies there already stays. The second of two writers says the same."""
    with contextlib.suppress(FileExistsError):
        if settings.LEDGER_CHECKPOINTS_URL.startswith("file://"):
            _write_locally(Path(place), content)
        else:
            _filesystem().pipe_file(place, content, mode="create")


def _write_locally(path: Path, content: bytes) -> None:
    """A link is made whole or not at all, and never over another file."""
    is_new = not path.parent.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    with _spooled(path.parent.parent, content) as spooled:
        os.link(spooled, path)
    for folder in (path.parent, path.parent.parent) if is_new else (path.parent,):
        _sync(folder)


@contextlib.contextmanager
def _spooled(folder: Path, content: bytes) -> Iterator[Path]:
    """A synced file beside the folders of the chains, for as long as the block lasts."""
    handle, name = tempfile.mkstemp(dir=folder.parent)
    try:
        with os.fdopen(handle, "wb") as sink:
            sink.write(content)
            sink.flush()
            os.fsync(sink.fileno())
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
