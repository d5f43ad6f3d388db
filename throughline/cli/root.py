"""The outermost command: what goes wrong becomes a sentence on stderr and an exit code."""

import json
from typing import Any

import click

from throughline.errors import Refused, ThroughlineError

INTERRUPTED = 130


class Root(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ThroughlineError as error:
            tell(error, as_json=bool(ctx.meta.get("throughline.json")))
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo(err=True)
            ctx.exit(INTERRUPTED)


def tell(error: ThroughlineError, *, as_json: bool) -> None:
    problem = error.problem if isinstance(error, Refused) else None
    if as_json:
        fallback = {"detail": str(error), "code": type(error).__name__}
        click.echo(json.dumps(problem or fallback, ensure_ascii=False), err=True)
        return
    click.echo(f"{click.style('Error:', fg='red')} {error}", err=True)
    if isinstance(error, Refused):
        for line in _particulars(error):
            click.echo(f"  {line}", err=True)


def _particulars(error: Refused) -> list[str]:
    """What the sentence does not say already."""
    lines = [f"{each['field']}: {each['message']}" for each in error.errors if each["message"] not in str(error)]
    fields = {each["field"] for each in error.errors}
    if not lines and len(fields) == 1 and next(iter(fields)) not in str(error):
        lines = [f"in {next(iter(fields))}"]
    if error.status >= 500 and error.request_id:
        lines.append(f"request {error.request_id}")
    return lines
