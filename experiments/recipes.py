"""How to reproduce a run, as its page, the REST API and an MLflow Project tell it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core import storage
from core.charts import number
from experiments import queries
from experiments.models import LoggedModel, Reproduction, Run, Training
from experiments.reproduction import ClientRun, Launch, TrainedRun, client_project, launch_of, trained_project

MAX_TEXT_BYTES = 100_000
# Where a model that a client logged says what it needs.
REQUIREMENTS, PYTHON = "requirements.txt", "python_env.yaml"


@dataclass(frozen=True)
class Line:
    """What is known: a name, its value, and whether it is an identifier to be copied."""

    name: str
    value: str
    is_id: bool = False


@dataclass(frozen=True)
class Compared:
    """A metric in both runs, as text; `tone` says whether it agrees."""

    key: str
    first: str
    second: str
    difference: str
    tone: str
    verdict: str


@dataclass(frozen=True)
class Outcome:
    """What came of running again."""

    one: Reproduction
    label: str
    tone: str
    rows: list[Compared]
    environment: list[list[str]]


def recipe(run: Run, training: Training | None) -> list[Line]:
    """What is known of how the run came to be; nothing is guessed."""
    found = _of_training(training) if training is not None else _of_launch(launch_of(run.tags, run.params))
    return [line for line in found if line.value]


def _of_training(training: Training) -> Iterable[Line]:
    for version in filter(None, (training.dataset_version, training.extra_version)):
        yield Line("Data", str(version))
        yield Line("Digest", version.digest, is_id=True)
    yield Line("Target", training.target)
    yield Line("Estimator", training.estimator)
    yield from (Line(name, str(value)) for name, value in training.settings.items())
    yield Line("Seed", str(training.seed))
    yield Line("Code", training.code_version, is_id=True)


def _of_launch(launch: Launch) -> Iterable[Line]:
    yield Line("Launched as", "MLflow Project" if launch.is_project else launch.kind.capitalize())
    yield Line("Source", launch.source)
    yield Line("Entry point", launch.entry_point)
    yield Line("Repository", launch.repository)
    yield Line("Commit", launch.commit, is_id=True)
    yield Line("Backend", launch.backend)
    yield Line("Environment", launch.environment)


@dataclass(frozen=True)
class Environment:
    """What a run ran in: the version of Python, and the packages as they would be required, in alphabetical order.
    `source` says who noted it; both are empty when nobody did.
    """

    python: str
    packages: list[str]
    source: str

    @property
    def text(self) -> str:
        return "\n".join(self.packages)


def environment(run: Run, training: Training | None) -> Environment:
    """Of a training what its worker noted; of a client's run what it logged with a model."""
    if training is not None:
        noted = training.environment
        packages = [f"{name}=={version}" for name, version in noted.get("packages", {}).items()]
        return Environment(str(noted.get("python", "")), sorted(packages), "noted by the worker")
    python, required = _python(_logged_text(run, PYTHON)), _logged_text(run, REQUIREMENTS)
    lines = (line.strip() for line in required.splitlines())
    packages = [line for line in lines if line and not line.startswith(("#", "-"))]
    return Environment(python, sorted(packages, key=str.lower), "logged with its model" if python or packages else "")


_OUTCOMES = {
    "reproduced": ("Reproduced", "ok"),
    "differs": ("Differs", "bad"),
    "failed": ("Did not finish", "warn"),
}


def outcome(one: Reproduction) -> Outcome:
    if one.result is None:
        return Outcome(one, "Under way", "thread", [], [])
    label, tone = _OUTCOMES[one.result["verdict"]]
    rows = [_compared(row) for row in one.result["rows"]]
    return Outcome(one, label, tone, rows, one.result["environment"])


def _compared(row: dict[str, Any]) -> Compared:
    verdict, tone = {True: ("same", "ok"), False: ("differs", "bad"), None: ("not judged", "")}[row["is_within"]]
    return Compared(
        key=row["key"],
        first=_shown(row["first"]),
        second=_shown(row["second"]),
        difference=_shown(row["difference"]),
        tone=tone,
        verdict=f"{verdict}: {row['reason']}" if row["reason"] else verdict,
    )


def _shown(value: Any) -> str:
    return "–" if value is None else value if isinstance(value, str) else number(value, 6)


def project_of(run: Run, *, portal: str) -> bytes:
    """The run as an MLflow Project, zipped."""
    rows = Training.objects.select_related("dataset_version__dataset", "extra_version__dataset", "project")
    training = rows.filter(run=run).first()
    metrics = {one.key: one.value for one in queries.latest_metrics([run])[run.pk]}
    if training is None:
        return client_project(_client_run(run, metrics, portal))
    return trained_project(_trained_run(run, training, metrics, portal))


def project_name(run: Run) -> str:
    """What the file of `project_of` is called."""
    return f"run-{run.run_id[:12]}-project.zip"


def spec_of(training: Training) -> dict[str, Any]:
    """What `experiments.training` is told. With older data, the newer rows alone make the holdout."""
    spec: dict[str, Any] = {
        "train_path": "data.parquet",
        "target": training.target,
        "estimator": training.estimator,
        "params": training.settings,
        "seed": training.seed,
    }
    if training.extra_version_id is None:
        return spec
    return spec | {"train_path": "older.parquet", "extra_train_paths": ["data.parquet"], "holdout_scope": "recent"}


def _trained_run(run: Run, training: Training, metrics: dict[str, float], portal: str) -> TrainedRun:
    used = [(training.dataset_version, "data.parquet"), (training.extra_version, "older.parquet")]
    at = f"/api/v1/projects/{training.project.key}/datasets"
    return TrainedRun(
        name=run.name,
        run_id=run.run_id,
        portal=portal.rstrip("/"),
        spec=spec_of(training),
        params=run.params,
        metrics=metrics,
        data=[
            {
                "filename": version.filename,
                "digest": version.digest,
                "path": f"{at}/{version.dataset.name}/versions/{version.number}/file",
                "as": name,
            }
            for version, name in used
            if version is not None
        ],
        environment=training.environment,
        code_version=training.code_version,
    )


def _client_run(run: Run, metrics: dict[str, float], portal: str) -> ClientRun:
    inputs = run.inputs.order_by("pk")
    return ClientRun(
        name=run.name,
        run_id=run.run_id,
        portal=portal.rstrip("/"),
        launch=launch_of(run.tags, run.params),
        params=run.params,
        metrics=metrics,
        data=[{"name": one.name, "digest": one.digest, "context": one.context} for one in inputs],
        requirements=_logged_text(run, REQUIREMENTS),
        python=_python(_logged_text(run, PYTHON)),
    )


def _logged_text(run: Run, name: str) -> str:
    """A small text file that a model of the run was logged with: MLflow writes what it needs beside each."""
    owners: list[Run | LoggedModel] = [run, *run.logged_models.order_by("pk")]
    for owner in owners:
        files = queries.artifacts(project=run.project, root=queries.root_of(owner))
        found = files.filter(path__endswith=name, size__lte=MAX_TEXT_BYTES).first()
        if found is not None and found.path.rsplit("/", 1)[-1] == name:
            return storage.read_blob(found.blob_id).decode(errors="replace")
    return ""


def _python(environment: str) -> str:
    """The version in a `python_env.yaml`: the line that begins with `python:`."""
    lines = (line.partition(":") for line in environment.splitlines() if line.startswith("python:"))
    return next((value.strip().strip("'\"") for _, _, value in lines), "")
