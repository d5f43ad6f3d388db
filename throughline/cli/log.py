"""What happened in a project, and what happens now."""

import contextlib
from typing import TYPE_CHECKING

import click

from throughline.cli.commands import Cli, command, group, key, limit, timeout
from throughline.cli.output import text
from throughline.errors import TookTooLong

if TYPE_CHECKING:
    from throughline import answers

prefix = click.option("--type", "prefix", default="", metavar="BEGINNING", help="Only types that begin so: review.")


def register(main: click.Group) -> None:
    _log(group(main, "events", "Everything that happened in a project, and whether its log is intact."))
    _watch(main)


def _log(events: click.Group) -> None:
    @command(events, "list")
    @key
    @click.option("--after", type=click.IntRange(0), default=0, help="Only events with a higher number.")
    @prefix
    @limit
    def list_events(cli: Cli, key: str, after: int, prefix: str, limit: int) -> None:
        """The events in their order."""
        columns = {
            "seq": lambda one: one.seq,
            "at": lambda one: one.at,
            "type": lambda one: one.type,
            "by": lambda one: one.actor,
            "subject": lambda one: one.label,
        }
        found = cli.project(key).events(after=after, type=prefix)
        cli.rows(found, columns, id=lambda one: one.seq, limit=limit)

    @command(events, "verify")
    @key
    def verify(cli: Cli, key: str) -> None:
        """Walk the chain of events: exit code 1 where one was changed, cut or swapped."""
        one = cli.project(key).verify()
        fields = {
            "is intact": one.is_intact,
            "checked": one.checked,
            "first bad": one.first_bad_seq,
            "reason": one.reason,
        }
        cli.one(one, fields, id=one.first_bad_seq or one.checked)
        if not one.is_intact:
            click.get_current_context().exit(1)


def _watch(main: click.Group) -> None:
    @command(main, "watch")
    @key
    @click.option("--after", type=click.IntRange(0), help="Begin after this number; else from now on.")
    @prefix
    @click.option("--until", metavar="TYPE", help="End when an event of this type comes, e.g. review.approved.")
    @timeout()
    def watch(cli: Cli, key: str, after: int | None, prefix: str, until: str | None, timeout: float | None) -> None:
        """Print the events of a project as they happen; with --json one object a line. Ctrl-C ends it."""
        with contextlib.suppress(*([] if until else [TookTooLong])):
            for event in cli.project(key).watch(after=after, type=prefix, timeout=timeout):
                _tell(cli, event)
                if event.type == until:
                    return


def _tell(cli: Cli, event: "answers.Event") -> None:
    if cli.as_json:
        cli.line(event.raw)
    elif cli.quiet:
        click.echo(str(event.seq))
    else:
        at = click.style(text(event.at), dim=True)
        click.echo(f"{at}  {click.style(event.type, bold=True)}  {text(event.label)}  by {text(event.actor)}")
