"""Checks an exported ledger: run it in the folder to which the archive was unpacked.

Needs Python 3.8 or newer and nothing else. Exit status 1 says what does not hold.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path

START = "0" * 64


def next_link(previous: str, line: bytes) -> str:
    """SHA-256 of the link before and of an event's line without its newline, hexadecimal."""
    return hashlib.sha256(previous.encode() + line).hexdigest()


# --- Ed25519, verification only: RFC 8032, section 5.1.7. Slow, and plain to read. ------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(one, other):  # type: ignore[no-untyped-def]  # points are (X, Y, Z, T), with x = X/Z, y = Y/Z, xy = T/Z
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):  # type: ignore[no-untyped-def]
    found = (0, 1, 1, 0)
    while number:
        if number & 1:
            found = add(found, point)
        point, number = add(point, point), number >> 1
    return found


def point_of(code):  # type: ignore[no-untyped-def]
    """The point that 32 bytes name. Raises ValueError."""
    y = int.from_bytes(code, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError("not a point of the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature of the message was made with the secret that belongs to this public key."""
    if len(key) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    try:
        public, r = point_of(key), point_of(signature[:32])
    except ValueError:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    base = point_of((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    left, right = times(s, base), add(r, times(k, public))
    return s < ORDER and all((left[i] * right[2] - right[i] * left[2]) % P == 0 for i in (0, 1))


# --- the archive ------------------------------------------------------------------------------------------------------


class DoesNotHold(Exception):
    """What was found."""


def demand(holds: bool, otherwise: str) -> None:
    if not holds:
        raise DoesNotHold(otherwise)


def canonical(value: object) -> bytes:
    """As checkpoints are signed: they hold texts and whole numbers only."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest_of(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as source:
        for chunk in iter(lambda: source.read(1 << 20), b""):
            found.update(chunk)
    return found.hexdigest()


def read(path: Path) -> bytes:
    """Raises DoesNotHold."""
    try:
        return path.read_bytes()
    except OSError as exc:
        raise DoesNotHold(f"{path.name} cannot be read: {exc.strerror}") from None


def check_manifest(folder: Path, key: str) -> dict:
    content, signed = read(folder / "manifest.json"), read(folder / "manifest.sig")
    try:
        manifest = json.loads(content)
        lacking = {"key", "events", "link", "files", "verdict", "chain"} - set(manifest)
        whole = not lacking and bool(bytes.fromhex(manifest["key"]))
    except (ValueError, TypeError, RecursionError):
        whole = False
    demand(whole, "manifest.json is damaged")
    try:
        signature = bytes.fromhex(signed.decode().strip())
    except ValueError:
        raise DoesNotHold("manifest.sig is damaged") from None
    demand(key in ("", manifest["key"]), f"it was signed by another key: {manifest['key']}")
    demand(is_signed(bytes.fromhex(manifest["key"]), content, signature), "the manifest's signature does not hold")
    return manifest


def check_events(folder: Path, manifest: dict) -> dict:
    """Walk the lines. Returns the hash of each event, by its number."""
    link, heads, count = START, {}, 0
    with (folder / "events.jsonl").open("rb") as lines, (folder / "links.txt").open() as links:
        for line in lines:
            count += 1
            link = next_link(link, line.rstrip(b"\n"))
            demand(link == links.readline().strip(), f"line {count} of events.jsonl is not what was exported")
            event = json.loads(line)
            heads[event["seq"]] = event["hash"]
    demand((count, link) == (manifest["events"], manifest["link"]), f"events are missing after line {count}")
    return heads


def check_checkpoints(folder: Path, manifest: dict, heads: dict) -> int:
    """Each names the digest of the one before, so that a signature vouches for all that lead to it."""
    found, vouched = sorted((folder / "checkpoints").glob("*.json")), ""
    for path in reversed(found):
        kept = json.loads(path.read_text())
        body, signature = kept["checkpoint"], bytes.fromhex(kept["signature"])
        at = f"the checkpoint at {body['seq']}"
        is_vouched = digest_of(path) == vouched or is_signed(bytes.fromhex(manifest["key"]), canonical(body), signature)
        demand(is_vouched, f"{at} is not signed by this key")
        demand(heads.get(body["seq"], body["head"]) == body["head"], f"{at} is of another chain")
        vouched = body["previous"]
    return len(found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--key", default="", help="the instance's public key, 64 hexadecimal digits")
    parser.add_argument("folder", nargs="?", default=str(Path(__file__).resolve().parent))
    given = parser.parse_args()
    folder = Path(given.folder)
    try:
        manifest = check_manifest(folder, given.key.lower())
        heads = check_events(folder, manifest)
        for name, digest in manifest["files"].items():
            demand(digest_of(folder / name) == digest, f"{name} is not what was exported")
        kept = check_checkpoints(folder, manifest, heads)
    except DoesNotHold as exc:
        sys.stdout.write(f"DOES NOT HOLD: {exc}\n")
        return 1
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as exc:
        sys.stdout.write(f"DOES NOT HOLD: the archive is damaged: {exc}\n")
        return 1
    verdict, key = manifest["verdict"], manifest["key"]
    sys.stdout.write(f"{manifest['chain']}: {manifest['events']} events, {kept} checkpoints, signed by {key}\n")
    if not verdict["is_intact"]:
        sys.stdout.write(f"The instance itself found: {verdict['reason']} at event {verdict['first_bad_seq']}\n")
    return 0 if verdict["is_intact"] else 1


if __name__ == "__main__":
    sys.exit(main())
