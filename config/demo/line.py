"""The way from data to a live model, as the demo's projects take it: each step looks whether it was taken before."""

import contextlib
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from config.demo.stage import Cast, Say, wait_for, wait_until
from core.enums import DeliveryState
from core.errors import NotAllowed
from core.models import Delivery, Job, User
from core.pages import now
from experiments.models import DatasetVersion, Run
from experiments.operations import create_dataset_version, start_training
from models_registry.approvals import tally
from models_registry.enums import ReviewState, VersionState
from models_registry.models import Comparison, Deployment, ModelVersion, Review
from models_registry.operations import approve_version, create_version, deploy_version, ensure_model, request_review
from projects import queries
from projects.enums import GateVerdict, Stage
from projects.models import Project
from projects.operations import decide_gate, pass_gate, request_gate


@dataclass(frozen=True)
class Line:
    """What a project's data, experiment and model are called. `label`: how the demo says which project it is at."""

    label: str
    dataset: str
    target: str
    experiment: str
    model: str


def pass_one(project: Project, stage: Stage, people: Cast, comment: str, *, approvers: Sequence[User] = ()) -> None:
    """The gate after this stage. Where the policy asks for persons, one asks and those whom it names approve."""
    project.refresh_from_db()
    if project.stage != stage:
        return
    wait_until(lambda: not _is_handling(project), what="reading the spike")  # what it says would make approvals stale
    if approvers and queries.open_request(project) is None:
        request_gate(project=project, by=people.product, now=now(), comment=comment)
    for person in approvers:
        with contextlib.suppress(NotAllowed):  # who approved before an interruption has no seat left
            decide_gate(project=project, verdict=GateVerdict.APPROVE, by=person, now=now(), comment=comment)
    pass_gate(project=project, by=people.owner, now=now(), comment=comment)


def _is_handling(project: Project) -> bool:
    return Delivery.objects.filter(event__stream_id=project.pk, state=DeliveryState.PENDING).exists()


def uploaded(
    line: Line, project: Project, people: Cast, *, make: Callable[[], pd.DataFrame], filename: str, note: str
) -> DatasetVersion:
    """Version 1 of the data; a worker profiles it meanwhile."""
    found = DatasetVersion.objects.filter(project=project, dataset__name=line.dataset, number=1).first()
    return found or create_dataset_version(
        project=project,
        name=line.dataset,
        upload=io.BytesIO(make().to_csv(index=False).encode()),
        filename=filename,
        note=note,
        by=people.scientist,
        now=now(),
    )


def wait_for_profile(line: Line, version: DatasetVersion) -> None:
    wait_until(lambda: _is_profiled(version), what=f"{line.label}: profiling the data")


def _is_profiled(version: DatasetVersion) -> bool:
    return DatasetVersion.objects.filter(pk=version.pk, profile__isnull=False).exists()


def started(
    line: Line, data: DatasetVersion, people: Cast, *, name: str, estimator: str, settings: Mapping[str, object]
) -> Run:
    found = Run.objects.filter(project=data.project, name=name).first()
    return found or start_training(
        project=data.project,
        experiment_name=line.experiment,
        dataset_version=data,
        target=line.target,
        estimator=estimator,
        settings=settings,
        seed=7,
        run_name=name,
        by=people.scientist,
        now=now(),
    )


def trained(line: Line, run: Run, *, say: Say) -> Run:
    """The run, once a worker has ended its training."""
    wait_for(Job.objects.get(pk=run.training.job_id or 0), say=say, what=f"{line.label}: training {run.name}")
    run.refresh_from_db()
    return run


def approved(
    line: Line,
    run: Run,
    people: Cast,
    *,
    say: Say,
    reason: str,
    approvers: Sequence[tuple[User, str]],
    deployment: Deployment | None = None,
) -> ModelVersion:
    """The version made of this run, proposed by the data scientist and approved by those whom the policy asks for, each
    with what they say."""
    version = ModelVersion.objects.filter(run=run).first()
    if version is None:
        model = ensure_model(project=run.project, name=line.model, by=people.scientist, now=now())
        version = create_version(model=model, run=run, description=reason, by=people.scientist, now=now())
    if version.state == VersionState.CANDIDATE:
        request_review(version=version, reason=reason, deployment=deployment, by=people.scientist, now=now())
    say(f"{line.label}: review of version {version.number}")
    version.refresh_from_db()
    if version.state == VersionState.IN_REVIEW:
        wait_until(lambda: _is_compared(version), what=f"{line.label}: comparing version {version.number}")
        review = Review.objects.get(model_version=version, state=ReviewState.OPEN)
        for person, comment in approvers:
            with contextlib.suppress(NotAllowed):  # who approved before an interruption has no seat left
                seen = tally(review, now=now()).matter.digest
                approve_version(review=review, comment=comment, by=person, now=now(), expected_evidence=seen)
    version.refresh_from_db()
    return version


def _is_compared(version: ModelVersion) -> bool:
    return Comparison.objects.filter(challenger=version, result__isnull=False).exists()


def deployed(line: Line, version: ModelVersion, people: Cast, *, say: Say) -> Deployment:
    """Under the name of its model."""
    found = Deployment.objects.filter(project=version.project, name=line.model).first()
    if found is not None:
        return found
    say(f"{line.label}: deploying version {version.number}")
    return deploy_version(project=version.project, name=line.model, version=version, by=people.engineer, now=now())
