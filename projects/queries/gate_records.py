"""Gates that were passed, each with everything that was decided about it."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Prefetch

from projects.models import GateApproval, GateCondition, GateDecision, GateWaiver, PolicyVersion, Project


@dataclass(frozen=True)
class GivenVerdict:
    """A verdict as it was given. `is_stale`: it was about something else than what the gate was passed on."""

    approval: GateApproval
    is_stale: bool


@dataclass(frozen=True)
class GateRecord:
    """A gate that was passed, in one round: every verdict of every request that led to it, withdrawn ones too, and
    every waiver that was granted for it since the round before, or still ran."""

    decision: GateDecision
    verdicts: list[GivenVerdict]
    waivers: list[GateWaiver]

    @property
    def policy(self) -> PolicyVersion | None:
        """None where it was passed before there were policies."""
        return self.decision.evaluation.policy if self.decision.evaluation else None

    @property
    def digest(self) -> str:
        """Of what it was passed on; empty as `policy` is None."""
        return self.decision.evaluation.digest if self.decision.evaluation else ""

    @property
    def conditions(self) -> list[GateCondition]:
        return [one for verdict in self.verdicts for one in verdict.approval.conditions.all()]


def gate_records(project: Project) -> list[GateRecord]:
    """In the order in which they were passed. Four queries, however much was decided."""
    decisions = GateDecision.objects.filter(project=project).order_by("pk")
    waivers: dict[str, list[GateWaiver]] = defaultdict(list)
    for waiver in GateWaiver.objects.filter(project=project).select_related("granted_by").order_by("number"):
        waivers[waiver.gate].append(waiver)
    given: dict[str, list[GateApproval]] = defaultdict(list)
    for approval in _verdicts(project):
        given[approval.request.gate].append(approval)
    records, before = [], dict[str, datetime]()
    for one in decisions.select_related("decided_by", "emergency", "evaluation__policy"):
        since = before.get(one.gate, datetime.min.replace(tzinfo=UTC))
        asked = [each for each in given[one.gate] if _is_between(each.request.closed_at, since, one.decided_at)]
        records.append(_record(one, asked, [each for each in waivers[one.gate] if _is_of(each, since, one.decided_at)]))
        before[one.gate] = one.decided_at
    return records


def gate_record(decision: GateDecision) -> GateRecord:
    """What was decided about one gate that was passed."""
    return next(one for one in gate_records(decision.project) if one.decision == decision)


def _is_between(moment: datetime | None, since: datetime, until: datetime) -> bool:
    return moment is not None and since < moment <= until


def _is_of(waiver: GateWaiver, since: datetime, until: datetime) -> bool:
    runs = waiver.expires_at > until and (waiver.ended_at is None or waiver.ended_at > until)
    return waiver.granted_at <= until and (waiver.granted_at > since or runs)


def _record(decision: GateDecision, given: list[GateApproval], waivers: list[GateWaiver]) -> GateRecord:
    digest = decision.evaluation.digest if decision.evaluation else ""
    return GateRecord(decision, [GivenVerdict(one, one.digest != digest) for one in given], waivers)


def _verdicts(project: Project) -> list[GateApproval]:
    conditions = GateCondition.objects.select_related("owner", "met_by").order_by("number")
    found = GateApproval.objects.filter(project=project)
    found = found.select_related("request", "approver", "delegation__given_by")
    return list(found.prefetch_related(Prefetch("conditions", conditions)).order_by("pk"))
