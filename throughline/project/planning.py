"""Team, scope, risks, gates, sprints and work items."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from throughline import answers
from throughline.calls import Calls


class Planning(Calls):
    def members(self) -> Iterator[answers.Member]:
        """Who is in the project, those first who came first."""
        return self._pages(answers.Member, "members")

    def add_member(self, username: str, role: str) -> answers.Member:
        return self._post(answers.Member, "members", username=username, role=role)

    def change_role(self, username: str, role: str) -> answers.Member:
        return self._patch(answers.Member, "members", username, role=role)

    def remove_member(self, username: str) -> None:
        self._delete("members", username)

    def scope(self) -> answers.Scope:
        """What is promised, and whether it pays."""
        return self._get(answers.Scope, "scope")

    def revise_scope(self, **values: Any) -> answers.Scope:
        """Change the given fields: those of `answers.Scope` that people write."""
        return self._patch(answers.Scope, "scope", **values)

    def risks(self) -> Iterator[answers.Risk]:
        return self._pages(answers.Risk, "risks")

    def add_risk(self, title: str, *, phase: str, likelihood: int, impact: int, **values: Any) -> answers.Risk:
        """`likelihood` and `impact` are 1 to 5; also `owner`, `cause`, `consequence`, `treatment`."""
        given = {"title": title, "phase": phase, "likelihood": likelihood, "impact": impact}
        return self._post(answers.Risk, "risks", **given, **values)

    def revise_risk(self, number: int, **values: Any) -> answers.Risk:
        return self._patch(answers.Risk, "risks", number, **values)

    def treat_risk(self, number: int, treatment: str) -> answers.Risk:
        """Say what was done about it."""
        return self._post(answers.Risk, "risks", number, "treat", treatment=treatment)

    def accept_risk(self, number: int, reason: str) -> answers.Risk:
        """Live with it, for a reason."""
        return self._post(answers.Risk, "risks", number, "accept", reason=reason)

    def reopen_risk(self, number: int) -> answers.Risk:
        return self._post(answers.Risk, "risks", number, "reopen")

    def gates(self) -> answers.Gates:
        """The next gate with what each check says now, and the gates that were passed."""
        return self._get(answers.Gates, "gates")

    def pass_gate(self, comment: str = "") -> answers.Decision:
        """Pass the next gate. Needs a token with the scope approve, and every check met."""
        return self._post(answers.Decision, "gates", comment=comment)

    def sprints(self) -> Iterator[answers.Sprint]:
        return self._pages(answers.Sprint, "sprints")

    def plan_sprint(self, goal: str, *, start_date: date, end_date: date) -> answers.Sprint:
        given = {"goal": goal, "start_date": start_date.isoformat(), "end_date": end_date.isoformat()}
        return self._post(answers.Sprint, "sprints", **given)

    def start_sprint(self, number: int) -> answers.Sprint:
        return self._post(answers.Sprint, "sprints", number, "start")

    def close_sprint(self, number: int, *, carry_to: int | None = None) -> answers.Sprint:
        """What is open goes to the planned sprint `carry_to`, or to the backlog."""
        return self._post(answers.Sprint, "sprints", number, "close", carry_to=carry_to)

    def items(self, *, sprint: int | str | None = None, state: str | None = None) -> Iterator[answers.Item]:
        """`sprint` is a number, or "none" for the backlog."""
        return self._pages(answers.Item, "items", sprint=sprint, state=state)

    def item(self, number: int) -> answers.Item:
        return self._get(answers.Item, "items", number)

    def add_item(self, title: str, **values: Any) -> answers.Item:
        """Also `kind`, `description`, `points`, `assignee`, `sprint`; without a sprint it goes to the backlog."""
        return self._post(answers.Item, "items", title=title, **values)

    def revise_item(self, number: int, **values: Any) -> answers.Item:
        return self._patch(answers.Item, "items", number, **values)

    def move_item(self, number: int, state: str, *, before: int | None = None) -> answers.Item:
        """Put it into a lane, above the item `before` or at the foot."""
        return self._post(answers.Item, "items", number, "move", state=state, before=before)
