"""Who decided what, when, in which role."""

from django.db.models import Q

from documents.evidence.registry import Subject, evidence, moment, of_version
from documents.paper import Answer
from models_registry.events import VERSION_APPROVED
from models_registry.models import Approval, ModelVersion, Review
from projects import queries
from projects.events import PROJECT_CLASSIFIED
from projects.gates import evaluate, next_gate


@evidence("decisions.gates")
def gates(subject: Subject) -> Answer:
    rows = [
        [str(one), str(one.decided_by), moment(one.decided_at), one.comment]
        for one in queries.gate_decisions(subject.project)
    ]
    return Answer.of_table(["Gate", "By", "When", "Comment"], rows, missing="a gate that was passed")


@evidence("decisions.evidence")
def gate_evidence(subject: Subject) -> Answer:
    """What every check said when each gate was passed."""
    rows = [
        [str(one), str(check["label"]), str(check["state"]), str(check["value"]), str(check["source"])]
        for one in queries.gate_decisions(subject.project)
        for check in one.evidence
    ]
    return Answer.of_table(["Gate", "Check", "Said", "Evidence", "From"], rows, missing="evidence of a gate")


@evidence("decisions.next_gate")
def now(subject: Subject) -> Answer:
    """What the checks of the next gate say now."""
    gate = next_gate(subject.project)
    if gate is None:
        return Answer.of_facts(next_gate="none: the project is retired")
    checks = evaluate(subject.project)
    rows = [[check.label, check.state, check.value, check.source] for check in checks]
    table = Answer.of_table([gate.label, "Says", "Evidence", "From"], rows, missing=f"checks of the {gate.label}")
    return Answer(table.blocks, [check.label for check in checks if not check.is_met])


@of_version("decisions.reviews")
def reviews(version: ModelVersion) -> Answer:
    """Each decision with its reason, the person and the role that they had."""
    found = Approval.objects.filter(review__model_version=version).select_related("review", "approver").order_by("pk")
    rows = [
        [str(one.review), one.get_decision_display(), str(one.approver), one.role, moment(one.at), one.comment]
        for one in found
    ]
    head = ["Review", "Decision", "By", "Role then", "When", "Comment"]
    return Answer.of_table(head, rows, missing="a decision by a second person")


@of_version("decisions.checks")
def checks(version: ModelVersion) -> Answer:
    """What every check said when the version was decided about last."""
    found = (
        Review.objects.filter(model_version=version, decided_at__isnull=False).order_by("-decided_at", "-pk").first()
    )
    rows = [[str(one["label"]), str(one["state"]), str(one["value"])] for one in found.checks] if found else []
    return Answer.of_table(["Check", "Said", "Evidence"], rows, missing="a review that was decided")


@evidence("decisions.changes")
def changes(subject: Subject) -> Answer:
    """What was classified, approved, deployed, rolled back and retrained, newest first."""
    wanted = Q(type__in=[VERSION_APPROVED, PROJECT_CLASSIFIED])
    for family in ("deployment.", "retraining.", "gate."):
        wanted |= Q(type__startswith=family)
    found = queries.events(subject.project).filter(wanted).order_by("-seq")[:MOST_ROWS]
    rows = [[one.at[:16].replace("T", " "), one.type, one.subject_label, one.actor_label] for one in found]
    return Answer.of_table(["When (UTC)", "What", "Of", "By"], rows, missing="a change after it was made")


MOST_ROWS = 100
