"""Runs: list, show, compare, metrics, artifacts."""

import operator
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from throughline.cli.commands import Cli, command, group, key, limit

if TYPE_CHECKING:
    from throughline import answers

run_id = click.argument("run", metavar="RUN")
STATUSES = ("SCHEDULED", "RUNNING", "FINISHED", "FAILED", "KILLED")


def register(main: click.Group) -> None:
    runs = group(main, "runs", "Runs: list, show, compare, their metrics and files.")
    _lists(runs)
    _details(runs)
    _files(runs)


def _lists(runs: click.Group) -> None:
    @command(runs, "list")
    @key
    @click.option("--experiment", help="The experiment's name.")
    @click.option("--status", type=click.Choice(STATUSES, case_sensitive=False))
    @click.option("--filter", "filter", metavar="TEXT", help="E.g. \"metrics.auc > 0.9 AND params.depth = '3'\".")
    @click.option("--metric", "metrics", multiple=True, help="Show this metric; several times.")
    @limit
    def list_runs(cli: Cli, key: str, metrics: tuple[str, ...], limit: int, **chosen: str | None) -> None:
        """The runs, newest first."""
        columns: dict[str, Callable[[answers.Run], Any]] = {
            "run": lambda one: one.run_id,
            "status": lambda one: one.status,
            "experiment": lambda one: one.experiment,
            "started": lambda one: one.started_at,
            **{name: operator.methodcaller("metric", name) for name in metrics},
            "name": lambda one: one.name,
        }
        found = cli.project(key).runs(**chosen)
        cli.rows(found, columns, id=lambda one: one.run_id, limit=limit)

    @command(runs, "compare")
    @key
    @click.argument("runs", metavar="RUN RUN...", nargs=-1, required=True)
    def compare(cli: Cli, key: str, runs: tuple[str, ...]) -> None:
        """What differs between runs: parameters first, then every metric."""
        project = cli.project(key)
        found = [project.run(each) for each in runs]
        if cli.as_json:
            cli.json([run.raw for run in found])
            return
        params = sorted({name for run in found for name in run.params})
        differing = [name for name in params if len({run.params.get(name) for run in found}) > 1]
        metrics = sorted({one.key for run in found for one in run.metrics})
        cli.table(
            [
                ("", *(run.name for run in found)),
                *((name, *(run.params.get(name) for run in found)) for name in differing),
                *((name, *(run.metric(name) for run in found)) for name in metrics),
            ]
        )


def _details(runs: click.Group) -> None:
    @command(runs, "show")
    @key
    @run_id
    def show(cli: Cli, key: str, run: str) -> None:
        """One run with its parameters, metrics and what it learnt from."""
        one = cli.project(key).run(run)
        fields = {
            "run": one.run_id,
            "name": one.name,
            "status": one.status,
            "failure": one.failure,
            "experiment": one.experiment,
            "by": one.created_by,
            "started": one.started_at,
            "ended": one.ended_at,
        }
        cli.one(one, fields, id=one.run_id)
        cli.table([("metric", "value", "step"), *((each.key, each.value, each.step) for each in one.metrics)])
        cli.table([("parameter", "value"), *sorted(one.params.items())])
        inputs = (
            (each.context, f"{each.dataset}@{each.number}" if each.dataset else each.name, each.digest)
            for each in one.inputs
        )
        cli.table([("input", "data", "digest"), *inputs])

    @command(runs, "metric")
    @key
    @run_id
    @click.argument("metric")
    @click.option("--limit", type=click.IntRange(0), default=0, help="At most so many; all by default.")
    def metric(cli: Cli, key: str, run: str, metric: str, limit: int) -> None:
        """Every point of a metric, by step and time."""
        columns = {"step": lambda one: one.step, "value": lambda one: one.value, "ms": lambda one: one.timestamp_ms}
        cli.rows(cli.project(key).metric_history(run, metric), columns, id=lambda one: one.value, limit=limit)


def _files(runs: click.Group) -> None:
    @command(runs, "artifacts")
    @key
    @run_id
    @limit
    def artifacts(cli: Cli, key: str, run: str, limit: int) -> None:
        """The files of a run."""
        columns = {"size": lambda one: one.size, "sha256": lambda one: one.digest, "path": lambda one: one.path}
        cli.rows(cli.project(key).artifacts(run), columns, id=lambda one: one.path, limit=limit)

    @command(runs, "download")
    @key
    @run_id
    @click.argument("path")
    @click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write; else as it is named.")
    def download(cli: Cli, key: str, run: str, path: str, output: Path | None) -> None:
        """One file of a run."""
        to = output or Path(Path(path).name)
        if output is None and to.exists():
            raise click.UsageError(f"{to} is there already. Name another: --output FILE")
        cli.project(key).download_artifact(run, path, to)
        cli.said(str(to))
