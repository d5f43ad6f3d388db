"""Whether persons decided as a policy asks for, on whatever it is: a gate, or a version of a model.

Nothing here is kept: what an approval is worth is computed from what is in the database at this moment, under a lock
when it is used. So it is stale in the very transaction in which the evidence changes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from core.models import User
from projects.models import Membership
from projects.policy import CONTRIBUTORS, LAST_CHANGE, NOT_ALONE, ApprovalRule, GatePolicy, Vote, counts_for, missing
from projects.roles import Role

TEAM = frozenset({Role.OWNER, Role.PRODUCT_OWNER, Role.DATA_SCIENTIST, Role.ENGINEER})
"""Who works on a project; a validator or a viewer does, once they contributed."""

STALE = "It was about something else: what it rests on changed since."
EXPIRED = "It is too old."


class Verdict(Protocol):
    """What somebody decided, as it is kept."""

    approver: User
    approver_id: int
    role: str
    at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class Matter:
    """What is decided on, as it stands now. `digest` is what verdicts are bound to; `worked` who changed it, whoever
    did so last at the end; `authors` who wrote something that it rests on, and so do not decide alone."""

    name: str
    rules: GatePolicy
    wanted: tuple[ApprovalRule, ...]
    digest: str
    roles: Mapping[int, str]
    worked: Sequence[int] = ()
    authors: Collection[int] = field(default_factory=frozenset)

    def vote_of(self, person: int) -> Vote:
        return vote_of(person, self.roles, self.worked)

    def why_not_counts(self, verdict: Verdict, digest: str, now: datetime) -> str:
        """Why a verdict on `digest` does not count; empty: it does."""
        if verdict.withdrawn_at:
            return "It was withdrawn."
        if digest != self.digest:
            return STALE
        days = self.rules.valid_days
        if days and verdict.at + timedelta(days=days) <= now:
            return EXPIRED
        if not verdict.approver.is_active or self.roles.get(verdict.approver_id) != verdict.role:
            return f"{verdict.approver} no longer has the role in which they decided."
        return self.why_separate(verdict.approver_id) or ""

    def why_separate(self, person: int) -> str | None:
        asked = self.rules.separation
        if LAST_CHANGE in asked and self.worked and self.worked[-1] == person:
            return f"You made the last change to what {self.name} is about, and nobody approves their own work."
        if CONTRIBUTORS in asked and person in self.worked:
            return f"You contributed to what {self.name} is about, and nobody approves their own work."
        return None

    def why_no_seat(self, person: int) -> str | None:
        """Why the policy asks for nobody like this person."""
        vote = self.vote_of(person)
        if any(counts_for(rule, vote) for rule in self.wanted):
            return None
        inside = any(vote.role in rule.roles for rule in self.wanted)
        wanted = ", ".join(dict.fromkeys(words(rule, 1) for rule in self.wanted))
        mine = f"you are {Role(vote.role).label.lower()}" if vote.role else "you are not in this project"
        return f"{_upper(self.name)} is decided by {wanted}; {'you work on this project' if inside else mine}."

    def lacking(self, persons: Sequence[int]) -> list[str]:
        """Who is missing besides these persons, each in words."""
        votes = [self.vote_of(person) for person in persons]
        counts = missing(self.wanted, votes)
        found = [words(rule, count) for rule, count in zip(self.wanted, counts, strict=True) if count]
        if NOT_ALONE in self.rules.separation and persons and not found and set(persons) <= set(self.authors):
            found.append("somebody who wrote none of its spikes, kill criteria and objections")
        return found


def roles_in(project_id: int) -> dict[int, str]:
    return dict(Membership.objects.filter(project=project_id).values_list("user_id", "role"))


def vote_of(person: int, roles: Mapping[int, str], worked: Collection[int]) -> Vote:
    role = roles.get(person, "")
    return Vote(person, role, is_outside=role not in TEAM and person not in worked)


def words(rule: ApprovalRule, count: int) -> str:
    roles = " or ".join(Role(role).label.lower() for role in rule.roles)
    outside = " from outside the team" if rule.outside_team else ""
    return f"{'a' if count == 1 else count} {roles}{outside}"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
