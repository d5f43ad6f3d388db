"""A run as an MLflow Project: what `mlflow run` needs, as a zip of small files. Data are named by digest."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from experiments.reproduction.launching import Launch

ROOT = Path(__file__).resolve().parents[2]
# What the training script needs of this house: pure modules, packed as they are.
PACKED = ("core/__init__.py", "core/child.py", "core/errors.py", "experiments/__init__.py")
PACKED_FOLDERS = ("experiments/tabular", "experiments/training")
OURS = ("mlflow", "orjson")
# Nothing in a zip tells when it was made: the same run gives the same bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class TrainedRun:
    """A training of this house. `data` are `{"filename", "digest", "path" below the portal, "as" in the spec}`."""

    name: str
    run_id: str
    portal: str
    spec: Mapping[str, Any]
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    data: Sequence[Mapping[str, str]]
    environment: Mapping[str, Any]
    code_version: str


@dataclass(frozen=True)
class ClientRun:
    """A run that an MLflow client logged. `requirements` are those of its model, if it logged any."""

    name: str
    run_id: str
    portal: str
    launch: Launch
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    data: Sequence[Mapping[str, str]] = ()
    requirements: str = ""
    python: str = ""
    notes: Sequence[str] = field(default_factory=tuple)


def trained_project(run: TrainedRun) -> bytes:
    """The zip of a project that trains the same again, and ends with status 1 when a metric differs."""
    packages = dict(run.environment.get("packages", {})) | {name: version(name) for name in OURS}
    recorded = {
        "run_id": run.run_id,
        "code_version": run.code_version,
        "environment": dict(run.environment),
        "spec": dict(run.spec),
        "params": dict(run.params),
        "metrics": dict(run.metrics),
        "data": [dict(one) for one in run.data],
    }
    files = {
        "MLproject": _mlproject(run.name, _TRAIN_PARAMETERS.format(url=_quoted(run.portal)), _TRAIN_COMMAND),
        "python_env.yaml": _python_env(str(run.environment.get("python", ""))),
        "requirements.txt": "".join(f"{name}=={number}\n" for name, number in sorted(packages.items())),
        "spec.json": json.dumps(recorded, indent=2, sort_keys=True) + "\n",
        "train.py": (Path(__file__).parent / "train.py").read_text(),
        "README.md": _TRAINED_README.format(name=run.name, run_id=run.run_id, portal=run.portal),
    }
    return _zip(files | _sources())


def client_project(run: ClientRun) -> bytes:
    """The zip of a project that runs the recorded entry point, where its code is known; else of one that says so."""
    recorded = {
        "run_id": run.run_id,
        "params": dict(run.params),
        "metrics": dict(run.metrics),
        "data": [dict(one) for one in run.data],
        "source": run.launch.source,
        "repository": run.launch.repository,
        "commit": run.launch.commit,
        "entry_point": run.launch.entry_point,
        "backend": run.launch.backend,
    }
    known = _KNOWN if run.launch.is_known else _UNKNOWN
    files = {
        "MLproject": _mlproject(run.name, "", "python rerun.py"),
        "python_env.yaml": _python_env(run.python),
        "requirements.txt": run.requirements or f"mlflow=={version('mlflow')}\n",
        "run.json": json.dumps(recorded, indent=2, sort_keys=True) + "\n",
        "rerun.py": _RERUN,
        "README.md": _CLIENT_README.format(
            name=run.name, run_id=run.run_id, portal=run.portal, known=known, command=run.launch.command or "not known"
        ),
    }
    return _zip(files)


def _sources() -> dict[str, str]:
    found = {name: (ROOT / name).read_text() for name in PACKED}
    for folder in PACKED_FOLDERS:
        found |= {f"{folder}/{path.name}": path.read_text() for path in sorted((ROOT / folder).glob("*.py"))}
    return found


def _zip(files: Mapping[str, str]) -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), text.encode(), zipfile.ZIP_DEFLATED)
    return sink.getvalue()


def _mlproject(name: str, parameters: str, command: str) -> str:
    entry = f"{parameters}    command: {_quoted(command)}\n"
    return f"name: {_quoted(name)}\n\npython_env: python_env.yaml\n\nentry_points:\n  main:\n{entry}"


def _python_env(python: str) -> str:
    known = f"python: {_quoted(python)}\n" if python else ""
    return f"{known}build_dependencies:\n  - pip\ndependencies:\n  - -r requirements.txt\n"


def _quoted(text: str) -> str:
    """JSON is YAML, whatever a name holds."""
    return json.dumps(text)


_TRAIN_PARAMETERS = """    parameters:
      url: {{type: string, default: {url}}}
      data: {{type: string, default: ""}}
      tolerance: {{type: float, default: 1e-9}}
"""
_TRAIN_COMMAND = "python train.py --url {url} --data {data} --tolerance {tolerance}"
_TRAINED_README = """# {name}

The training run {run_id} of {portal}, as an MLflow Project.

    export THROUGHLINE_TOKEN=tl_...          # may read the project; or: -P data=FOLDER
    mlflow run .

fetches the data by their digest, trains the same estimator with the same settings and seed on them in the environment
that was recorded, and ends with status 1 when a metric differs from what was recorded (`spec.json`).
"""
_KNOWN = "The code is not in here: it is fetched at the commit that was recorded."
_UNKNOWN = (
    "The code of this run is not known: its client recorded no repository with a commit. What was recorded is in "
    "`run.json`; whoever has the code can run it with these parameters and compare."
)
_CLIENT_README = """# {name}

The run {run_id} of {portal}, which an MLflow client logged.

{known}

    {command}
"""
_RERUN = '''"""Run the recorded entry point at the recorded commit; where the code is not known, end with status 1."""

import json
import sys
from pathlib import Path

import mlflow

recorded = json.loads((Path(__file__).parent / "run.json").read_text())
if not (recorded["repository"] and recorded["commit"]):
    sys.exit("The code of this run is not known: its client recorded no repository with a commit.")
mlflow.projects.run(
    uri=recorded["repository"],
    version=recorded["commit"],
    entry_point=recorded["entry_point"] or "main",
    parameters=recorded["params"] if recorded["entry_point"] else None,
)
'''
