"""Churn early warning: a small project that is over. It ran from scope to release, was retired, and stands in the
library with what it took: the card fraud project compares itself with it."""

import numpy as np
import pandas as pd

from config.demo import dossier, line, register
from config.demo.dossier import Told
from config.demo.line import Line
from config.demo.stage import Cast, Say, project_with_everybody
from core.pages import now
from experiments.models import DatasetVersion, Run
from experiments.queries import latest_metrics
from models_registry.enums import DeploymentState
from models_registry.models import Deployment
from models_registry.operations import retire_deployment
from monitoring.models import Monitor
from monitoring.operations import create_monitor
from projects import queries
from projects.enums import Stage
from projects.models import Project, Scope
from projects.operations import revise_outcome, revise_scope

KEY = "CHN"
LINE = Line("churn", "customers-of-a-year", "left", "Who leaves within 90 days", model="churn-scorer")
ROWS = 3_000
METRIC = "average_precision"

SCOPE = {
    "decision": "Marketing writes each month to those with the highest score, instead of those who were silent.",
    "metric": METRIC,
    "direction": "higher",
    "baseline": 0.09,
    "baseline_source": "The monthly list by rules, on the simulated customers of last year.",
    "minimal_useful": 0.25,
    "benefit_low": "260000",
    "benefit_high": "640000",
    "cost_low": "90000",
    "cost_high": "180000",
    "precedent": "Ranking of offers took 10 person-months; 8 were planned.",
    "precedent_difference": "Whoever leaves is rarer than whoever takes an offer.",
}

DOSSIER = Told(
    template="churn",
    limits={"money": 300_000.0, "skills": {"data science": 8.0}, "run_cost": 80_000.0},
    today={
        "today_recall": 0.2,
        "today_false_alarm_rate": 0.03,
        "today_run_cost": 30_000.0,
        "today_source": "The monthly list by rules, on the simulated customers of last year.",
    },
    estimate=9.0,
    precedent={
        "title": "Ranking of offers",
        "planned_effort": 8.0,
        "actual_effort": 10.0,
        "source": "Its closing report, page 12.",
    },
    ratings={
        "label": 0,
        "base_rate": 1,
        "data": 0,
        "signal": 0,
        "adversary": 0,
        "latency": -1,
        "costs": 0,
        "integration": 0,
        "regulation": 0,
        "team": 0,
    },
    objections=(
        ("product", "An offer to somebody who would have stayed costs as much as one that helps.", False),
        ("scientist", "None: the label is simple, and a year of it is there.", True),
        ("engineer", "The usage records come a day late.", False),
        ("validator", "None: nobody is refused anything by it.", True),
    ),
    assumptions=(
        (
            "scientist",
            {
                "text": "What customers do tells more than how long they were silent.",
                "importance": "high",
                "test": "A logistic regression against the list by rules.",
            },
        ),
        (
            "engineer",
            {
                "text": "Usage is complete on the second day of the month.",
                "importance": "medium",
                "test": "Count the records of the last twelve months by day of arrival.",
            },
        ),
    ),
    finding="In eleven of twelve months; once it took until the third day.",
    data={"dataset": f"{LINE.dataset}@v1", "dataset_label": LINE.target, "dataset_positive": "1"},
    answers={
        "exists": ("engineer", "Contracts and usage of the year lie in the warehouse."),
        "lawful": ("risk", "To keep customers: a legitimate interest; whoever objected is left out."),
        "joined": ("engineer", "Contract and usage join by the customer's number, without a loss."),
        "label": ("scientist", "A contract that ended within 90 days."),
        "delay": ("scientist", "90 days, by definition: the test waits as long."),
        "volume": ("scientist", "Some hundred who left."),
        "available": ("engineer", "All of it is known on the third day of the month."),
        "stable": ("scientist", "The prices did not change in that year."),
    },
    criterion={"text": "A model finds clearly more than the list does.", "metric": METRIC, "threshold": 0.25},
    spike={
        "title": "Does usage tell who leaves?",
        "hypothesis": "A logistic regression finds clearly more than the list by rules.",
        "experiment": LINE.experiment,
        "dataset": f"{LINE.dataset}@v1",
        "metric": METRIC,
        "proceed_at": 0.25,
        "kill_at": 0.12,
        "spending_cap": 4000.0,
    },
)

TOOK = {
    "title": "Churn early warning",
    "summary": "Monthly scores of who leaves within 90 days, for the offers that Marketing sends.",
    "actual_effort": 14.0,
    "months": 11.0,
    "run_cost": 52_000.0,
    "metric": METRIC,
    "value_realised": 240_000.0,
    "lessons": (
        "Usage came from two systems that counted months differently: three person-months nobody had planned. Half of "
        "the offers went to customers who would have stayed; an experiment with a control group comes first next time."
    ),
}


def begin(people: Cast) -> DatasetVersion:
    """The project and its data."""
    project = project_with_everybody(
        key=KEY,
        name="Churn early warning",
        purpose="See in time which customers are about to leave, on simulated customers.",
        people=people,
    )
    return line.uploaded(
        LINE,
        project,
        people,
        make=lambda: simulate(ROWS, seed=3),
        filename="customers.csv",
        note="SIMULATED customers; no row is a real person",
    )


def tell(*, people: Cast, say: Say) -> None:
    """Build the project up to its end, or what is missing of it."""
    data = begin(people)
    project = data.project
    if project.stage == Stage.RETIRED:
        return
    say("churn: from the scope to the release")
    if Scope.objects.get(project=project).version == 1:
        revise_scope(project=project, values=SCOPE, by=people.product, now=now())
    register.tell(project, people, register.CHURN_RISKS)
    register.classify(
        project, people, exposure=1, automation=1, note="It ranks offers; nobody is refused anything by it."
    )
    line.wait_for_profile(LINE, data)
    if not queries.gate_decisions(project).exists():
        dossier.tell(project, people, DOSSIER)
    line.pass_one(project, Stage.SCOPING, people, "Small, priced and worth testing.")
    run = line.started(LINE, data, people, name="logistic", estimator="logistic_regression", settings={})
    line.trained(LINE, run, say=say)
    line.pass_one(project, Stage.FEASIBILITY, people, "Usage tells who leaves.")
    version = line.approved(
        LINE,
        run,
        people,
        say=say,
        reason="The simplest model that beats the list.",
        approvers=((people.validator, "Read the comparison and the slices."),),
    )
    deployment = line.deployed(LINE, version, people, say=say)
    if not Monitor.objects.filter(deployment=deployment).exists():
        create_monitor(deployment=deployment, window_seconds=3600, min_rows=500, by=people.engineer, now=now())
    line.pass_one(project, Stage.DELIVERY, people, "Approved, live, watched.")
    _end(project, deployment, people, reached=_reached(run))


def _end(project: Project, deployment: Deployment, people: Cast, *, reached: float) -> None:
    """What it took is told, nothing serves any more, and whoever answers for it retires it."""
    if deployment.state != DeploymentState.RETIRED:
        reason = "Replaced by the offers of the new contract system."
        retire_deployment(deployment=deployment, reason=reason, by=people.engineer, now=now())
    values = TOOK | {"metric_reached": reached, "option": queries.option(project, dossier.BUILT)}
    revise_outcome(project=project, values=values, by=people.product, now=now())
    line.pass_one(project, Stage.PRODUCTION, people, "It did its work, at more than was planned.")


def _reached(run: Run) -> float:
    return next(one.value for one in latest_metrics([run])[run.pk] if one.key == METRIC)


def simulate(n: int, *, seed: int) -> pd.DataFrame:
    """One row for each customer of a year: what is known on the third day of a month, and who left within 90 days."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "months_as_customer": rng.integers(1, 120, n),
            "contract": rng.choice(["monthly", "yearly"], n, p=[0.4, 0.6]),
            "monthly_price": rng.normal(32, 9, n).clip(8).round(2),
            "days_silent": rng.exponential(14, n).round().astype(int),
            "usage_trend": rng.normal(0, 0.35, n).round(3),
            "complaints": rng.poisson(0.4, n),
        }
    )
    logit = (
        -4.2
        + 1.1 * (frame["contract"] == "monthly")
        - 0.012 * frame["months_as_customer"]
        - 4.5 * frame["usage_trend"]
        + 0.9 * frame["complaints"]
        + 0.02 * frame["days_silent"]
    )
    return frame.assign(left=(rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int))
