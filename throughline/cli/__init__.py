"""The command `throughline`: for people, and with `--json` or `--quiet` for CI."""

import click

from throughline.cli import (
    api,
    completion,
    data,
    deployments,
    log,
    models,
    monitoring,
    planning,
    policies,
    projects,
    reviews,
    runs,
    session,
    training,
)
from throughline.cli.root import Root
from throughline.version import VERSION

EPILOG = """\b
Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 not signed in, 4 not found,
5 the server is away or it took too long, 130 interrupted.

Begin with: throughline login http://localhost:8000
"""

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
PARTS = (
    session,
    projects,
    planning,
    policies,
    data,
    training,
    runs,
    models,
    reviews,
    deployments,
    monitoring,
    log,
    api,
    completion,
)


@click.group(
    cls=Root, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(VERSION, message="throughline %(version)s")
def main() -> None:
    """From the question a business asks to a model it can trust in production, by command.

    Every command takes --json (what the API said, for programs), --quiet (identifiers only), --profile (which of
    several instances) and --help.
    """


for part in PARTS:
    part.register(main)
