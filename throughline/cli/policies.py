"""Policies that gates go by: from a file, and into one."""

from typing import TYPE_CHECKING, TextIO

import click

from throughline.cli.commands import Cli, command, group, limit

if TYPE_CHECKING:
    from throughline import answers

FILE = click.argument("file", type=click.File(encoding="utf-8"))


def register(main: click.Group) -> None:
    policy = group(main, "policy", "What gates ask for: check a text, try it on the past, propose it.")
    _trying(policy)
    _versions(policy)


def _trying(policy: click.Group) -> None:
    @command(policy, "check")
    @FILE
    @click.option("--project", metavar="PROJECT", help="Say what it decides of this project's next gate.")
    def check(cli: Cli, file: TextIO, project: str | None) -> None:
        """What is wrong with a policy, and whether the tests beside it pass; exits with 1 if anything is wrong, a test
        fails, or it would stop the project's next gate."""
        found = cli.client.check_policy(file.read(), project=project)
        _tell(cli, found, file.name)
        if found.problems or found.is_met is False or not all(one.is_passed for one in found.tests):
            click.get_current_context().exit(1)

    @command(policy, "simulate")
    @FILE
    @click.option("--most", type=click.IntRange(0), help="Exit with 1 if it would have stopped more than so many.")
    def simulate(cli: Cli, file: TextIO, most: int | None) -> None:
        """Which of the last gates that were passed it would have stopped, and why."""
        found = cli.client.simulate_policy(file.read())
        stopped = [one for one in found.results if one.would_block]
        rows = [(one.project, one.gate, f"{one.decided_at:%Y-%m-%d}", _why(one)) for one in stopped]
        if cli.as_json:
            cli.json(found.raw)
        elif cli.quiet:
            click.echo(found.would_block)
        else:
            cli.table([("project", "gate", "passed", "because"), *rows] if rows else [])
            skipped = f" {found.skipped} of other tiers are left out." if found.skipped else ""
            click.echo(f"It would have stopped {found.would_block} of the last {found.decisions}.{skipped}")
        if most is not None and found.would_block > most:
            click.get_current_context().exit(1)


def _why(one: "answers.PastDecision") -> str:
    return "; ".join([*one.because, *([f"lacks {', '.join(one.lacking)}"] if one.lacking else [])])


def _versions(policy: click.Group) -> None:
    @command(policy, "list")
    @limit
    def list_policies(cli: Cli, limit: int) -> None:
        """Every version of every policy, newest first."""
        columns = {"policy": _id, "state": lambda one: one.state, "title": lambda one: one.title}
        cli.rows(cli.client.policies(), columns, id=_id, limit=limit)

    @command(policy, "export")
    @click.argument("name")
    @click.argument("number", type=int)
    def export(cli: Cli, name: str, number: int) -> None:
        """Print the text of a version, to be kept beside the code."""
        found = cli.client.policy(name, number)
        if cli.as_json:
            cli.json(found.raw)
        else:
            click.echo(found.text, nl=False)

    @command(policy, "propose")
    @FILE
    def propose(cli: Cli, file: TextIO) -> None:
        """Make a draft of a text: it counts once an administrator who did not write it publishes it."""
        made = cli.client.draft_policy(file.read())
        cli.done(made, f"Proposed {_id(made)}, {made.title}.", id=_id(made))


def _tell(cli: Cli, found: "answers.PolicyCheck", file: str) -> None:
    if cli.as_json:
        cli.json(found.raw)
        return
    for one in found.problems:
        click.echo(f"{file}:{one.line}:{one.column}: {one.message}")
    for test in found.tests:
        for failure in test.failures:
            click.echo(f"{file}:{test.line}: test {test.name!r}: {failure}")
    if found.is_met is not None and not cli.quiet:
        cli.table([("state", "check", "value"), *((each.state, each.label, each.value) for each in found.checks)])
        asked = ", ".join(found.approvals) or "nobody besides who passes it"
        click.echo(f"The {found.gate} gate {'is met' if found.is_met else 'is not met'}; asks for {asked}.")
    elif not found.problems and not cli.quiet:
        passed = sum(test.is_passed for test in found.tests)
        click.echo(f"{file} is a policy{f'; {passed} of {len(found.tests)} tests pass' if found.tests else ''}.")


def _id(one: "answers.Policy") -> str:
    return f"{one.name}/{one.number}"
