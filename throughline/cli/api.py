"""Any call of the REST API, for what has no command of its own."""

import json
import sys
from typing import Any

import click

from throughline.cli.commands import Cli, command, pair, plain


def register(main: click.Group) -> None:
    @command(main, "api")
    @click.argument("method", type=click.Choice(["GET", "POST", "PUT", "PATCH", "DELETE"], case_sensitive=False))
    @click.argument("path")
    @click.option("-f", "--field", "fields", multiple=True, metavar="NAME=VALUE", help="Of the body (GET: the query).")
    @click.option("--input", "source", type=click.File("rb"), help="The body as JSON, from a file or - for stdin.")
    def api(cli: Cli, method: str, path: str, fields: tuple[str, ...], source: Any) -> None:
        """Call the REST API at PATH, which begins with /projects and the like, and print what it answers.

        A VALUE is JSON where it can be read so, and text else.
        """
        from throughline.http import Bytes  # noqa: PLC0415 (help and completion do without HTTP, and are quicker)

        if not path.startswith("/") or any(ord(letter) <= 32 or ord(letter) > 126 for letter in path):
            raise click.UsageError(f"{path!r} is not a path: /projects/FRD/risks")
        given = dict(pair("--field", each) for each in fields)
        is_reading = method == "GET"
        content = source.read() if source else json.dumps({name: plain(text) for name, text in given.items()}).encode()
        server = cli.client.server
        body = None if is_reading or (method == "DELETE" and not given and not source) else Bytes(content)
        reply = server.call(method, path.removeprefix("/api/v1"), query=given if is_reading else None, body=body)
        if reply.headers.get("content-type", "").startswith("application/json"):
            cli.json(reply.json())
        else:
            sys.stdout.buffer.write(reply.content)
