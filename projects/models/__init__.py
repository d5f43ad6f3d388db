"""Projects' tables."""

from projects.models.approvals import GateApproval, GateCondition, GateEvaluation, GateRequest, GateWaiver
from projects.models.assumptions import Assumption
from projects.models.attachments import Attachment
from projects.models.board import Sprint
from projects.models.capacity import SprintCapacity
from projects.models.comments import Comment, ItemComment
from projects.models.delegations import Delegation
from projects.models.dossier import Ceiling, Dossier, DossierRevision, Precedent, ScopeOption, Sheet
from projects.models.findings import Finding
from projects.models.gates import GateDecision
from projects.models.health import HealthNote
from projects.models.indicators import Indicator, IndicatorReading
from projects.models.items import (
    ItemBlock,
    ItemField,
    ItemLink,
    ItemStatus,
    ItemTemplate,
    SavedView,
    WorkItem,
)
from projects.models.library import Outcome, PriorsVersion
from projects.models.objections import Objection
from projects.models.policies import PolicyVersion, ProjectPolicy
from projects.models.project import Membership, Project
from projects.models.readiness import ReadinessAnswer
from projects.models.reviews import ReviewCard, ReviewLink, ReviewVote, SprintReview
from projects.models.risks import Control, Risk, RiskAcceptance
from projects.models.scope import Scope
from projects.models.spikes import KillCriterion, Spike
from projects.models.tiers import Classification

__all__ = [
    "Assumption",
    "Attachment",
    "Ceiling",
    "Classification",
    "Comment",
    "Control",
    "Delegation",
    "Dossier",
    "DossierRevision",
    "Finding",
    "GateApproval",
    "GateCondition",
    "GateDecision",
    "GateEvaluation",
    "GateRequest",
    "GateWaiver",
    "HealthNote",
    "Indicator",
    "IndicatorReading",
    "ItemBlock",
    "ItemComment",
    "ItemField",
    "ItemLink",
    "ItemStatus",
    "ItemTemplate",
    "KillCriterion",
    "Membership",
    "Objection",
    "Outcome",
    "PolicyVersion",
    "Precedent",
    "PriorsVersion",
    "Project",
    "ProjectPolicy",
    "ReadinessAnswer",
    "ReviewCard",
    "ReviewLink",
    "ReviewVote",
    "Risk",
    "RiskAcceptance",
    "SavedView",
    "Scope",
    "ScopeOption",
    "Sheet",
    "Spike",
    "Sprint",
    "SprintCapacity",
    "SprintReview",
    "WorkItem",
]
