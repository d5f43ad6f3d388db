"""The files that a model version is made of, found among the artifacts of a run or a logged model."""

import hashlib
from dataclasses import dataclass
from typing import Any

from core import storage
from core.errors import Invalid
from experiments import queries
from experiments.models import LoggedModel, Run, Training
from models_registry import signatures
from models_registry.enums import ModelFormat
from models_registry.models import ModelVersion
from projects.models import Project

MODEL_FILE = "model.skops"
MLMODEL_FILE = "MLmodel"
TRAINED_FOLDER = "model"
PICKLES = (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".cloudpickle")
ENVIRONMENT_FILES = ("requirements.txt", "conda.yaml", "python_env.yaml", "environment.json")
MAX_MLMODEL_BYTES = 1_000_000


@dataclass(frozen=True)
class ModelFiles:
    """`files` are (path below `path`, digest of the bytes), sorted."""

    root: str
    path: str
    files: tuple[tuple[str, str], ...]
    signature: dict[str, Any] | None = None

    @property
    def digest(self) -> str:
        """SHA-256 over the sorted paths and the digests of their bytes: changes when any file does."""
        whole = hashlib.sha256()
        for path, digest in self.files:
            whole.update(f"{len(path)}:{path}:{digest}\n".encode())
        return whole.hexdigest()

    @property
    def model_digest(self) -> str | None:
        """Of the file that is served; None when there is none that may be."""
        return dict(self.files).get(MODEL_FILE)

    @property
    def format(self) -> ModelFormat:
        if self.model_digest:
            return ModelFormat.SKOPS
        is_pickle = any(path.endswith(PICKLES) for path, _ in self.files)
        return ModelFormat.PICKLE if is_pickle else ModelFormat.OTHER


def files_of_run(run: Run) -> ModelFiles:
    """The model of a run that was trained here, or the one model that an MLflow client logged to the run.

    Raises Invalid (`no_model_files`; `several_models`, when the source must say which).
    """
    training = Training.objects.filter(run=run).first()
    root = queries.root_of(run)
    if training is not None:
        return _of_training(training, root)
    found = queries.artifacts(project=run.project, root=root).filter(path__endswith=MLMODEL_FILE)
    folders = sorted({path.removesuffix(MLMODEL_FILE).rstrip("/") for path in found.values_list("path", flat=True)})
    if len(folders) > 1:
        raise Invalid(
            f"The run logged {len(folders)} models: {', '.join(folders[:5])}. Say which one.",
            field="source",
            code="several_models",
        )
    return files_under(project=run.project, root=root, path=folders[0] if folders else "")


def files_of_logged_model(model: LoggedModel) -> ModelFiles:
    """Raises Invalid (`no_model_files`)."""
    return files_under(project=model.project, root=queries.root_of(model), path="")


def files_under(*, project: Project, root: str, path: str) -> ModelFiles:
    """Every file in a folder of the artifacts. Raises Invalid (`no_model_files`)."""
    path = path.strip("/")
    below = f"{path}/" if path else ""
    found = queries.artifacts(project=project, root=root, prefix=path).values_list("path", "blob_id")
    files = tuple((name.removeprefix(below), digest) for name, digest in found if name.startswith(below))
    if not files:
        raise Invalid(f"There are no model files in “{path or root}”.", field="source", code="no_model_files")
    return ModelFiles(root=root, path=path, files=tuple(sorted(files)), signature=_mlmodel_signature(dict(files)))


def files_of(version: ModelVersion) -> ModelFiles:
    """The version's files as they are now. Raises Invalid (`no_model_files`)."""
    training = training_of(version)
    if training is not None and version.source_path == TRAINED_FOLDER:
        return _of_training(training, version.source_root)
    return files_under(project=version.project, root=version.source_root, path=version.source_path)


def files_left(version: ModelVersion) -> tuple[tuple[str, str], ...]:
    """Paths and digests of the version's files, as far as nobody has deleted them since."""
    try:
        return files_of(version).files
    except Invalid:
        return ()


def training_of(version: ModelVersion) -> Training | None:
    """What the version's run was told to do, if the version is what was trained here."""
    if version.run_id is None or version.logged_model_id is not None:
        return None
    found = Training.objects.select_related("dataset_version__dataset", "extra_version__dataset")
    return found.filter(run=version.run_id).first()


def _of_training(training: Training, root: str) -> ModelFiles:
    """A training keeps its model as a blob of its own; the folder of artifacts holds the same for people to see."""
    if training.model_blob_id is None:
        raise Invalid("The run has not made a model yet.", field="source", code="no_model_files")
    found = queries.artifacts(project=training.project, root=root, prefix=TRAINED_FOLDER)
    files = dict(found.values_list("path", "blob_id"))
    below = {path.removeprefix(f"{TRAINED_FOLDER}/"): digest for path, digest in files.items()}
    below[MODEL_FILE] = training.model_blob_id
    return ModelFiles(root, TRAINED_FOLDER, tuple(sorted(below.items())), training.signature)


def _mlmodel_signature(files: dict[str, str]) -> dict[str, Any] | None:
    digest = next((blob for path, blob in files.items() if path.rsplit("/", 1)[-1] == MLMODEL_FILE), None)
    if digest is None:
        return None
    with storage.open_blob(digest) as source:
        return signatures.from_mlmodel(source.read(MAX_MLMODEL_BYTES).decode(errors="replace"))
