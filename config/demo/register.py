"""The demo's risk registers and tiers: told once, or again after an interruption."""

from typing import Any

from config.demo.stage import Cast
from core.pages import now
from models_registry.models import Deployment
from projects import operations, queries, tiers
from projects.models import Indicator, Project, Risk

NO_HEADROOM = "The scoring host lacks headroom in December"

FRAUD_RISKS: tuple[dict[str, Any], ...] = (
    {
        "title": "Labels arrive late, and the newest fraud is not in them",
        "cause": "A chargeback takes weeks.",
        "event": "The model is trained and judged on the fraud of last month.",
        "consequence": "New patterns pass unseen until customers complain.",
        "phase": "data",
        "category": "data",
        "inherent": (5, 4),
        "now": (4, 4),
        "target": (2, 4),
        "frequency": 4.0,
        "loss_low": 20_000.0,
        "loss_high": 150_000.0,
        "knowledge": "strong",
        "owner": "product",
        "treatment_kind": "reduce",
        "treatment": "Weekly sample, labelled by hand",
        "controls": (("A weekly sample is labelled by hand", "detective", "in_place"),),
    },
    {
        "title": "The precedent had nine times the rate of positives",
        "cause": "The estimate copies an easier project.",
        "event": "The promised recall cannot be reached.",
        "consequence": "Effort is spent on what does not pay.",
        "phase": "scoping",
        "category": "delivery",
        "inherent": (4, 4),
        "now": (3, 4),
        "target": (2, 3),
        "owner": "scientist",
        "treatment_kind": "reduce",
        "treatment": "Measure before promising",
        "controls": (("A second person rates the precedent, blind", "preventive", "in_place"),),
    },
    {
        "title": NO_HEADROOM,
        "cause": "Payments double before the holidays.",
        "event": "Answers take longer than the payment waits.",
        "consequence": "Payments pass without a score.",
        "phase": "technology",
        "category": "operations",
        "inherent": (4, 3),
        "now": (3, 3),
        "target": (1, 3),
        "frequency": 0.5,
        "loss_low": 10_000.0,
        "loss_high": 90_000.0,
        "owner": "engineer",
        "treatment_kind": "reduce",
        "treatment": "Load check before each release",
        "controls": (("Load check before each release", "preventive", "planned"),),
    },
    {
        "title": "Blocked customers leave without a word",
        "cause": "A block comes without a reason.",
        "event": "Good customers are blocked and not rung back.",
        "consequence": "They close their accounts.",
        "phase": "people",
        "category": "value",
        "inherent": (3, 4),
        "now": (2, 4),
        "target": (1, 4),
        "frequency": 1.0,
        "loss_low": 30_000.0,
        "loss_high": 400_000.0,
        "owner": "product",
        "treatment_kind": "reduce",
        "treatment": "Ring back within the hour",
        "controls": (("Every blocked customer is rung back", "corrective", "in_place"),),
    },
    {
        "title": "Payments move away from what the model learnt",
        "cause": "Merchants and habits change, and fraud answers back.",
        "event": "The features drift away from the training data.",
        "consequence": "Scores rank wrongly while nobody looks.",
        "phase": "production",
        "category": "model",
        "inherent": (4, 3),
        "now": (2, 3),
        "target": (1, 3),
        "owner": "engineer",
        "treatment_kind": "reduce",
        "treatment": "Drift is checked in every window, and retraining follows",
        "controls": (("Drift checks with retraining by policy", "detective", "in_place"),),
    },
)
DRIFTS = FRAUD_RISKS[-1]["title"]

TUMOUR_RISKS: tuple[dict[str, Any], ...] = (
    {
        "title": "One hospital's data may not speak for another's",
        "cause": "All 569 cases come from one place and one microscope.",
        "event": "The score is used where slides look different.",
        "consequence": "It ranks wrongly elsewhere, and nobody notices.",
        "phase": "scoping",
        "category": "fairness",
        "inherent": (4, 4),
        "now": (4, 4),
        "target": (2, 4),
        "knowledge": "medium",
        "owner": "scientist",
        "treatment_kind": "avoid",
        "treatment": "No use outside before a second hospital's data are in",
        "controls": (("Data of a second hospital", "preventive", "planned"),),
    },
)


CHURN_RISKS: tuple[dict[str, Any], ...] = (
    {
        "title": "Offers go to customers who would have stayed",
        "cause": "The score says who leaves, not whom an offer keeps.",
        "event": "Half of the budget is spent on customers who were not going.",
        "consequence": "The gain is smaller than it looks in the test.",
        "phase": "people",
        "category": "value",
        "inherent": (3, 3),
        "now": (3, 2),
        "target": (2, 2),
        "frequency": 12.0,
        "loss_low": 4_000.0,
        "loss_high": 15_000.0,
        "knowledge": "medium",
        "owner": "product",
        "treatment_kind": "reduce",
        "treatment": "A tenth of the customers gets no offer, to measure against",
        "controls": (("Control group of a tenth", "detective", "in_place"),),
    },
)


def tell(project: Project, people: Cast, risks: tuple[dict[str, Any], ...]) -> None:
    known = set(Risk.objects.filter(project=project).values_list("title", flat=True))
    for told in risks:
        if told["title"] not in known:
            _risk(project, people, dict(told))


def classify(project: Project, people: Cast, *, exposure: int, automation: int, note: str, **answers: str) -> None:
    """No to every question but those given."""
    if tiers.classification_of(project) is None:
        plain = {question.key: "no" for question in tiers.classifying_regime().questions}
        operations.classify_project(
            project=project,
            answers=plain | answers,
            exposure=exposure,
            automation=automation,
            note=note,
            by=people.product,
            now=now(),
        )


def watch(project: Project, deployment: Deployment, people: Cast) -> None:
    """The risk of drift rises by itself when half of the windows of a minute drifted; that of the host when slow."""
    bound = ((DRIFTS, "drift.share", "gte", 0.5, 60), (NO_HEADROOM, "serving.latency_p95", "gt", 5_000.0, 3_600))
    for title, metric, operator, threshold, seconds in bound:
        risk = Risk.objects.filter(project=project, title=title).first()
        if risk is None or Indicator.objects.filter(risk=risk).exists():
            continue
        operations.bind_indicator(
            risk=risk,
            metric=metric,
            subject=deployment.name,
            operator=operator,
            threshold=threshold,
            window_seconds=seconds,
            breach_likelihood=4,
            by=people.engineer,
            now=now(),
        )


def _risk(project: Project, people: Cast, told: dict[str, Any]) -> None:
    controls, owner = told.pop("controls"), getattr(people, told.pop("owner"))
    for name, prefix in (("inherent", "inherent_"), ("now", ""), ("target", "target_")):
        told[f"{prefix}likelihood"], told[f"{prefix}impact"] = told.pop(name)
    made = operations.add_risk(project=project, owner=owner, by=people.product, now=now(), **told)
    risk = queries.risk(project, made.number)
    for title, kind, state in controls:
        operations.add_control(
            risk=risk,
            title=title,
            kind=kind,
            state=state,
            owner=owner,
            evidence=f"/p/{project.key}/monitoring/" if kind == "detective" else f"/p/{project.key}/board/",
            by=people.product,
        )
