"""Whether persons decided as a policy asks for, on whatever it is: a gate, or a version of a model.

Nothing here is kept: what an approval is worth is computed from what is in the database at this moment, under a lock
when it is used. So it is stale in the very transaction in which the evidence changes.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from core.models import User
from projects import queries
from projects.models import Delegation, Membership
from projects.policy import CONTRIBUTORS, LAST_CHANGE, NOT_ALONE, ApprovalRule, GatePolicy, Vote, counts_for, missing
from projects.roles import TEAM, Role

STALE = "It was about something else: what it rests on changed since."
EXPIRED = "It is too old."


class Verdict(Protocol):
    """What somebody decided, as it is kept."""

    approver: User
    approver_id: int
    role: str
    delegation: Delegation | None
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
    delegations: Sequence[Delegation] = ()
    """Those that run today."""
    barred: Collection[int] = field(default_factory=frozenset)
    """Who may not decide on it in any role, such as whoever asked for it; nor do they hand on a right to."""

    def seats_of(self, person: int) -> list[tuple[str, Delegation | None]]:
        """The roles in which this person may decide today: their own, unless they handed it on, and those that were
        handed to them. No right goes to whoever did the work, nor comes from whoever could not use it themselves."""
        own = self.roles.get(person, "")
        handed_on = any(one.given_by_id == person and one.role == own for one in self.delegations)
        found: list[tuple[str, Delegation | None]] = [] if handed_on or not own else [(own, None)]
        if person not in self.worked:
            found += [(one.role, one) for one in self._lent_to(person) if not self._is_void(one)]
        return found

    def seat_for(self, person: int, given: Sequence[Verdict]) -> tuple[str, Delegation | None]:
        """The role in which a decision of this person fills most of what is missing besides those given."""
        seats = self.seats_of(person) or [(self.roles.get(person, ""), None)]
        votes = self._votes(given)

        def empty(seat: tuple[str, Delegation | None]) -> int:
            return sum(missing(self.wanted, [*votes, self._vote(person, seat[0])]))

        return min(seats, key=empty)

    def may_veto(self, person: int) -> bool:
        return any(role in self.rules.veto for role, _ in self.seats_of(person))

    def why_not_counts(self, verdict: Verdict, digest: str, now: datetime) -> str:
        """Why a verdict on `digest` does not count; empty: it does."""
        if verdict.withdrawn_at:
            return "It was withdrawn."
        if digest != self.digest:
            return STALE
        days = self.rules.valid_days
        if days and verdict.at + timedelta(days=days) <= now:
            return EXPIRED
        gone = self.why_not_holds(verdict) or self.why_separate(verdict.approver_id)
        lent = verdict.delegation
        if gone or lent is None or not self._is_void(lent):
            return gone or ""
        return f"{lent.given_by} could not have decided this, and so hands no right to {verdict.approver}."

    def why_not_holds(self, verdict: Verdict) -> str:
        """Why the right in which somebody decided is gone. One that was handed over counts on after its last day, as
        long as it was not taken back."""
        lent = verdict.delegation
        if lent is not None and (lent.ended_at or not self._holds(lent)):
            return f"The right in which {verdict.approver} decided was taken back."
        if lent is not None and verdict.approver_id in self.worked:
            return f"{verdict.approver} contributed since, and no right is handed to whoever did the work."
        role = self.roles.get(verdict.approver_id)
        if not verdict.approver.is_active or role is None or (lent is None and role != verdict.role):
            return f"{verdict.approver} no longer has the role in which they decided."
        return ""

    def _lent_to(self, person: int) -> list[Delegation]:
        return [one for one in self.delegations if one.given_to_id == person and self._holds(one)]

    def _is_void(self, one: Delegation) -> bool:
        """Nobody decides through another what they may not decide themselves."""
        return one.given_by_id in self.barred or self.why_separate(one.given_by_id) is not None

    def _holds(self, one: Delegation) -> bool:
        """Nobody hands on what they no longer have."""
        return self.roles.get(one.given_by_id) == one.role and one.given_to_id in self.roles

    def why_separate(self, person: int) -> str | None:
        asked = self.rules.separation
        if LAST_CHANGE in asked and self.worked and self.worked[-1] == person:
            return f"You made the last change to what {self.name} is about, and nobody approves their own work."
        if CONTRIBUTORS in asked and person in self.worked:
            return f"You contributed to what {self.name} is about, and nobody approves their own work."
        return None

    def why_no_seat(self, person: int) -> str | None:
        """Why the policy asks for nobody like this person."""
        votes = [self._vote(person, role) for role, _ in self.seats_of(person)]
        if any(counts_for(rule, vote) for rule in self.wanted for vote in votes):
            return None
        role = self.roles.get(person, "")
        handed_on = next((one for one in self.delegations if one.given_by_id == person and one.role == role), None)
        if handed_on is not None:
            until = f"{handed_on.given_to} until {handed_on.ends_on}"
            return f"You handed your right to decide to {until}: take it back first."
        void = next((one for one in self._lent_to(person) if self._is_void(one)), None)
        if void is not None:
            return f"{void.given_by} could not have decided this, and so hands no right to you."
        inside = any(role in rule.roles for rule in self.wanted)
        wanted = ", ".join(dict.fromkeys(words(rule, 1) for rule in self.wanted))
        mine = f"you are {Role(role).label.lower()}" if role else "you are not in this project"
        return f"{_upper(self.name)} is decided by {wanted}; {'you work on this project' if inside else mine}."

    def lacking(self, given: Sequence[Verdict]) -> list[str]:
        """Who is missing besides those who decided so, each in words."""
        votes = self._votes(given)
        persons = {vote.person for vote in votes}
        counts = missing(self.wanted, votes)
        found = [words(rule, count) for rule, count in zip(self.wanted, counts, strict=True) if count]
        if NOT_ALONE in self.rules.separation and persons and not found and persons <= set(self.authors):
            found.append("somebody who wrote none of its spikes, kill criteria and objections")
        return found

    @property
    def unfilled(self) -> list[str]:
        """Roles that are asked for and that nobody in the project has, each in words."""
        held = set(self.roles.values())
        return [words(rule, 1) for rule in self.wanted if not held & set(rule.roles)]

    def _vote(self, person: int, role: str) -> Vote:
        return replace(vote_of(person, self.roles, self.worked), role=role)

    def _votes(self, given: Sequence[Verdict]) -> list[Vote]:
        """One for each right: whoever handed theirs on and whoever got it do not both count."""
        by_right: dict[int, Vote] = {}
        for one in given:
            holder = one.delegation.given_by_id if one.delegation else one.approver_id
            by_right.setdefault(holder, self._vote(one.approver_id, one.role))
        return list(by_right.values())


def eased(
    wanted: Sequence[ApprovalRule], roles: Mapping[int, str], *, is_lowest: bool
) -> tuple[tuple[ApprovalRule, ...], list[str]]:
    """What is asked for, and warnings. In a project of the lowest tier, where only one person has a role of which more
    are asked for, that one suffices; nowhere does nobody."""
    found, warnings = [], []
    for rule in wanted:
        there = sum(role in rule.roles for role in roles.values())
        if is_lowest and there == 1 < rule.count:
            warnings.append(
                f"The policy asks for {words(rule, rule.count)}, and there is only {there}: at tier 1 it will do."
            )
            found.append(replace(rule, count=there))
        else:
            found.append(rule)
    return tuple(found), warnings


def delegations_in(project_id: int) -> list[Delegation]:
    return list(queries.running_delegations(project_id))


def roles_in(project_id: int) -> dict[int, str]:
    return dict(Membership.objects.filter(project=project_id).values_list("user_id", "role"))


def vote_of(person: int, roles: Mapping[int, str], worked: Collection[int]) -> Vote:
    role = roles.get(person, "")
    return Vote(person, role, is_outside=role not in TEAM and person not in worked)


def words(rule: ApprovalRule, count: int) -> str:
    roles = " or ".join(Role(role).label.lower() for role in rule.roles)
    outside = " from outside the team" if rule.outside_team else ""
    return f"{_article(roles) if count == 1 else count} {roles}{outside}"


def _article(word: str) -> str:
    return "an" if word[:1] in "aeiou" else "a"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
