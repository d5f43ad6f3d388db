"""Projects' tables."""

from projects.models.board import Sprint, WorkItem
from projects.models.dossier import Ceiling, Dossier, DossierRevision, Precedent, ScopeOption, Sheet
from projects.models.gates import GateDecision
from projects.models.objections import Objection
from projects.models.project import Membership, Project
from projects.models.risks import Risk
from projects.models.scope import Scope
from projects.models.spikes import KillCriterion, Spike
from projects.models.tiers import Classification

__all__ = [
    "Ceiling",
    "Classification",
    "Dossier",
    "DossierRevision",
    "GateDecision",
    "KillCriterion",
    "Membership",
    "Objection",
    "Precedent",
    "Project",
    "Risk",
    "Scope",
    "ScopeOption",
    "Sheet",
    "Spike",
    "Sprint",
    "WorkItem",
]
