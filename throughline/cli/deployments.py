"""Deployments: what serves, predictions and their truth."""

import csv
import json
import sys
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from throughline.cli.commands import Cli, command, group, key, limit

if TYPE_CHECKING:
    from throughline import answers

name = click.argument("name", metavar="DEPLOYMENT")
reason = click.option("-m", "--reason", required=True, help="Why, for the record.")
content = click.argument("file", type=click.File("rb"), default="-")


def register(main: click.Group) -> None:
    deployments = group(main, "deployments", "What serves: deploy, predict, labels, roll back.")
    _reading(deployments)
    _serving(deployments)
    _acting(deployments)


def _reading(deployments: click.Group) -> None:
    @command(deployments, "list")
    @key
    @limit
    def list_deployments(cli: Cli, key: str, limit: int) -> None:
        """The deployments, newest first."""
        columns = {
            "name": lambda one: one.name,
            "state": lambda one: one.state,
            "serves": lambda one: f"{one.model} {one.live.number}",
            "before": lambda one: one.previous and one.previous.number,
            "by": lambda one: one.deployed_by,
            "since": lambda one: one.deployed_at,
        }
        cli.rows(cli.project(key).deployments(), columns, id=lambda one: one.name, limit=limit)

    @command(deployments, "show")
    @key
    @name
    def show(cli: Cli, key: str, name: str) -> None:
        """One deployment."""
        one = cli.project(key).deployment(name).show()
        fields = {
            "name": one.name,
            "state": one.state,
            "serves": f"{one.model} {one.live.number}",
            "digest": one.live.digest,
            "before": one.previous and one.previous.number,
            "by": one.deployed_by,
            "since": one.deployed_at,
            "address": f"{cli.client.server.url}{one.predict_url}",
        }
        cli.one(one, fields, id=one.name)


def _serving(deployments: click.Group) -> None:
    @command(deployments, "predict")
    @key
    @name
    @content
    @click.option("--csv", "as_csv", is_flag=True, help="Answer as CSV: prediction_id, label, score.")
    def predict(cli: Cli, key: str, name: str, file: BinaryIO, as_csv: bool) -> None:
        """Answer the rows of FILE (or stdin): CSV with a header, or JSON, a list of objects."""
        body, deployment = file.read(), cli.project(key).deployment(name)
        found = deployment.predict(_rows(body)) if _is_json(body) else deployment.predict_csv(body)
        for each in found.warnings:
            cli.note(f"Row {each.row}, {each.column}: {each.message}")
        if as_csv and not cli.as_json:
            _write_csv(found.predictions)
            return
        cli.one(found, {"served by": f"{found.model} {found.version}"}, id=found.version)
        rows = ((each.prediction_id, each.label, each.score) for each in found.predictions)
        cli.table([("prediction", "label", "score"), *rows])

    @command(deployments, "labels")
    @key
    @name
    @content
    def labels(cli: Cli, key: str, name: str, file: BinaryIO) -> None:
        """The truth of predictions: CSV with prediction_id and truth, or a JSON object of id to truth."""
        body, deployment = file.read(), cli.project(key).deployment(name)
        found = deployment.label(_truths(body)) if _is_json(body) else deployment.label_csv(body)
        sentence = f"{found.labelled} labelled, {found.changed} changed, {found.unchanged} as they were."
        cli.done(found, sentence, id=found.labelled)
        if found.unknown:
            click.echo(f"{len(found.unknown)} are no predictions of {name}: {', '.join(found.unknown[:5])}", err=True)
            click.get_current_context().exit(1)


def _is_json(body: bytes) -> bool:
    return body.lstrip()[:1] in (b"[", b"{")


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise click.UsageError(f"This is not JSON: {error}.") from None


def _rows(body: bytes) -> list[dict[str, Any]]:
    found = _json(body)
    rows = found["rows"] if isinstance(found, dict) and set(found) == {"rows"} else found
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise click.UsageError('The rows must be a list of objects: [{"column": value}]')
    return rows


def _truths(body: bytes) -> dict[str, Any]:
    found = _json(body)
    if not isinstance(found, dict):
        raise click.UsageError('The truths must be an object: {"prediction id": truth}')
    return found


def _write_csv(predictions: "list[answers.Prediction]") -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["prediction_id", "label", "score"])
    writer.writerows((each.prediction_id, each.label, each.score) for each in predictions)


def _acting(deployments: click.Group) -> None:
    @command(deployments, "deploy")
    @key
    @name
    @click.argument("model")
    @click.argument("version", type=int)
    def deploy(cli: Cli, key: str, name: str, model: str, version: int) -> None:
        """Let an approved version answer under a name; what served before stays at hand for a roll-back."""
        _tell(cli, cli.project(key).deploy(name, model=model, number=version))

    @command(deployments, "rollback")
    @key
    @name
    def roll_back(cli: Cli, key: str, name: str) -> None:
        """Serve again what served before."""
        _tell(cli, cli.project(key).deployment(name).roll_back())

    @command(deployments, "pause")
    @key
    @name
    @reason
    def pause(cli: Cli, key: str, name: str, reason: str) -> None:
        """Answer no more, until it is resumed."""
        _tell(cli, cli.project(key).deployment(name).pause(reason))

    @command(deployments, "resume")
    @key
    @name
    def resume(cli: Cli, key: str, name: str) -> None:
        """Answer again."""
        _tell(cli, cli.project(key).deployment(name).resume())

    @command(deployments, "retire")
    @key
    @name
    @reason
    def retire(cli: Cli, key: str, name: str, reason: str) -> None:
        """Answer never again."""
        _tell(cli, cli.project(key).deployment(name).retire(reason))


def _tell(cli: Cli, one: "answers.Deployment") -> None:
    cli.done(one, f"{one.name} is {one.state} with {one.model} {one.live.number}.", id=one.live.number)
