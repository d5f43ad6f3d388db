"""How a run was launched, as MLflow's own tags tell it."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

SOURCE_NAME, SOURCE_TYPE = "mlflow.source.name", "mlflow.source.type"
COMMIT, REPO = "mlflow.source.git.commit", "mlflow.source.git.repoURL"
ENTRY_POINT, BACKEND, ENVIRONMENT = "mlflow.project.entryPoint", "mlflow.project.backend", "mlflow.project.env"
VERSION = "mlflow.project.version"
OLD_REPO = "mlflow.gitRepoURL"
REMOTE = ("http://", "https://", "ssh://", "git@")


@dataclass(frozen=True)
class Launch:
    """Where the code is, which of it ran, and how it was started. What is not known is empty."""

    source: str
    kind: str
    repository: str
    commit: str
    entry_point: str
    backend: str
    environment: str
    params: Mapping[str, str]

    @property
    def is_project(self) -> bool:
        """Whether `mlflow run` launched it."""
        return self.kind == "PROJECT" or bool(self.entry_point)

    @property
    def is_known(self) -> bool:
        """Whether somebody else could get at the very code that ran."""
        return bool(self.repository and self.commit)

    @property
    def command(self) -> str:
        """The `mlflow run` that runs the same again; empty when the code is not known."""
        if not self.is_known:
            return ""
        words = ["mlflow", "run", self.repository, "--version", self.commit]
        if self.entry_point not in ("", "main"):
            words += ["-e", self.entry_point]
        for key, value in sorted(self.params.items()) if self.is_project else ():
            words += ["-P", f"{key}={value}"]
        return shlex.join(words)


def launch_of(tags: Mapping[str, str], params: Mapping[str, str]) -> Launch:
    """MLflow notes a project's repository as its source name, with the folder below after a `#`."""
    source = tags.get(SOURCE_NAME, "")
    repository = tags.get(REPO, "") or tags.get(OLD_REPO, "") or (source if source.startswith(REMOTE) else "")
    folder = source.partition("#")[2] if source.partition("#")[0] == repository else ""
    return Launch(
        source=source,
        kind=tags.get(SOURCE_TYPE, ""),
        repository=f"{repository}#{folder}" if folder else repository,
        commit=tags.get(COMMIT, "") or tags.get(VERSION, ""),
        entry_point=tags.get(ENTRY_POINT, ""),
        backend=tags.get(BACKEND, ""),
        environment=tags.get(ENVIRONMENT, ""),
        params=dict(params),
    )
