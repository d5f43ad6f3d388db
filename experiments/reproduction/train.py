"""Train the model of `spec.json` again, from data known by their digest, and say whether it came out the same.

`mlflow run . --env-manager local -P data=FOLDER`, or without `data`: the files are then fetched from the portal, with
the token in THROUGHLINE_TOKEN. The folder may hold each file under its name or under its digest.
"""

import argparse
import hashlib
import json
import math
import os
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

import mlflow

from experiments.tabular import format_of, read_table, write_canonical
from experiments.training.trainer import train_json

HERE = Path(__file__).resolve().parent
CHUNK = 1024 * 1024


class Report:
    """Values measured on the way go to MLflow, as they did the first time."""

    def progress(self, value: float, note: str = "") -> None:
        say(f"{value:4.0%} {note}")

    def log(self, line: str) -> None:
        say(line)

    def metric(self, key: str, value: float, step: int) -> None:
        mlflow.log_metric(key, value, step=step)


def main() -> int:
    given = _arguments()
    recorded = json.loads((HERE / "spec.json").read_text())
    with mlflow.start_run(), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for table in recorded["data"]:
            original = _original(table, folder, given)
            write_canonical(read_table(original, format=format_of(table["filename"])), folder / table["as"])
        (folder / "out").mkdir()
        os.chdir(folder)
        mlflow.log_params(recorded["params"])
        result = train_json(recorded["spec"] | {"out": "out"}, Report())
        found = _metrics(result)
        mlflow.log_metrics(found)
        mlflow.log_artifacts("out", "model")
        return _verdict(recorded["metrics"], found, given.tolerance)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True, help="the portal")
    parser.add_argument("--data", default="", help="a folder that has the data already")
    parser.add_argument("--tolerance", type=float, default=1e-9, help="relative")
    return parser.parse_args()


def _original(table: dict[str, str], folder: Path, given: argparse.Namespace) -> Path:
    """The file as it was uploaded. Ends the program when it is not the very file that was trained on."""
    names = (table["filename"], table["digest"])
    places = [Path(given.data) / name for name in names] if given.data else []
    path = next((place for place in places if place.is_file()), None) or _fetched(table, folder, given.url)
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
    if digest.hexdigest() != table["digest"]:
        sys.exit(f"{path} is not the data of this run: its digest is {digest.hexdigest()}, not {table['digest']}.")
    return path


def _fetched(table: dict[str, str], folder: Path, url: str) -> Path:
    token = os.environ.get("THROUGHLINE_TOKEN", "")
    if not token:
        sys.exit("Set THROUGHLINE_TOKEN to a token that may read, or name a folder that has the data (-P data=...).")
    asked = urllib.request.Request(url.rstrip("/") + table["path"], headers={"Authorization": f"Bearer {token}"})
    target = folder / table["digest"]
    with urllib.request.urlopen(asked, timeout=60) as source, target.open("wb") as sink:
        while chunk := source.read(CHUNK):
            sink.write(chunk)
    return target


def _metrics(result: dict[str, Any]) -> dict[str, float]:
    found = {key: math.nan if value is None else float(value) for key, value in result["metrics"].items()}
    interval = result["interval"]
    if interval is not None:
        found[f"{interval['metric']}_low"] = interval["low"]
        found[f"{interval['metric']}_high"] = interval["high"]
    return found | {"fit_seconds": result["fit_seconds"]}


def _verdict(recorded: dict[str, float], found: dict[str, float], tolerance: float) -> int:
    """0 when every metric that was recorded at the end came out the same; a duration is not judged."""
    differing = []
    for key, value in sorted(recorded.items()):
        if key.endswith("_seconds") or key not in found:
            continue
        same = math.isclose(value, found[key], rel_tol=tolerance) or (math.isnan(value) and math.isnan(found[key]))
        say(f"{'same   ' if same else 'DIFFERS'} {key}: {value!r} then, {found[key]!r} now")
        differing += [] if same else [key]
    mlflow.set_tag("throughline.reproduced", "no" if differing else "yes")
    say(f"differs: {', '.join(differing)}" if differing else "reproduced")
    return 1 if differing else 0


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
