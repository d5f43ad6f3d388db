"""Training, and the jobs of a project."""

import sys
from typing import TYPE_CHECKING, Any

import click

from throughline.cli.commands import Cli, command, given, group, key, limit, pair, plain, timeout
from throughline.cli.data import named_version
from throughline.cli.output import text

if TYPE_CHECKING:
    from throughline import answers
    from throughline.project import Training

job_id = click.argument("id", metavar="JOB", type=int)


def register(main: click.Group) -> None:
    _train(main)
    jobs = group(main, "jobs", "What workers do and did: list, show, log, wait, cancel.")
    _reading(jobs)
    _acting(jobs)


def _train(main: click.Group) -> None:
    @command(main, "train")
    @key
    @click.argument("dataset", metavar="DATASET[@NUMBER]")
    @click.option("--target", required=True, help="The column to predict.")
    @click.option("--estimator", required=True, help="E.g. hist_gradient_boosting, random_forest, logistic_regression.")
    @click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting of it; several times.")
    @click.option("--experiment", help="Under which its run is kept.")
    @click.option("--name", "run_name", help="Of the run.")
    @click.option("--seed", type=int)
    @click.option("--max-seconds", type=int)
    @click.option("--max-memory-mb", type=int)
    @click.option("--wait", is_flag=True, help="Until it has ended, telling progress and metrics.")
    @timeout()
    def train(
        cli: Cli, key: str, dataset: str, settings: tuple[str, ...], wait: bool, timeout: float | None, **values: Any
    ) -> None:
        """Train a model on a version of a dataset; the latest, if no number is given."""
        name, number = named_version(dataset)
        chosen = {name: plain(value) for name, value in (pair("--set", each) for each in settings)}
        started = cli.project(key).train(name, number=number, settings=chosen, **given(**values))
        if wait:
            _finish(cli, key, started, timeout)
            return
        then = f"Wait for it: throughline jobs wait {key} {started.answer.job.id}" if started.answer.job else ""
        cli.done(
            started.answer, f"Queued run {started.run_id} ({started.answer.run_name}).", id=started.run_id, then=then
        )


def _finish(cli: Cli, key: str, started: "Training", timeout: float | None) -> None:
    cli.note(f"Run {started.run_id} ({started.answer.run_name})")
    run = started.wait(timeout=timeout, told=Teller(quiet=cli.quiet or cli.as_json).hear)
    fields: dict[str, Any] = {"run": run.run_id, "name": run.name, "status": run.status}
    cli.one(run, fields | {one.key: one.value for one in run.metrics}, id=run.run_id)
    cli.note(f"Register it: throughline versions register {key} MODEL --run {run.run_id}")


class Teller:
    """Tells on stderr what is new of a job and its run: on a terminal progress in one line, else a line a change."""

    def __init__(self, *, quiet: bool) -> None:
        self.quiet, self.is_live = quiet, sys.stderr.isatty()
        self._last_job = ""
        self._metrics: dict[str, tuple[int, str]] = {}

    def hear(self, job: "answers.Job | None", run: "answers.WholeRun | None" = None) -> None:
        if self.quiet:
            return
        fresh = [] if run is None else [one for one in run.metrics if self._is_new(one)]
        if fresh:
            self._clear()
            click.echo("  ".join(f"{one.key}={text(one.value)}" for one in fresh), err=True)
        if job is not None:
            self._job(job)

    def _is_new(self, metric: "answers.Metric") -> bool:
        # NaN is not itself: compared as it is written.
        found = (metric.step, text(metric.value))
        is_new = self._metrics.get(metric.key) != found
        self._metrics[metric.key] = found
        return is_new

    def _job(self, job: "answers.Job") -> None:
        line = f"{job.progress:4.0%}  {job.state}  {job.note}".rstrip()
        if self.is_live:
            self._clear()
            click.echo(line, err=True, nl=job.has_ended)
        elif line != self._last_job:
            click.echo(line, err=True)
        self._last_job = line

    def _clear(self) -> None:
        if self.is_live:
            click.echo("\r\x1b[K", err=True, nl=False)


def _reading(jobs: click.Group) -> None:
    @command(jobs, "list")
    @key
    @click.option("--state", type=click.Choice(["queued", "running", "succeeded", "failed", "cancelled"]))
    @click.option("--kind", help="E.g. train.")
    @limit
    def list_jobs(cli: Cli, key: str, state: str | None, kind: str | None, limit: int) -> None:
        """The jobs, newest first."""
        columns = {
            "job": lambda one: one.id,
            "kind": lambda one: one.kind,
            "state": lambda one: one.state,
            "progress": lambda one: f"{one.progress:.0%}",
            "since": lambda one: one.created_at,
            "note": lambda one: one.error.message if one.error else one.note,
        }
        cli.rows(cli.project(key).jobs(state=state, kind=kind), columns, id=lambda one: one.id, limit=limit)

    @command(jobs, "show")
    @key
    @job_id
    def show(cli: Cli, key: str, id: int) -> None:
        """One job."""
        _tell(cli, cli.project(key).job(id))

    @command(jobs, "log")
    @key
    @job_id
    @limit
    def log(cli: Cli, key: str, id: int, limit: int) -> None:
        """What a job said, from its beginning."""
        columns = {"at": lambda one: one.at, "attempt": lambda one: one.attempt, "line": lambda one: one.line}
        cli.rows(cli.project(key).job_log(id), columns, id=lambda one: one.line, limit=limit)


def _acting(jobs: click.Group) -> None:
    @command(jobs, "wait")
    @key
    @job_id
    @timeout()
    def wait(cli: Cli, key: str, id: int, timeout: float | None) -> None:
        """Until a job has ended, telling its progress. Exit code 1: it failed or was cancelled."""
        teller = Teller(quiet=cli.quiet or cli.as_json)
        _tell(cli, cli.project(key).wait_for_job(id, timeout=timeout, told=teller.hear))

    @command(jobs, "cancel")
    @key
    @job_id
    def cancel(cli: Cli, key: str, id: int) -> None:
        """End a job that has not ended."""
        one = cli.project(key).cancel_job(id)
        cli.done(one, f"Job {one.id} is {one.state}.", id=one.id)


def _tell(cli: Cli, one: "answers.Job") -> None:
    fields = {
        "job": one.id,
        "kind": one.kind,
        "state": one.state,
        "progress": f"{one.progress:.0%}",
        "note": one.note,
        "attempt": f"{one.attempt} of {one.max_attempts}",
        "error": one.error and one.error.message,
        "queued": one.created_at,
        "started": one.started_at,
        "ended": one.finished_at,
    }
    cli.one(one, fields, id=one.id)
