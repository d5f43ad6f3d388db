"""A document with its evidence in a ZIP, that anybody can check with Python alone."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from documents.paper.blocks import Paper, paper_json, paragraph_json
from documents.paper.printing import printed
from documents.paper.writing import written

MANIFEST = "manifest.json"


def bundled(paper: Paper, more: Mapping[str, bytes]) -> bytes:
    """The document as Markdown, PDF and JSON, a file of evidence for each paragraph, the files in `more`, a manifest
    with the SHA-256 of each, and `verify.py`.
    """
    files = {
        "document.md": written(paper).encode(),
        "document.pdf": printed(paper),
        "document.json": _json(paper_json(paper)),
        **{f"evidence/{_safe(one.number)}.json": _json(paragraph_json(one)) for one in paper.paragraphs},
        **more,
        "verify.py": VERIFIER.encode(),
    }
    entries = {name: {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)} for name, data in files.items()}
    head = {"title": paper.title, "subject": paper.subject, "revision": paper.revision, "made_at": paper.made_at}
    manifest = _json(head | {"files": entries})
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**files, MANIFEST: manifest}.items():
            archive.writestr(zipfile.ZipInfo(name, _moment(paper)), data, zipfile.ZIP_DEFLATED)
    return sink.getvalue()


def _moment(paper: Paper) -> tuple[int, int, int, int, int, int]:
    at = datetime.fromisoformat(paper.made_at).astimezone(UTC)
    return at.year, at.month, at.day, at.hour, at.minute, at.second


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()


def _safe(number: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in number).strip("-")


VERIFIER = '''\
"""Check the files beside this one against manifest.json. Needs Python 3 and nothing else.

python verify.py [SHA-256 of manifest.json]

Exit code 0: each file is there, unchanged, and there is no other.
"""

import hashlib
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main():
    manifest = HERE / "manifest.json"
    named = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    wrong = [f"{name}: missing" for name in named if not (HERE / name).is_file()]
    wrong += [
        f"{name}: changed" for name, said in named.items()
        if (HERE / name).is_file() and digest(HERE / name) != said["sha256"]
    ]
    there = {path.relative_to(HERE).as_posix() for path in HERE.rglob("*") if path.is_file()}
    wrong += [f"{name}: not in the manifest" for name in sorted(there - set(named) - {"manifest.json"})]
    if len(sys.argv) > 1 and digest(manifest) != sys.argv[1].strip().lower():
        wrong.append("manifest.json: its SHA-256 is another")
    print("\\n".join(wrong) if wrong else f"{len(named)} files are as the manifest says")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
'''
