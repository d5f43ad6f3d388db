"""Registered models and their versions."""

from typing import TYPE_CHECKING

import click

from throughline.cli.commands import Cli, command, group, key, limit
from throughline.cli.data import named_version

if TYPE_CHECKING:
    from throughline import answers

model_name = click.argument("model")
number = click.argument("number", type=int)


def register(main: click.Group) -> None:
    _models(group(main, "models", "Registered models: list, show, create, aliases."))
    _versions(group(main, "versions", "Versions of models: list, show, register, archive."))


def _models(models: click.Group) -> None:
    @command(models, "list")
    @key
    @limit
    def list_models(cli: Cli, key: str, limit: int) -> None:
        """The models, newest first."""
        columns = {
            "name": lambda one: one.name,
            "versions": lambda one: one.versions,
            "latest": lambda one: one.latest,
            "description": lambda one: one.description,
        }
        cli.rows(cli.project(key).models(), columns, id=lambda one: one.name, limit=limit)

    @command(models, "show")
    @key
    @model_name
    def show(cli: Cli, key: str, model: str) -> None:
        """One model."""
        one = cli.project(key).model(model)
        fields = {
            "name": one.name,
            "description": one.description,
            "versions": one.versions,
            "latest": one.latest,
            "by": one.created_by,
            "since": one.created_at,
        }
        cli.one(one, fields, id=one.name)

    @command(models, "create")
    @key
    @model_name
    @click.option("--description", default="")
    def create(cli: Cli, key: str, model: str, description: str) -> None:
        """Register a name for versions."""
        one = cli.project(key).create_model(model, description=description)
        then = f"Its first version: throughline versions register {key} {one.name} --run RUN"
        cli.done(one, f"Created the model {one.name}.", id=one.name, then=then)

    @command(models, "set-alias")
    @key
    @model_name
    @click.argument("alias")
    @number
    def set_alias(cli: Cli, key: str, model: str, alias: str, number: int) -> None:
        """Point an alias at a version. champion and production point at approved versions only."""
        one = cli.project(key).set_alias(model, alias, number)
        cli.done(one, f"{model}@{one.alias} is version {one.number}.", id=one.number)

    @command(models, "delete-alias")
    @key
    @model_name
    @click.argument("alias")
    def delete_alias(cli: Cli, key: str, model: str, alias: str) -> None:
        """Take an alias away."""
        cli.project(key).delete_alias(model, alias)
        cli.said(f"{model} has no alias {alias} now.")


def _versions(versions: click.Group) -> None:
    @command(versions, "list")
    @key
    @model_name
    @limit
    def list_versions(cli: Cli, key: str, model: str, limit: int) -> None:
        """The versions of a model, newest first."""
        columns = {
            "number": lambda one: one.number,
            "state": lambda one: one.state,
            "run": lambda one: one.run,
            "by": lambda one: one.created_by,
            "since": lambda one: one.created_at,
            "description": lambda one: one.description,
        }
        cli.rows(cli.project(key).versions(model), columns, id=lambda one: one.number, limit=limit)

    @command(versions, "show")
    @key
    @model_name
    @number
    def show(cli: Cli, key: str, model: str, number: int) -> None:
        """One version with the columns that it takes."""
        one = cli.project(key).version(model, number)
        fields = {
            "version": f"{one.model} {one.number}",
            "state": one.state,
            "run": one.run,
            "format": one.format,
            "digest": one.digest,
            "description": one.description,
            "by": one.created_by,
            "at": one.created_at,
        }
        cli.one(one, fields, id=one.number)
        columns = ((each["name"], each.get("kind") or each.get("type")) for each in _inputs(one))
        cli.table([("column", "kind"), *columns])

    @command(versions, "register")
    @key
    @model_name
    @click.option("--run", metavar="RUN", help="The run that made it.")
    @click.option("--logged-model", metavar="ID", help="MLflow's id of a logged model, m-...")
    @click.option("--description", default="")
    def register_version(
        cli: Cli, key: str, model: str, run: str | None, logged_model: str | None, description: str
    ) -> None:
        """Register the next version of a model, from a run or from what an MLflow client logged."""
        if (run is None) == (logged_model is None):
            raise click.UsageError("Give either --run or --logged-model.")
        project = cli.project(key)
        one = project.register(model, run=run, logged_model=logged_model, description=description)
        then = f"Ask for its review: throughline reviews request {key} {one.model} {one.number}"
        cli.done(one, f"Registered {one.model} {one.number}.", id=one.number, then=then)

    @command(versions, "judge")
    @key
    @model_name
    @number
    @click.argument("data", metavar="DATASET[@NUMBER]")
    @click.option("--target", required=True, help="The column that it predicts.")
    def judge(cli: Cli, key: str, model: str, number: int, data: str, target: str) -> None:
        """Choose the data on which a version that was trained elsewhere is judged, e.g. one of a notebook."""
        project = cli.project(key)
        name, at = named_version(data)
        at = at or project.dataset_version(name).number
        one = project.judge_on(model, number, dataset=name, number=at, target=target)
        job = one.job.id if one.job else ""
        then = f"A job holds a quarter of its rows out: throughline jobs wait {key} {job}" if job else ""
        cli.done(one, f"{model} {number} is judged on {one.dataset}@{one.number}.", id=job, then=then)

    @command(versions, "archive")
    @key
    @model_name
    @number
    def archive(cli: Cli, key: str, model: str, number: int) -> None:
        """Put it aside for good."""
        one = cli.project(key).archive_version(model, number)
        cli.done(one, f"{one.model} {one.number} is {one.state}.", id=one.number)


def _inputs(version: "answers.Version") -> list[dict[str, str]]:
    return list((version.signature or {}).get("inputs") or [])
