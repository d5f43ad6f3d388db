"""Which code trained a model: the product's version, and the commit of its sources where it is known."""

import tomllib
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@lru_cache(maxsize=1)
def code_version() -> str:
    """E.g. `0.1.0+4fa12c90d3e1`; without the part after the plus where the sources are no git checkout."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    commit = _commit()
    return f"{project['version']}+{commit[:12]}" if commit else str(project["version"])


def _commit() -> str:
    git = ROOT / ".git"
    try:
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        if (git / name).exists():
            return (git / name).read_text().strip()
        packed = (git / "packed-refs").read_text().splitlines()
        return next((line.split()[0] for line in packed if line.endswith(f" {name}")), "")
    except OSError:
        return ""
