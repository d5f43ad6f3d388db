"""What the scoping dossier of the card fraud project says."""

from config.demo.dossier import Told
from config.demo.simulator import TARGET

DATASET = "card-transactions"
EXPERIMENT = "Fraud on card transactions"

DOSSIER = Told(
    template="card_fraud",
    limits={"money": 900_000.0, "skills": {"engineering": 30.0}, "run_cost": 300_000.0, "latency_ms": 80.0},
    today={
        "today_recall": 0.42,
        "today_false_alarm_rate": 0.004,
        "today_run_cost": 120_000.0,
        "today_source": "The rules in force, on the simulated transactions of September.",
    },
    estimate=21.0,
    precedent={
        "title": "Churn early warning",
        "planned_effort": 9.0,
        "actual_effort": 14.0,
        "source": "Its closing report, appendix B.",
    },
    ratings={
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
    },
    objections=(
        (
            "product",
            "Customers who are blocked wrongly leave without a word: count them before more is blocked.",
            False,
        ),
        (
            "scientist",
            "The newest fraud is not labelled yet; what looks like a fall of recall may be a delay.",
            False,
        ),
        ("engineer", "The scoring host has no headroom in December.", False),
        ("validator", "None beyond the register: each of its high risks has an owner.", True),
    ),
    assumptions=(
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
    ),
    finding="The scoring host holds all of them for each card; asked of the payments team.",
    data={"dataset": f"{DATASET}@v1", "dataset_label": TARGET, "dataset_positive": "1"},
    answers={
        "exists": ("scientist", "The payments of September lie in the warehouse."),
        "lawful": ("product", "To prevent fraud: a legitimate interest, in the record of processing activities."),
        "joined": ("scientist", "Card and merchant join to their tables; 0.02% find no merchant."),
        "label": ("scientist", "A payment that was charged back or confirmed as fraud."),
        "delay": ("scientist", "Nine of ten charge-backs are in after 45 days: the test waits as long."),
        "volume": ("scientist", "Some hundred frauds a month."),
        "available": ("scientist", "Each feature was looked up where the payment is decided."),
        "stable": ("scientist", "There is one month only; December is watched by the monitors."),
    },
    criterion={
        "text": "A model finds clearly more than the rules do.",
        "metric": "average_precision",
        "threshold": 0.45,
    },
    spike={
        "title": "Is there enough signal in the transactions?",
        "hypothesis": "Boosting on the existing features finds clearly more than the rules do.",
        "experiment": EXPERIMENT,
        "dataset": f"{DATASET}@v1",
        "metric": "average_precision",
        "proceed_at": 0.45,
        "kill_at": 0.31,
        "spending_cap": 8000.0,
    },
)
