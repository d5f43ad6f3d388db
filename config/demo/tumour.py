"""Tumour screening: a project that is still being scoped, on the real Wisconsin data that scikit-learn ships."""

import io

from sklearn.datasets import load_breast_cancer

from config.demo import register
from config.demo.stage import Cast, Say, project_with_everybody
from core.pages import now
from experiments.models import DatasetVersion
from experiments.operations import create_dataset_version
from projects.models import Scope
from projects.operations import revise_scope

KEY = "TUM"


def tell(*, people: Cast, say: Say) -> None:
    """Build the project, or what is missing of it."""
    say("tumour screening: project, data and a scope that is half written")
    project = project_with_everybody(
        key=KEY,
        name="Tumour screening",
        purpose="Help the pathologist to look first where it matters most.",
        people=people,
    )
    if not DatasetVersion.objects.filter(project=project).exists():
        create_dataset_version(
            project=project,
            name="wisconsin-diagnostic",
            upload=io.BytesIO(_csv()),
            filename="wisconsin_diagnostic.csv",
            note="Breast Cancer Wisconsin (Diagnostic), as shipped with scikit-learn",
            by=people.scientist,
            now=now(),
        )
    scope = Scope.objects.get(project=project)
    if scope.version == 1:
        revise_scope(
            project=project,
            values={
                "decision": "The pathologist reads the slides with the highest score first, every morning.",
                "metric": "average_precision",
                "direction": "higher",
            },
            by=people.product,
            now=now(),
        )
    register.tell(project, people, register.TUMOUR_RISKS)
    register.classify(
        project,
        people,
        exposure=4,
        automation=2,
        note="Software that helps a diagnosis is a medical device: a third party assesses its conformity.",
        safety_component="yes",
    )


def _csv() -> bytes:
    """569 rows of 30 measurements, and whether the tumour was malignant (1) or not (0)."""
    frame = load_breast_cancer(as_frame=True).frame
    frame["malignant"] = 1 - frame.pop("target")
    frame.columns = [name.replace(" ", "_") for name in frame.columns]
    return frame.to_csv(index=False).encode()
