"""How every command is made: the options that all have, and `Cli`, by which it asks and answers."""

import functools
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from throughline.cli.output import Output

if TYPE_CHECKING:
    from throughline.client import Client
    from throughline.project import Project

Function = Callable[..., Any]


class Cli(Output):
    """What a command gets first: the client as whoever is signed in, and the ways to answer."""

    def __init__(self, *, as_json: bool, quiet: bool, profile: str | None) -> None:
        super().__init__(as_json=as_json, quiet=quiet)
        self.profile = profile

    @functools.cached_property
    def client(self) -> "Client":
        from throughline.client import connect  # noqa: PLC0415 (help and completion do without HTTP, and are quicker)

        client = connect(profile=self.profile)
        click.get_current_context().call_on_close(client.close)
        return client

    def project(self, key: str) -> "Project":
        return self.client.project(key)


def group(parent: click.Group, name: str, help: str) -> click.Group:
    made = click.Group(name, help=help)
    parent.add_command(made)
    return made


def command(parent: click.Group, name: str) -> Callable[[Function], click.Command]:
    """Make a command of a function `(cli, ...)`; its options and arguments are below this line, as click has them."""

    def decorate(function: Function) -> click.Command:
        @functools.wraps(function)
        def run(*args: Any, as_json: bool, quiet: bool, profile: str | None, **kwargs: Any) -> Any:
            click.get_current_context().meta["throughline.json"] = as_json
            return function(Cli(as_json=as_json, quiet=quiet, profile=profile), *args, **kwargs)

        made = click.command(name)(_common(run))
        parent.add_command(made)
        return made

    return decorate


def _common(function: Function) -> Function:
    options = (
        click.option("--json", "as_json", is_flag=True, help="Print what the API said, as JSON."),
        click.option("-q", "--quiet", is_flag=True, help="Print identifiers only."),
        click.option("--profile", metavar="NAME", help="Use this of several instances that you are signed in to."),
    )
    for option in reversed(options):
        function = option(function)
    return function


key = click.argument("key", metavar="PROJECT")


def limit(function: Function) -> Function:
    return click.option(
        "--limit", type=click.IntRange(0), default=50, show_default=True, help="At most so many; 0 for all."
    )(function)


def timeout(default: float | None = None) -> Callable[[Function], Function]:
    return click.option(
        "--timeout", type=click.FloatRange(0), default=default, metavar="SECONDS", help="Wait no longer (exit code 5)."
    )


def pair(option: str, text: str) -> tuple[str, str]:
    """NAME=VALUE. Raises UsageError."""
    name, is_pair, value = text.partition("=")
    if not name or not is_pair:
        raise click.UsageError(f"{option} {text!r} is not NAME=VALUE.")
    return name, value


def plain(text: str) -> Any:
    """The value as JSON where it can be read so, and as text else."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def given(**values: Any) -> dict[str, Any]:
    """The options that were given."""
    return {name: value for name, value in values.items() if value is not None}
