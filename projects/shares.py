"""Who has a share in what a gate is about: a table of what each event counts as that can move a gate's digest.

A test walks every operation: one by which a person moves the digest, and which does not stand here, fails it.
"""

from collections.abc import Iterable
from enum import StrEnum

from projects import events as names
from projects.enums import Gate
from projects.roles import SECOND_LINE, Role


class Share(StrEnum):
    """`WORK`: whoever did it contributed, and where the policy says so, does not decide. `AUTHORSHIP`: it is asked of
    those who decide too, so they decide, but not among themselves. `DECISION`: it is decided, or kept in order, by
    rules of its own, and is no work on what the gate is about."""

    WORK = "work"
    AUTHORSHIP = "authorship"
    DECISION = "decision"


_shares: dict[Gate, dict[str, Share]] = {gate: {} for gate in Gate}
_duties: dict[str, frozenset[str]] = {}


def counts_as(share: Share, *event_types: str, at: Iterable[Gate] = tuple(Gate)) -> None:
    for gate in at:
        _shares[gate] |= dict.fromkeys(event_types, share)


def contribution(gate: Gate, *event_types: str) -> None:
    """Whoever does this contributes to what the gate is about: where the policy says so, they do not decide on it."""
    counts_as(Share.WORK, *event_types, at=[gate])


def decision(gate: Gate, *event_types: str) -> None:
    """Whoever does this decides by rules of its own: it is no work on what the gate is about."""
    counts_as(Share.DECISION, *event_types, at=[gate])


def duty(event_type: str, *roles: Role) -> None:
    """In these roles it is one's task in the decision, and no contribution. The event tells the `role`; those from
    before it did count as they did then: as no contribution."""
    _duties[event_type] = frozenset(roles)


def share_of(event_type: str, gate: Gate) -> Share | None:
    return _shares[gate].get(event_type)


def contribution_types(gate: Gate) -> frozenset[str]:
    """The events whose actors contributed to what the gate is about."""
    return frozenset(one for one, share in _shares[gate].items() if share == Share.WORK)


def authorship_types(gate: Gate) -> frozenset[str]:
    """The events whose actors wrote something that the gate rests on, or contributed."""
    return frozenset(one for one, share in _shares[gate].items() if share != Share.DECISION)


def duties() -> dict[str, frozenset[str]]:
    """Roles in which something is no contribution, by the type of its event."""
    return dict(_duties)


def is_duty(event_type: str, role: str | None) -> bool:
    """Whether it was the task of whoever did it in this role."""
    return event_type in _duties and (role is None or role in _duties[event_type])


# What every gate is bound to: the scope, the dossier, the register, the tier.
counts_as(
    Share.WORK,
    names.SCOPE_REVISED,
    names.DOSSIER_REVISED,
    names.OPTION_ADDED,
    names.OPTION_REVISED,
    names.OPTION_REMOVED,
    names.PRECEDENT_ADDED,
    names.SHEET_RATED,
    names.ASSUMPTION_ADDED,
    names.ASSUMPTION_REVISED,
    names.ASSUMPTION_SETTLED,
    names.ASSUMPTION_REMOVED,
    names.READINESS_ANSWERED,
    names.CEILING_SEALED,
    names.CEILING_OPENED,
    names.PROJECT_CLASSIFIED,
    names.TIER_LOWERING_PROPOSED,
    names.RISK_ADDED,
    names.RISK_REVISED,
    names.RISK_TREATED,
    names.RISK_REOPENED,
    names.CONTROL_ADDED,
    names.CONTROL_REVISED,
    names.INDICATOR_BOUND,
    names.INDICATOR_REMOVED,
    names.OUTCOME_REVISED,
)
# Every function objects, and whoever decides may be asked for a spike or a criterion.
counts_as(
    Share.AUTHORSHIP,
    names.SPIKE_PLANNED,
    names.SPIKE_REVISED,
    names.SPIKE_LOCKED,
    names.SPIKE_ENDED,
    names.KILL_CRITERION_ADDED,
    names.OBJECTION_HANDED_IN,
)
# Signed, judged, waived, or kept in order.
counts_as(
    Share.DECISION,
    names.TIER_LOWERED,
    names.RISK_ACCEPTANCE_PROPOSED,
    names.RISK_ACCEPTED,
    names.KILL_CRITERION_DECIDED,
    names.FINDING_OPENED,
    names.FINDING_REVISED,
    names.FINDING_CLOSED,
    names.FINDING_REOPENED,
    names.GATE_WAIVED,
    names.GATE_WAIVER_ENDED,
    names.GATE_POLICY_CHANGED,
    names.MEMBER_ADDED,
    names.MEMBER_ROLE_CHANGED,
    names.MEMBER_REMOVED,
)
# The money is the sponsor's to limit, and an estimate the second line's to doubt.
duty(names.CEILING_SEALED, Role.SPONSOR)
duty(names.CEILING_OPENED, Role.SPONSOR)
duty(names.SHEET_RATED, *SECOND_LINE)
