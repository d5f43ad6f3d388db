"""What approvals are worth now: of gates, and of anything else that a policy lets persons decide on."""

from projects.approvals.matter import EXPIRED, STALE, TEAM, Matter, delegations_in, eased, roles_in, vote_of, words
from projects.approvals.tally import (
    APPROVING,
    Standing,
    Tally,
    require_not_refused,
    require_quorum,
    status_of,
    tally,
    why_not_decide_gate,
    why_not_pass_in_emergency,
)

__all__ = [
    "APPROVING",
    "EXPIRED",
    "STALE",
    "TEAM",
    "Matter",
    "Standing",
    "Tally",
    "delegations_in",
    "eased",
    "require_not_refused",
    "require_quorum",
    "roles_in",
    "status_of",
    "tally",
    "vote_of",
    "why_not_decide_gate",
    "why_not_pass_in_emergency",
    "words",
]
