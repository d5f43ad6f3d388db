"""Projects' tables."""

from projects.models.board import Sprint, WorkItem
from projects.models.dossier import Dossier, DossierRevision, ScopeOption
from projects.models.gates import GateDecision
from projects.models.project import Membership, Project
from projects.models.risks import Risk
from projects.models.scope import Scope

__all__ = [
    "Dossier",
    "DossierRevision",
    "GateDecision",
    "Membership",
    "Project",
    "Risk",
    "Scope",
    "ScopeOption",
    "Sprint",
    "WorkItem",
]
