"""What projects do when something happened: evidence of a gate may open a finding, or close one."""

from datetime import datetime

from core.events import on
from core.models import Event
from projects import events as names
from projects import operations
from projects.models import Project


@on(
    names.SCOPE_REVISED,
    names.DOSSIER_REVISED,
    names.OPTION_ADDED,
    names.OPTION_REVISED,
    names.OPTION_REMOVED,
    names.PRECEDENT_ADDED,
    names.PROJECT_CLASSIFIED,
    names.TIER_LOWERED,
    names.RISK_ADDED,
    names.RISK_REVISED,
    names.RISK_TREATED,
    names.RISK_ACCEPTED,
    names.RISK_REOPENED,
    names.INDICATOR_BREACHED,
    names.MEMBER_REMOVED,
    names.GATE_WAIVED,
    names.GATE_WAIVER_ENDED,
    names.GATE_POLICY_CHANGED,
)
def settle_gate_findings(event: Event) -> None:
    """Apps above call the same operation when their evidence arrives."""
    project = Project.objects.get(pk=event.stream_id)
    operations.settle_gate_findings(project=project, now=datetime.fromisoformat(event.at))
