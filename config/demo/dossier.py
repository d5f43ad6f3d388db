"""The scoping dossier of the card fraud project: sealed, costed, compared, objected to, and a spike that runs end."""

from datetime import timedelta

from config.demo.simulator import TARGET
from config.demo.stage import Cast
from core.pages import now
from projects import queries, readiness
from projects.models import Precedent, Project
from projects.operations import (
    add_assumption,
    add_kill_criterion,
    add_precedent,
    answer_readiness,
    hand_in_objection,
    lock_spike,
    open_ceiling,
    plan_spike,
    rate_precedent,
    revise_assumption,
    revise_dossier,
    revise_option,
    seal_ceiling,
    settle_assumption,
    start_from_template,
)

LIMITS = {"money": 900_000.0, "skills": {"engineering": 30.0}, "run_cost": 300_000.0, "latency_ms": 80.0}
RATINGS = {
    "label": 1,
    "base_rate": 1,
    "data": 0,
    "signal": 0,
    "adversary": 1,
    "latency": 0,
    "costs": 0,
    "integration": 0,
    "regulation": 1,
    "team": 0,
}

# Whose it is, and what it says.
ASSUMPTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    (
        "scientist",
        {
            "text": "There is enough signal in the transactions to find clearly more than the rules do.",
            "importance": "high",
            "test": "Boosting on the existing features, three seeds.",
        },
    ),
    (
        "product",
        {
            "text": "Half of the customers who are warned confirm or deny within a minute.",
            "importance": "medium",
            "test": "Ask the call centre for the answers of last quarter.",
        },
    ),
    (
        "engineer",
        {
            "text": "Every feature is known at the moment of the payment.",
            "importance": "high",
            "test": "Look each one up where the payment is decided.",
        },
    ),
)

# Who answers what the data do not say themselves.
ANSWERS = {
    "exists": ("engineer", "The payments of September lie in the warehouse."),
    "lawful": ("risk", "To prevent fraud: a legitimate interest, in the record of processing activities."),
    "joined": ("engineer", "Card and merchant join to their tables; 0.02% find no merchant."),
    "label": ("scientist", "A payment that was charged back or confirmed as fraud."),
    "delay": ("scientist", "Nine of ten charge-backs are in after 45 days: the test waits as long."),
    "volume": ("scientist", "Some hundred frauds a month."),
    "available": ("engineer", "Each feature was looked up where the payment is decided."),
    "stable": ("scientist", "There is one month only; December is watched by the monitors."),
}

# Who, what they have against it, whether it is nothing.
OBJECTIONS = (
    ("product", "Customers who are blocked wrongly leave without a word: count them before more is blocked.", False),
    ("scientist", "The newest fraud is not labelled yet; what looks like a fall of recall may be a delay.", False),
    ("engineer", "The scoring host has no headroom in December.", False),
    ("validator", "None beyond the register: each of its high risks has an owner.", True),
)


def tell(project: Project, people: Cast, *, experiment: str, dataset: str) -> None:
    """Fill it up to what the scope gate asks for, or what is missing of it."""
    if not queries.dossier_of(project).version:
        start_from_template(project=project, template="card_fraud", by=people.scientist, now=now())
    if queries.ceiling(project) is None:
        seal_ceiling(project=project, values=LIMITS, by=people.owner, now=now())
    _measure_and_cost(project, people)
    _compare(project, people)
    _ask(project, people)
    ceiling = queries.ceiling(project)
    if ceiling is not None and ceiling.opened_at is None:
        open_ceiling(ceiling=ceiling, by=people.owner, now=now())
    _spike(project, people, experiment, dataset)
    _assume(project, people)
    _ready(project, people, dataset)


def _measure_and_cost(project: Project, people: Cast) -> None:
    measured = {
        "today_recall": 0.42,
        "today_false_alarm_rate": 0.004,
        "today_run_cost": 120_000.0,
        "today_source": "The rules in force, on the simulated transactions of September.",
        "today_measured_on": now().date() - timedelta(days=30),
    }
    if queries.dossier_of(project).today_measured_on is None:
        revise_dossier(project=project, values=measured, by=people.scientist, now=now())
    option = queries.option(project, 2)
    if option.costed_by_id is None:
        revise_option(option=option, values={"estimate": 21.0}, by=people.scientist, now=now())


def _compare(project: Project, people: Cast) -> None:
    precedent = queries.precedents(project).first() or add_precedent(
        project=project,
        values={
            "title": "Churn early warning",
            "planned_effort": 9.0,
            "actual_effort": 14.0,
            "source": "Its closing report, appendix B.",
        },
        by=people.scientist,
        now=now(),
    )
    for by in (people.scientist, people.validator):
        if not precedent.sheets.filter(rater=by).exists():
            rate_precedent(precedent=precedent, ratings=RATINGS, evidence={}, by=by, now=now())
    _use(project, precedent, people)


def _use(project: Project, precedent: Precedent, people: Cast) -> None:
    option = queries.option(project, 2)
    if option.precedent_id is None:
        revise_option(option=option, values={"precedent": precedent}, by=people.scientist, now=now())


def _ask(project: Project, people: Cast) -> None:
    said = {one.author_id for one in queries.objections(project)}
    for who, text, has_none in OBJECTIONS:
        by = getattr(people, who)
        if by.pk not in said:
            hand_in_objection(project=project, text=text, has_none=has_none, by=by, now=now())


def _assume(project: Project, people: Cast) -> None:
    """What the plan rests on: the spike settles the first, a person found out the last."""
    if queries.assumptions(project).exists():
        return
    for who, values in ASSUMPTIONS:
        add_assumption(project=project, values=values | {"owner": getattr(people, who)}, by=people.scientist, now=now())
    first, *_, last = queries.assumptions(project)
    spike = queries.spikes(project).first()
    revise_assumption(assumption=first, values={"spike": spike}, by=people.scientist, now=now())
    finding = "The scoring host holds all of them for each card; asked of the payments team."
    settle_assumption(assumption=last, state="supported", finding=finding, by=people.scientist, now=now())


def _ready(project: Project, people: Cast, dataset: str) -> None:
    """What the profile does not tell, persons answer."""
    named = {"dataset": f"{dataset}@v1", "dataset_label": TARGET, "dataset_positive": "1"}
    if not queries.dossier_of(project).dataset:
        revise_dossier(project=project, values=named, by=people.scientist, now=now())
    for one in readiness.checks(project, queries.dossier_of(project)):
        if one["state"] != "ok":
            who, reason = ANSWERS[one["check"]]
            by = getattr(people, who)
            answer_readiness(project=project, check=one["check"], is_met=True, reason=reason, by=by, now=now())


def _spike(project: Project, people: Cast, experiment: str, dataset: str) -> None:
    """Locked before the first run: the demo's runs end it, and reach the kill criterion."""
    if not queries.kill_criteria(project).exists():
        add_kill_criterion(
            project=project,
            values={
                "text": "A model finds clearly more than the rules do.",
                "due_date": now().date() + timedelta(days=90),
                "metric": "average_precision",
                "threshold": 0.45,
            },
            decider=people.owner,
            by=people.product,
            now=now(),
        )
    if queries.spikes(project).exists():
        return
    spike = plan_spike(
        option=queries.option(project, 2),
        tests="recall",
        values={
            "title": "Is there enough signal in the transactions?",
            "hypothesis": "Boosting on the existing features finds clearly more than the rules do.",
            "experiment": experiment,
            "dataset": f"{dataset}@v1",
            "metric": "average_precision",
            "proceed_at": 0.45,
            "kill_at": 0.31,
            "spending_cap": 8000.0,
        },
        by=people.scientist,
        now=now(),
    )
    lock_spike(spike=spike, by=people.scientist, now=now())
