"""Monitors, alerts and retrainings."""

from typing import TYPE_CHECKING, Any

import click

from throughline.cli.commands import Cli, Function, command, given, group, key, limit

if TYPE_CHECKING:
    from throughline import answers

deployment = click.argument("deployment")


def register(main: click.Group) -> None:
    _monitors(group(main, "monitors", "What is watched for drift, and what each window showed."))
    _alerts(group(main, "alerts", "Alerts: list, acknowledge, resolve."))
    _retrainings(group(main, "retrainings", "Retrainings: list, start."))


def policy(function: Function) -> Function:
    options = (
        click.option("--window-seconds", type=int, help="Length of a window: 5 to 86,400."),
        click.option("--min-rows", type=int, help="Under this a window says nothing."),
        click.option("--confirm-windows", type=int, help="So many drifted windows in a row open an alert."),
        click.option("--retrain-on-drift/--no-retrain-on-drift", default=None),
        click.option("--min-labels", type=int, help="Labels since the drift began to retrain on."),
        click.option("--cooldown-seconds", type=int, help="Between two retrainings by policy."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def _monitors(monitors: click.Group) -> None:
    @command(monitors, "list")
    @key
    @limit
    def list_monitors(cli: Cli, key: str, limit: int) -> None:
        """What is watched."""
        columns = {
            "deployment": lambda one: one.deployment,
            "window": lambda one: f"{one.window_seconds} s",
            "min rows": lambda one: one.min_rows,
            "retrains": lambda one: one.retrain_on_drift,
            "checked up to": lambda one: one.watermark,
        }
        cli.rows(cli.project(key).monitors(), columns, id=lambda one: one.deployment, limit=limit)

    @command(monitors, "create")
    @key
    @deployment
    @policy
    def create(cli: Cli, key: str, deployment: str, **settings: Any) -> None:
        """Watch a deployment for drift."""
        _tell(cli, cli.project(key).watch_deployment(deployment, **given(**settings)))

    @command(monitors, "set")
    @key
    @deployment
    @policy
    def change(cli: Cli, key: str, deployment: str, **settings: Any) -> None:
        """Change the given settings."""
        changed = given(**settings)
        if not changed:
            raise click.UsageError("Nothing to set: give at least one of the options.")
        _tell(cli, cli.project(key).change_monitor(deployment, **changed))

    @command(monitors, "windows")
    @key
    @deployment
    @limit
    def windows(cli: Cli, key: str, deployment: str, limit: int) -> None:
        """What each window showed, newest first."""
        columns = {
            "from": lambda one: one.started_at,
            "state": lambda one: one.state,
            "rows": lambda one: one.rows,
            "version": lambda one: one.model_version,
            "drifted": lambda one: [each["name"] for each in one.features if each.get("is_drifted")],
        }
        cli.rows(cli.project(key).windows(deployment), columns, id=lambda one: one.started_at, limit=limit)


def _tell(cli: Cli, one: "answers.Monitor") -> None:
    sentence = f"{one.deployment} is watched in windows of {one.window_seconds} s."
    cli.done(one, sentence, id=one.deployment)


def _alerts(alerts: click.Group) -> None:
    @command(alerts, "list")
    @key
    @limit
    def list_alerts(cli: Cli, key: str, limit: int) -> None:
        """The alerts, newest first."""
        columns = {
            "alert": lambda one: one.id,
            "state": lambda one: one.state,
            "kind": lambda one: one.kind,
            "deployment": lambda one: one.deployment,
            "since": lambda one: one.opened_at,
            "summary": lambda one: one.summary,
        }
        cli.rows(cli.project(key).alerts(), columns, id=lambda one: one.id, limit=limit)

    @command(alerts, "acknowledge")
    @key
    @click.argument("id", metavar="ALERT", type=int)
    def acknowledge(cli: Cli, key: str, id: int) -> None:
        """Say that you have seen it and take care."""
        one = cli.project(key).acknowledge_alert(id)
        cli.done(one, f"Alert {one.id} is {one.state}.", id=one.id)

    @command(alerts, "resolve")
    @key
    @click.argument("id", metavar="ALERT", type=int)
    @click.option("-m", "--because", default="", help="Why it is settled.")
    def resolve(cli: Cli, key: str, id: int, because: str) -> None:
        """It is settled: windows from now on count anew."""
        one = cli.project(key).resolve_alert(id, because=because)
        cli.done(one, f"Alert {one.id} is {one.state}.", id=one.id)


def _retrainings(retrainings: click.Group) -> None:
    @command(retrainings, "list")
    @key
    @limit
    def list_retrainings(cli: Cli, key: str, limit: int) -> None:
        """The retrainings, newest first."""
        columns = {
            "retraining": lambda one: one.id,
            "state": lambda one: one.state,
            "deployment": lambda one: one.deployment,
            "alert": lambda one: one.alert,
            "review": lambda one: one.review,
            "by": lambda one: one.started_by or "policy",
            "since": lambda one: one.started_at,
            "note": lambda one: one.note or one.reason,
        }
        cli.rows(cli.project(key).retrainings(), columns, id=lambda one: one.id, limit=limit)

    @command(retrainings, "start")
    @key
    @deployment
    @click.option("-m", "--reason", default="", help="Why, for the record.")
    def start(cli: Cli, key: str, deployment: str, reason: str) -> None:
        """Retrain the model of a watched deployment now. A person still has to approve what comes of it."""
        one = cli.project(key).retrain(deployment, reason=reason)
        cli.done(one, f"Retraining {one.id} is {one.state}. {one.note}".rstrip(), id=one.id)
