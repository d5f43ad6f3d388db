"""A project and all that is in it."""

from throughline import answers
from throughline.http import Server
from throughline.project.experiments import Experiments, Training
from throughline.project.log import Log
from throughline.project.monitoring import Monitoring
from throughline.project.planning import Planning
from throughline.project.registry import Registry
from throughline.project.serving import Deployment, Serving

__all__ = ["Deployment", "Project", "Training"]


class Project(Planning, Experiments, Registry, Serving, Monitoring, Log):
    """The project with this key. Lists are iterators, newest first, which ask for the next page when they get there."""

    def __init__(self, server: Server, key: str) -> None:
        super().__init__(server, "/projects")
        self.key = key
        self.path = self._below((key,))

    def show(self) -> answers.Project:
        return self._get(answers.Project)

    def revise(self, *, name: str | None = None, purpose: str | None = None) -> answers.Project:
        """Change the given fields."""
        given = {"name": name, "purpose": purpose}
        return self._patch(answers.Project, **{field: value for field, value in given.items() if value is not None})

    def mlflow_env(self) -> dict[str, str]:
        """The environment in which an ordinary `mlflow` client logs to this project."""
        base = self.server.url
        address = self._below(()).removeprefix("/projects")
        return {"MLFLOW_TRACKING_URI": f"{base}/p{address}", "MLFLOW_TRACKING_TOKEN": self.server.token}
