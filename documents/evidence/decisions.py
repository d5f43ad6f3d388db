"""Who decided what, when, in which role."""

from django.db.models import Q

from documents.evidence.registry import Subject, evidence, moment, of_version
from documents.paper import Answer, Fact, Facts, Table
from models_registry.events import VERSION_APPROVED
from models_registry.models import Approval, ModelVersion, Review
from projects import queries
from projects.events import PROJECT_CLASSIFIED, TIER_LOWERED
from projects.gates import evaluate, next_gate
from projects.models import GateApproval
from projects.queries import GateRecord


@evidence("decisions.gates")
def gates(subject: Subject) -> Answer:
    """Each gate that was passed, then who approved of it in which role, on what, under which conditions and waivers."""
    records = queries.gate_records(subject.project)
    rows = [
        [str(one.decision), str(one.decision.decided_by), moment(one.decision.decided_at), _remark(one)]
        for one in records
    ]
    passed = Answer.of_table(["Gate", "Passed by", "When", "Comment"], rows, missing="a gate that was passed")
    blocks: list[Facts | Table] = [
        _bound(records),
        _verdicts(records),
        _withdrawn(records),
        _conditions(records),
        _waivers(records),
    ]
    return Answer([*passed.blocks, *(block for block in blocks if block.rows)], passed.missing)


def _remark(one: GateRecord) -> str:
    emergency = one.decision.emergency
    return f"In an emergency, F{emergency.number}: {one.decision.comment}" if emergency else one.decision.comment


def _bound(records: list[GateRecord]) -> Facts:
    """What each gate went by and was passed on, which is what approvals of it are bound to."""
    return Facts([Fact(str(one.decision), f"{one.policy}, digest {one.digest}") for one in records if one.policy])


def _verdicts(records: list[GateRecord]) -> Table:
    rows = [
        [
            str(record.decision),
            one.approval.get_verdict_display(),
            str(one.approval.approver),
            _role(one.approval),
            moment(one.approval.at),
            one.approval.digest[:12] + (" (something else)" if one.is_stale else ""),
            one.approval.comment,
        ]
        for record in records
        for one in record.verdicts
    ]
    return Table(["Gate", "Decision", "By", "Role then", "When", "On digest", "Comment"], rows)


def _role(approval: GateApproval) -> str:
    lent = f", for {approval.delegation.given_by}" if approval.delegation else ""
    return approval.get_role_display() + lent


def _withdrawn(records: list[GateRecord]) -> Table:
    rows = [
        [
            str(record.decision),
            f"{one.approval.get_verdict_display()} of {moment(one.approval.at)}",
            str(one.approval.approver),
            moment(one.approval.withdrawn_at),
            one.approval.withdrawn_because,
        ]
        for record in records
        for one in record.verdicts
        if one.approval.withdrawn_at
    ]
    return Table(["Gate", "Withdrawn", "By", "When", "Because"], rows)


def _conditions(records: list[GateRecord]) -> Table:
    rows = [
        [
            f"{record.decision}, {one.number}",
            one.text,
            str(one.owner),
            f"{one.due_date}",
            one.get_effect_display(),
            f"{moment(one.met_at)}, says {one.met_by}" if one.met_at else "no",
        ]
        for record in records
        for one in record.conditions
    ]
    return Table(["Condition of", "Asks for", "Owner", "By", "Missed, it", "Met"], rows)


def _waivers(records: list[GateRecord]) -> Table:
    rows = [
        [
            str(record.decision),
            one.check_id,
            one.reason,
            str(one.granted_by),
            moment(one.granted_at),
            moment(one.ended_at or one.expires_at),
        ]
        for record in records
        for one in record.waivers
    ]
    return Table(["Waiver of", "Check", "Reason", "By", "From", "Until"], rows)


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
    wanted = Q(type__in=[VERSION_APPROVED, PROJECT_CLASSIFIED, TIER_LOWERED])
    for family in ("deployment.", "retraining.", "gate."):
        wanted |= Q(type__startswith=family)
    found = queries.events(subject.project).filter(wanted).order_by("-seq")[:MOST_ROWS]
    rows = [[one.at[:16].replace("T", " "), one.type, one.subject_label, one.actor_label] for one in found]
    return Answer.of_table(["When (UTC)", "What", "Of", "By"], rows, missing="a change after it was made")


MOST_ROWS = 100
