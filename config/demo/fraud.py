"""Card fraud scoring: the whole line, on simulated transactions, told in the order in which a team would do it.

Every chapter looks whether it has been told before, so that a demo that was interrupted goes on where it stopped.
"""

from collections.abc import Sequence
from datetime import timedelta

from config.demo import churn, dossier, fraud_dossier, line, register, sprint_review
from config.demo.fraud_dossier import DATASET, EXPERIMENT
from config.demo.line import Line
from config.demo.simulator import TARGET, simulate
from config.demo.stage import Cast, Say, project_with_everybody, wait_until
from core.pages import now
from experiments.models import DatasetVersion, Run
from experiments.operations import link_run
from models_registry.models import Deployment, ModelVersion
from monitoring.models import Monitor
from monitoring.operations import create_monitor
from projects import queries
from projects.enums import ItemState, SprintState, Stage
from projects.models import Project, Scope, Sprint, WorkItem
from projects.operations import add_item, move_item, plan_sprint, revise_scope, start_sprint

KEY = "FRD"
ROWS = 12_000
LINE = Line("card fraud", DATASET, TARGET, EXPERIMENT, model="fraud-scorer")

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

COMPARED = "Compare deep boosting with shallow trees"
# What an experiment tests, as its card says it.
TESTS = {
    COMPARED: {
        "hypothesis": "Deeper trees find more fraud than shallow ones, on rows that neither has seen.",
        "time_box_days": 5,
        "metric": "val_average_precision",
        "baseline": 0.31,
    }
}

Planned = tuple[str, str, int, str, str]
"""Title, kind, points, who does it, the lane it stands in."""

COMMITTED: tuple[Planned, ...] = (
    ("Freeze the holdout by the content of its rows", "data", 3, "scientist", "done"),
    ("Agree on the minimal useful value with Operations", "story", 2, "product", "done"),
    ("Rehearse the roll-back", "release", 2, "engineer", "done"),
    (COMPARED, "experiment", 5, "scientist", "review"),
    ("Recall by merchant category in the review", "task", 2, "validator", "review"),
    ("Watch the merchant mix in production", "release", 3, "engineer", "in_progress"),
    ("Velocity features without leakage", "experiment", 8, "scientist", "in_progress"),
    ("Explain a block to the contact centre", "story", 3, "product", "ready"),
    ("Graph network over card pairs", "experiment", 13, "scientist", "dropped"),
)
ADDED: tuple[Planned, ...] = (("Price the scoring host for December", "risk", 1, "engineer", "ready"),)


def begin(people: Cast) -> DatasetVersion:
    """The project and its data."""
    project = project_with_everybody(
        key=KEY,
        name="Card fraud scoring",
        purpose="Stop fraudulent card payments within the hour, on simulated transactions.",
        people=people,
    )
    return line.uploaded(
        LINE,
        project,
        people,
        make=lambda: simulate(ROWS, seed=1),
        filename="transactions_september.csv",
        note="SIMULATED transactions; no row is a real payment",
    )


def tell(*, people: Cast, say: Say) -> None:
    """Build the project up to a live, watched deployment, or what is missing of it."""
    say(f"card fraud: {ROWS:,} simulated transactions")
    data = begin(people)
    project = data.project
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
    line.wait_for_profile(LINE, data)
    if not queries.gate_decisions(project).exists():  # a demo from before there were dossiers has passed without one
        _dossier(project, people)
    line.pass_one(
        project,
        Stage.SCOPING,
        people,
        "The promise is measured, priced and worth testing.",
        approvers=(people.owner, people.sponsor, people.engineer, people.risk),
    )
    say("card fraud: sprints")
    _sprints(project, people)
    say("card fraud: experiments")
    shallow, full = _runs(project, data, people, say)
    line.pass_one(
        project,
        Stage.FEASIBILITY,
        people,
        "A first model clears the minimal useful value.",
        approvers=(people.owner, people.risk),
    )
    first = _approved(shallow, people, say, "Shallow boosting: the simplest model that pays for itself.")
    deployment = line.deployed(LINE, first, people, say=say)
    _approved(full, people, say, "Deeper boosting finds more fraud on the same holdout.", deployment)
    wait_until(lambda: _serves(full), what="deploying version 2")
    _monitor(deployment, people)
    line.pass_one(
        project,
        Stage.DELIVERY,
        people,
        "Approved, live, watched.",
        approvers=(people.owner, people.engineer, people.risk),
    )
    register.watch(project, deployment, people)


def _dossier(project: Project, people: Cast) -> None:
    """It compares itself with the churn project, which is finished and stands in the library."""
    finished = queries.finished_projects().filter(project__key=churn.KEY).first()
    dossier.tell(project, people, fraud_dossier.DOSSIER, finished=finished)


def _scope(project: Project, people: Cast) -> None:
    if Scope.objects.get(project=project).version == 1:
        revise_scope(project=project, values=SCOPE, by=people.product, now=now())


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
    running = Sprint.objects.get(project=project, number=2)
    _planned(project, running, COMMITTED, people)
    if running.state == SprintState.PLANNED:
        running = start_sprint(sprint=running, by=people.product, now=now())
    _worked(project, people)
    _planned(project, running, ADDED, people)
    sprint_review.second(running, people)


def _planned(project: Project, sprint: Sprint, items: Sequence[Planned], people: Cast) -> None:
    known = set(WorkItem.objects.filter(project=project).values_list("title", flat=True))
    for title, kind, points, who, _ in items:
        if title not in known:
            add_item(
                project=project,
                title=title,
                kind=kind,
                points=points,
                assignee=getattr(people, who),
                sprint=sprint,
                more=TESTS.get(title),
                by=people.product,
                now=now(),
            )


def _worked(project: Project, people: Cast) -> None:
    """Each in the lane that it has reached, by way of the work."""
    ready = {item.title: item for item in WorkItem.objects.filter(project=project, state=ItemState.READY)}
    for title, *_, who, lane in COMMITTED:
        by = people.product if who == "validator" else getattr(people, who)
        if title in ready and lane != "ready":
            for step in dict.fromkeys(["in_progress", lane]):
                move_item(item=ready[title], state=step, by=by, now=now())


def _runs(project: Project, data: DatasetVersion, people: Cast, say: Say) -> tuple[Run, Run]:
    """Four runs, trained by the workers; the shallow and the full boosting become versions 1 and 2."""
    shallow: dict[str, object] = {"max_iter": 10, "learning_rate": 0.05, "max_leaf_nodes": 4}
    planned: tuple[tuple[str, str, dict[str, object]], ...] = (
        ("boosting-shallow", "hist_gradient_boosting", shallow),
        ("boosting-full", "hist_gradient_boosting", {}),
        ("logistic-baseline", "logistic_regression", {}),
        ("forest-60", "random_forest", {"n_estimators": 60}),
    )
    runs = [
        line.started(LINE, data, people, name=name, estimator=estimator, settings=settings)
        for name, estimator, settings in planned
    ]
    first, second, *_ = [line.trained(LINE, run, say=say) for run in runs]
    _test((first, second), people)
    return first, second


def _test(runs: Sequence[Run], people: Cast) -> None:
    """The card of the experiment shows how the better of them came to its value."""
    for run in runs:
        item = WorkItem.objects.filter(project=run.project, title=COMPARED).first()
        link_run(run=run, item=item, by=people.scientist, now=now())


def _approved(run: Run, people: Cast, say: Say, reason: str, deployment: Deployment | None = None) -> ModelVersion:
    approvers = (
        (people.validator, "Read the comparison, the lineage and the slices. It may go to production."),
        (people.risk, "The risks that it touches have owners and controls."),
    )
    return line.approved(LINE, run, people, say=say, reason=reason, approvers=approvers, deployment=deployment)


def _serves(run: Run) -> bool:
    return Deployment.objects.filter(live_version__run=run).exists()


def _monitor(deployment: Deployment, people: Cast) -> None:
    """Windows of ten seconds, so that a newcomer sees within two minutes what takes days in a real project. Not by the
    engineer, who decides on the release: whoever made the last change does not."""
    if not Monitor.objects.filter(deployment=deployment).exists():
        create_monitor(
            deployment=deployment,
            window_seconds=10,
            min_rows=150,
            confirm_windows=3,
            retrain_on_drift=True,
            min_labels=1500,
            cooldown_seconds=300,
            by=people.scientist,
            now=now(),
        )
