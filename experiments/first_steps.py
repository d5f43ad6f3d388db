"""The first steps of a project that happen here."""

from experiments.enums import Lifecycle
from experiments.models import Run
from projects.first_steps import Step, register

register(
    Step(
        4,
        "run",
        "See the first run",
        "Train on a table here, or let your script log one.",
        "Train",
        "train/",
        lambda project: Run.objects.filter(project=project, lifecycle=Lifecycle.ACTIVE),
    )
)
