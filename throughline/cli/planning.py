"""Scope, risks, sprints and work items."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from throughline.cli.commands import Cli, command, given, group, key, limit

if TYPE_CHECKING:
    from throughline import answers

number = click.argument("number", type=int)
DATE = click.DateTime(["%Y-%m-%d"])


def register(main: click.Group) -> None:
    _scope(group(main, "scope", "What a project promises."))
    _risks(group(main, "risks", "The risk register."))
    _sprints(group(main, "sprints", "Sprints."))
    _items(group(main, "items", "Work items."))


def _scope(scope: click.Group) -> None:
    @command(scope, "show")
    @key
    def show(cli: Cli, key: str) -> None:
        """What is promised, and whether it pays."""
        _tell_scope(cli, cli.project(key).scope())

    @command(scope, "set")
    @key
    @click.option("--decision", help="What is decided by the model.")
    @click.option("--metric", help="What is measured, e.g. average_precision.")
    @click.option("--direction", type=click.Choice(["higher", "lower"]), help="Which is better.")
    @click.option("--baseline", type=float, help="What is reached today.")
    @click.option("--baseline-source", help="Where that was measured.")
    @click.option("--minimal-useful", type=float, help="From where on it is of use.")
    @click.option("--benefit-low", help="Money a year, at least.")
    @click.option("--benefit-high", help="Money a year, at most.")
    @click.option("--cost-low", help="Money a year, at least.")
    @click.option("--cost-high", help="Money a year, at most.")
    @click.option("--precedent", help="What was done before and is like it.")
    @click.option("--precedent-difference", help="What is different this time.")
    def set_scope(cli: Cli, key: str, **values: Any) -> None:
        """Revise what is given; the rest stays as it is."""
        changed = given(**values)
        if not changed:
            raise click.UsageError("Nothing to set: give at least one of the options.")
        one = cli.project(key).revise_scope(**changed)
        cli.done(one, f"Revised the scope of {key}. {one.affordability.sentence}", id=one.version)


def _tell_scope(cli: Cli, one: "answers.Scope") -> None:
    fields = {
        "decision": one.decision,
        "metric": one.metric and f"{one.metric}, {one.direction} is better",
        "baseline": one.baseline,
        "measured": one.baseline_source,
        "minimal useful": one.minimal_useful,
        "benefit": _range(one.benefit_low, one.benefit_high),
        "cost": _range(one.cost_low, one.cost_high),
        "precedent": one.precedent,
        "difference": one.precedent_difference,
        "affordable": one.affordability.sentence,
        "revised by": one.revised_by,
    }
    cli.one(one, fields, id=one.version)


def _range(low: str | None, high: str | None) -> str | None:
    return None if low is None and high is None else f"{low or '?'} to {high or '?'} a year"


def _risks(risks: click.Group) -> None:
    @command(risks, "list")
    @key
    @limit
    def list_risks(cli: Cli, key: str, limit: int) -> None:
        """The register, newest first."""
        columns = {
            "number": lambda one: one.number,
            "level": lambda one: one.level,
            "state": lambda one: one.state,
            "phase": lambda one: one.phase,
            "owner": lambda one: one.owner,
            "title": lambda one: one.title,
        }
        cli.rows(cli.project(key).risks(), columns, id=lambda one: one.number, limit=limit)

    @command(risks, "add")
    @key
    @click.argument("title")
    @click.option("--phase", required=True, help="Where it lies, e.g. data.")
    @click.option("--likelihood", type=int, required=True, help="1 to 5.")
    @click.option("--impact", type=int, required=True, help="1 to 5.")
    @click.option("--owner", help="A member's user name.")
    @click.option("--cause", help="Because of what.")
    @click.option("--event", help="What may happen.")
    @click.option("--consequence", help="And then.")
    def add(cli: Cli, key: str, title: str, **values: Any) -> None:
        """Put a risk into the register."""
        one = cli.project(key).add_risk(title, **given(**values))
        cli.done(one, f"Risk {one.number}, {one.level}: {one.title}", id=one.number)

    @command(risks, "treat")
    @key
    @number
    @click.argument("treatment")
    def treat(cli: Cli, key: str, number: int, treatment: str) -> None:
        """Say what was done about it."""
        _tell_risk(cli, cli.project(key).treat_risk(number, treatment))

    @command(risks, "accept")
    @key
    @number
    @click.argument("reason")
    def accept(cli: Cli, key: str, number: int, reason: str) -> None:
        """Live with it, for a reason. A critical risk cannot be accepted."""
        _tell_risk(cli, cli.project(key).accept_risk(number, reason))

    @command(risks, "reopen")
    @key
    @number
    def reopen(cli: Cli, key: str, number: int) -> None:
        """It stands again."""
        _tell_risk(cli, cli.project(key).reopen_risk(number))


def _tell_risk(cli: Cli, one: "answers.Risk") -> None:
    cli.done(one, f"Risk {one.number} is {one.state}.", id=one.number)


def _sprints(sprints: click.Group) -> None:
    @command(sprints, "list")
    @key
    @limit
    def list_sprints(cli: Cli, key: str, limit: int) -> None:
        """The sprints, newest first."""
        columns = {
            "number": lambda one: one.number,
            "state": lambda one: one.state,
            "from": lambda one: one.start_date,
            "to": lambda one: one.end_date,
            "goal": lambda one: one.goal,
        }
        cli.rows(cli.project(key).sprints(), columns, id=lambda one: one.number, limit=limit)

    @command(sprints, "plan")
    @key
    @click.argument("goal")
    @click.option("--from", "start", type=DATE, required=True, metavar="DATE", help="The first day.")
    @click.option("--to", "end", type=DATE, required=True, metavar="DATE", help="The last day.")
    def plan(cli: Cli, key: str, goal: str, start: datetime, end: datetime) -> None:
        """Plan the next sprint."""
        one = cli.project(key).plan_sprint(goal, start_date=start.date(), end_date=end.date())
        then = f"Start it: throughline sprints start {key} {one.number}"
        cli.done(one, f"Planned sprint {one.number}.", id=one.number, then=then)

    @command(sprints, "start")
    @key
    @number
    def start_sprint(cli: Cli, key: str, number: int) -> None:
        """Make it the active one."""
        one = cli.project(key).start_sprint(number)
        cli.done(one, f"Sprint {one.number} is {one.state}.", id=one.number)

    @command(sprints, "close")
    @key
    @number
    @click.option("--carry-to", type=int, help="The planned sprint that takes what is open; else the backlog does.")
    def close(cli: Cli, key: str, number: int, carry_to: int | None) -> None:
        """End it."""
        one = cli.project(key).close_sprint(number, carry_to=carry_to)
        cli.done(one, f"Sprint {one.number} is {one.state}.", id=one.number)


def _items(items: click.Group) -> None:
    @command(items, "list")
    @key
    @click.option("--sprint", help="A sprint's number, or none for the backlog.")
    @click.option("--state", help="One lane only.")
    @limit
    def list_items(cli: Cli, key: str, sprint: str | None, state: str | None, limit: int) -> None:
        """The items, newest first."""
        columns = {
            "key": lambda one: one.key,
            "state": lambda one: one.state,
            "sprint": lambda one: one.sprint,
            "points": lambda one: one.points,
            "assignee": lambda one: one.assignee,
            "title": lambda one: one.title,
        }
        found = cli.project(key).items(sprint=sprint, state=state)
        cli.rows(found, columns, id=lambda one: one.number, limit=limit)

    @command(items, "add")
    @key
    @click.argument("title")
    @click.option("--kind", help="E.g. story or hypothesis.")
    @click.option("--description")
    @click.option("--points", type=int)
    @click.option("--assignee", help="A member's user name.")
    @click.option("--sprint", type=int, help="A sprint's number; else it goes to the backlog.")
    def add(cli: Cli, key: str, title: str, **values: Any) -> None:
        """Add an item to a sprint or to the backlog."""
        one = cli.project(key).add_item(title, **given(**values))
        cli.done(one, f"{one.key}: {one.title}", id=one.number)

    @command(items, "move")
    @key
    @number
    @click.argument("state")
    @click.option("--before", type=int, help="The item above which it goes; else the lane's foot.")
    def move(cli: Cli, key: str, number: int, state: str, before: int | None) -> None:
        """Put it into another lane."""
        one = cli.project(key).move_item(number, state, before=before)
        cli.done(one, f"{one.key} is {one.state}.", id=one.number)
