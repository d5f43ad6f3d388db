"""A document with its evidence in a ZIP, that anybody can check with Python alone."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from documents.paper.blocks import Paper, paper_json, paragraph_json
from documents.paper.files import for_word, printed
from documents.paper.writing import written

MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"


@dataclass(frozen=True)
class Seal:
    """Who signs a manifest: the public key, what signs with its secret, and Python that checks such a signature as
    `is_signed(key, message, signature)`, with the standard library alone."""

    key: str
    sign: Callable[[bytes], str]
    checking: str


def bundled(paper: Paper, more: Mapping[str, bytes], seal: Seal) -> bytes:
    """The document as Markdown, PDF, Word and JSON, a file of evidence for each paragraph, the files in `more`, a
    manifest with the SHA-256 of each, its signature, and `verify.py`.
    """
    files = {
        "document.md": written(paper).encode(),
        "document.pdf": printed(paper),
        "document.docx": for_word(paper),
        "document.json": _json(paper_json(paper)),
        **{f"evidence/{_safe(one.number)}.json": _json(paragraph_json(one)) for one in paper.paragraphs},
        **more,
        "verify.py": VERIFIER.replace(CHECKING, seal.checking.strip()).encode(),
    }
    entries = {name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for name, data in files.items()}
    head = {"title": paper.title, "subject": paper.subject, "revision": paper.revision, "made_at": paper.made_at}
    manifest = _json(head | {"key": seal.key, "files": entries})
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**files, MANIFEST: manifest, SIGNATURE: seal.sign(manifest).encode()}.items():
            archive.writestr(zipfile.ZipInfo(name, paper.moment.timetuple()[:6]), data, zipfile.ZIP_DEFLATED)
    return sink.getvalue()


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def _safe(number: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in number).strip("-")


CHECKING = "# How a signature is checked."
VERIFIER = '''\
"""Check the files beside this one against manifest.json, and manifest.json against its signature.

python verify.py [--key PUBLIC_KEY_OF_THE_INSTANCE] [SHA-256 of manifest.json]

Needs Python 3.8 or newer and nothing else. Exit code 0: each file is there, unchanged, there is no other, and the
manifest carries the signature (Ed25519) of the key that it names. Ask the instance for its key by another way than
this archive: its ledger page shows it. Without --key anybody could have signed.
"""

import argparse
import hashlib
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent

# How a signature is checked.


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def wrong_files(named):
    yield from (f"{name}: missing" for name in named if not (HERE / name).is_file())
    for name, said in named.items():
        if (HERE / name).is_file() and digest(HERE / name) != said["sha256"]:
            yield f"{name}: changed"
    there = {path.relative_to(HERE).as_posix() for path in HERE.rglob("*") if path.is_file()}
    more = there - set(named) - {"manifest.json", "manifest.sig"}
    yield from (f"{name}: not in the manifest" for name in sorted(more))


class Damaged(Exception):
    """What cannot be read at all."""


def manifest_of(path):
    """What it says, and its bytes. Raises Damaged."""
    try:
        content = path.read_bytes()
        said = json.loads(content.decode("utf-8"))
        readable = bytes.fromhex(said["key"]) and all(one["sha256"] for one in said["files"].values())
    except OSError as exc:
        raise Damaged(f"{path.name}: it cannot be read: {exc.strerror}")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        readable = False
    if not readable:
        raise Damaged(f"{path.name}: it is damaged")
    return said, content


def wrong_signature(named, content, key):
    if key and key.strip().lower() != named:
        yield f"manifest.json: it was signed by another key, {named}"
    try:
        signature = bytes.fromhex((HERE / "manifest.sig").read_text().strip())
    except OSError as exc:
        yield f"manifest.sig: it cannot be read: {exc.strerror}"
    except ValueError:
        yield "manifest.sig: it is damaged"
    else:
        if not is_signed(bytes.fromhex(named), content, signature):
            yield "manifest.json: its signature does not hold"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--key", default="", help="the instance's public key, 64 hexadecimal digits")
    parser.add_argument("sha256", nargs="?", default="", help="of manifest.json, where it was noted elsewhere")
    given = parser.parse_args()
    try:
        said, content = manifest_of(HERE / "manifest.json")
        wrong = [*wrong_files(said["files"]), *wrong_signature(said["key"], content, given.key)]
    except Damaged as exc:
        print(exc)
        return 1
    if given.sha256 and hashlib.sha256(content).hexdigest() != given.sha256.strip().lower():
        wrong.append("manifest.json: its SHA-256 is another")
    signed = "signed by the key given" if given.key else f"signed by {said['key']} (compare it with the instance's)"
    print("\\n".join(wrong) if wrong else f"{len(said['files'])} files are as the manifest says, {signed}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
'''
