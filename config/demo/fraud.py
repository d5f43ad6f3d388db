"""Card fraud scoring: the whole line, on simulated transactions, told in the order in which a team would do it.

Every chapter looks whether it has been told before, so that a demo that was interrupted goes on where it stopped.
"""

import contextlib
import io
from collections.abc import Mapping, Sequence
from datetime import timedelta

from config.demo import dossier, register, sprint_review
from config.demo.simulator import TARGET, simulate
from config.demo.stage import Cast, Say, project_with_everybody, wait_for, wait_until
from core.enums import DeliveryState
from core.errors import NotAllowed
from core.models import Delivery, Job, User
from core.pages import now
from experiments.models import DatasetVersion, Run
from experiments.operations import create_dataset_version, start_training
from models_registry.approvals import tally
from models_registry.enums import ReviewState, VersionState
from models_registry.models import Comparison, Deployment, ModelVersion, Review
from models_registry.operations import (
    approve_version,
    create_version,
    deploy_version,
    ensure_model,
    request_review,
)
from monitoring.models import Monitor
from monitoring.operations import create_monitor
from projects import queries
from projects.enums import GateVerdict, Stage
from projects.models import Project, Scope, Sprint, WorkItem
from projects.operations import (
    add_item,
    decide_gate,
    move_item,
    pass_gate,
    plan_sprint,
    request_gate,
    revise_scope,
    start_sprint,
)

KEY = "FRD"
DATASET = "card-transactions"
EXPERIMENT = "Fraud on card transactions"
MODEL = DEPLOYMENT = "fraud-scorer"
ROWS = 12_000

SCOPE = {
    "decision": (
        "Operations blocks a card at once when its score is among the highest of the hour, instead of ringing the "
        "customer the next morning."
    ),
    "metric": "average_precision",
    "direction": "higher",
    "baseline": 0.31,
    "baseline_source": "The rules in force, on the simulated transactions of September.",
    "minimal_useful": 0.45,
    "benefit_low": "900000",
    "benefit_high": "2100000",
    "cost_low": "240000",
    "cost_high": "410000",
    "precedent": "Churn early warning took 14 person-months; 9 were planned.",
    "precedent_difference": "Fraud answers back, labels come late, and one case in thirty is positive.",
}

# Title, kind, points, who does it, the lane it stands in.
ITEMS = (
    ("Freeze the holdout by the content of its rows", "data", 3, "scientist", "done"),
    ("Agree on the minimal useful value with Operations", "story", 2, "product", "done"),
    ("Rehearse the roll-back", "release", 2, "engineer", "done"),
    ("Compare deep boosting with shallow trees", "experiment", 5, "scientist", "review"),
    ("Recall by merchant category in the review", "task", 2, "validator", "review"),
    ("Watch the merchant mix in production", "release", 3, "engineer", "in_progress"),
    ("Velocity features without leakage", "experiment", 8, "scientist", "in_progress"),
    ("Explain a block to the contact centre", "story", 3, "product", "ready"),
    ("Price the scoring host for December", "risk", 1, "engineer", "ready"),
    ("Graph network over card pairs", "experiment", 13, "scientist", "dropped"),
)


def tell(*, people: Cast, say: Say) -> None:
    """Build the project up to a live, watched deployment, or what is missing of it."""
    project = project_with_everybody(
        key=KEY,
        name="Card fraud scoring",
        purpose="Stop fraudulent card payments within the hour, on simulated transactions.",
        people=people,
    )
    say("card fraud: scope, risks and the first gate")
    _scope(project, people)
    register.tell(project, people, register.FRAUD_RISKS)
    register.classify(
        project,
        people,
        exposure=3,
        automation=3,
        note="It blocks payments by itself. It scores people in matters of money, but to detect financial fraud.",
        creditworthiness="financial_fraud",
    )
    data = _data(project, people, say)
    if not queries.gate_decisions(project).exists():  # a demo from before there were dossiers has passed without one
        dossier.tell(project, people, experiment=EXPERIMENT, dataset=DATASET)
    _pass_gate(
        project,
        Stage.SCOPING,
        people,
        "The promise is measured, priced and worth testing.",
        approvers=(people.owner, people.sponsor, people.engineer, people.risk),
    )
    say("card fraud: sprints")
    _sprints(project, people)
    say(f"card fraud: {ROWS:,} simulated transactions")
    shallow, full = _runs(project, data, people, say)
    _pass_gate(
        project,
        Stage.FEASIBILITY,
        people,
        "A first model clears the minimal useful value.",
        approvers=(people.owner, people.risk),
    )
    first = _approved(shallow, people, say, "Shallow boosting: the simplest model that pays for itself.")
    deployment = _deployed(project, first, people, say)
    _approved(full, people, say, "Deeper boosting finds more fraud on the same holdout.", deployment)
    wait_until(lambda: _serves(full), what="deploying version 2")
    _monitor(deployment, people)
    _pass_gate(
        project,
        Stage.DELIVERY,
        people,
        "Approved, live, watched.",
        approvers=(people.owner, people.engineer, people.risk),
    )
    register.watch(project, deployment, people)


def _scope(project: Project, people: Cast) -> None:
    if Scope.objects.get(project=project).version == 1:
        revise_scope(project=project, values=SCOPE, by=people.product, now=now())


def _pass_gate(project: Project, stage: Stage, people: Cast, comment: str, *, approvers: Sequence[User]) -> None:
    """By the strict policy, since the project is of tier 3: one asks, those whom the policy names approve."""
    project.refresh_from_db()
    if project.stage != stage:
        return
    wait_until(lambda: not _is_handling(project), what="reading the spike")  # what it says would make approvals stale
    if queries.open_request(project) is None:
        request_gate(project=project, by=people.product, now=now(), comment=comment)
    for person in approvers:
        with contextlib.suppress(NotAllowed):  # who approved before an interruption has no seat left
            decide_gate(project=project, verdict=GateVerdict.APPROVE, by=person, now=now(), comment=comment)
    pass_gate(project=project, by=people.owner, now=now(), comment=comment)


def _is_handling(project: Project) -> bool:
    return Delivery.objects.filter(event__stream_id=project.pk, state=DeliveryState.PENDING).exists()


def _sprints(project: Project, people: Cast) -> None:
    today = now().date()
    if not Sprint.objects.filter(project=project).exists():
        first = plan_sprint(
            project=project,
            goal="Is there enough signal to go on?",
            start_date=today - timedelta(days=21),
            end_date=today - timedelta(days=8),
            by=people.product,
            now=now(),
        )
        second = plan_sprint(
            project=project,
            goal="Scores that Operations can act on",
            start_date=today - timedelta(days=7),
            end_date=today + timedelta(days=6),
            by=people.product,
            now=now(),
        )
        sprint_review.first(project, first, second, people)
        start_sprint(sprint=second, by=people.product, now=now())
    running = Sprint.objects.get(project=project, number=2)
    _items(project, running, people)
    sprint_review.second(running, people)


def _items(project: Project, sprint: Sprint, people: Cast) -> None:
    known = set(WorkItem.objects.filter(project=project).values_list("title", flat=True))
    for title, kind, points, who, lane in ITEMS:
        if title in known:
            continue
        person = getattr(people, who)
        item = add_item(
            project=project,
            title=title,
            kind=kind,
            points=points,
            assignee=person,
            sprint=sprint,
            by=people.product,
            now=now(),
        )
        if lane != "ready":
            move_item(item=item, state=lane, by=person if who != "validator" else people.product, now=now())


def _data(project: Project, people: Cast, say: Say) -> DatasetVersion:
    found = DatasetVersion.objects.filter(project=project, dataset__name=DATASET, number=1).first()
    version = found or create_dataset_version(
        project=project,
        name=DATASET,
        upload=io.BytesIO(simulate(ROWS, seed=1).to_csv(index=False).encode()),
        filename="transactions_september.csv",
        note="SIMULATED transactions; no row is a real payment",
        by=people.scientist,
        now=now(),
    )
    wait_until(lambda: _is_profiled(version), what="profiling the transactions")
    return version


def _is_profiled(version: DatasetVersion) -> bool:
    return DatasetVersion.objects.filter(pk=version.pk, profile__isnull=False).exists()


def _runs(project: Project, data: DatasetVersion, people: Cast, say: Say) -> tuple[Run, Run]:
    """Four runs, trained by the workers; the shallow and the full boosting become versions 1 and 2."""
    shallow = {"max_iter": 10, "learning_rate": 0.05, "max_leaf_nodes": 4}
    runs = [
        _run(project, data, people, "boosting-shallow", "hist_gradient_boosting", shallow),
        _run(project, data, people, "boosting-full", "hist_gradient_boosting", {}),
        _run(project, data, people, "logistic-baseline", "logistic_regression", {}),
        _run(project, data, people, "forest-60", "random_forest", {"n_estimators": 60}),
    ]
    for run in runs:
        wait_for(Job.objects.get(pk=run.training.job_id or 0), say=say, what=f"card fraud: training {run.name}")
        run.refresh_from_db()
    return runs[0], runs[1]


def _run(
    project: Project, data: DatasetVersion, people: Cast, name: str, estimator: str, settings: Mapping[str, object]
) -> Run:
    found = Run.objects.filter(project=project, name=name).first()
    return found or start_training(
        project=project,
        experiment_name=EXPERIMENT,
        dataset_version=data,
        target=TARGET,
        estimator=estimator,
        settings=settings,
        seed=7,
        run_name=name,
        by=people.scientist,
        now=now(),
    )


def _approved(run: Run, people: Cast, say: Say, reason: str, deployment: Deployment | None = None) -> ModelVersion:
    """The version made of this run, proposed by the data scientist and approved by those whom the policy asks for."""
    version = ModelVersion.objects.filter(run=run).first()
    if version is None:
        model = ensure_model(project=run.project, name=MODEL, by=people.scientist, now=now())
        version = create_version(model=model, run=run, description=reason, by=people.scientist, now=now())
    if version.state == VersionState.CANDIDATE:
        request_review(version=version, reason=reason, deployment=deployment, by=people.scientist, now=now())
    say(f"card fraud: review of version {version.number}")
    version.refresh_from_db()
    if version.state == VersionState.IN_REVIEW:
        wait_until(lambda: _is_compared(version), what=f"comparing version {version.number}")
        review = Review.objects.get(model_version=version, state=ReviewState.OPEN)
        for person, comment in (
            (people.validator, "Read the comparison, the lineage and the slices. It may go to production."),
            (people.risk, "The risks that it touches have owners and controls."),
        ):
            with contextlib.suppress(NotAllowed):  # who approved before an interruption has no seat left
                seen = tally(review, now=now()).matter.digest
                approve_version(review=review, comment=comment, by=person, now=now(), expected_evidence=seen)
    version.refresh_from_db()
    return version


def _is_compared(version: ModelVersion) -> bool:
    return Comparison.objects.filter(challenger=version, result__isnull=False).exists()


def _deployed(project: Project, version: ModelVersion, people: Cast, say: Say) -> Deployment:
    found = Deployment.objects.filter(project=project, name=DEPLOYMENT).first()
    if found is not None:
        return found
    say("card fraud: deploying version 1")
    return deploy_version(project=project, name=DEPLOYMENT, version=version, by=people.engineer, now=now())


def _serves(run: Run) -> bool:
    return Deployment.objects.filter(live_version__run=run).exists()


def _monitor(deployment: Deployment, people: Cast) -> None:
    """Windows of ten seconds, so that a newcomer sees within two minutes what takes days in a real project."""
    if not Monitor.objects.filter(deployment=deployment).exists():
        create_monitor(
            deployment=deployment,
            window_seconds=10,
            min_rows=150,
            confirm_windows=3,
            retrain_on_drift=True,
            min_labels=1500,
            cooldown_seconds=300,
            by=people.engineer,
            now=now(),
        )
