"""Datasets and their versions."""

from pathlib import Path

import click

from throughline.cli.commands import Cli, command, group, key, limit, timeout

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def register(main: click.Group) -> None:
    data = group(main, "data", "Datasets: upload, list, show, download.")
    _writing(data)
    _reading(data)


def _writing(data: click.Group) -> None:
    @command(data, "upload")
    @key
    @click.argument("file", type=FILE)
    @click.option("--name", help="Of the dataset; else the file's name.")
    @click.option("--note", default="", help="What is new in this version.")
    @click.option("--wait", is_flag=True, help="Until its profile is computed.")
    @timeout(600.0)
    def upload(cli: Cli, key: str, file: Path, name: str | None, note: str, wait: bool, timeout: float) -> None:
        """Upload a CSV or Parquet FILE: the next version of the dataset."""
        project = cli.project(key)
        one = project.upload(file, name=name, note=note)
        named = f"{one.dataset}@{one.number}"
        if wait:
            cli.note(f"{named} is uploaded; its profile is computed ...")
            one = project.wait_for_profile(one.dataset, one.number, timeout=timeout)
        sentence = f"{named}: {one.rows:,} rows, {len(one.columns)} columns, sha256 {one.digest}"
        then = f"Train on it: throughline train {key} {named} --target COLUMN --estimator NAME"
        cli.done(one, sentence, id=named, then=then)


def _reading(data: click.Group) -> None:
    @command(data, "list")
    @key
    @click.argument("name", required=False)
    @limit
    def list_data(cli: Cli, key: str, name: str | None, limit: int) -> None:
        """The datasets; with NAME the versions of one, with their digests."""
        project = cli.project(key)
        if name is None:
            columns = {"name": lambda one: one.name, "since": lambda one: one.created_at}
            none = f"There is no data. Upload some: throughline data upload {key} FILE"
            cli.rows(project.datasets(), columns, id=lambda one: one.name, limit=limit, none=none)
            return
        columns = {
            "version": lambda one: f"{one.dataset}@{one.number}",
            "rows": lambda one: one.rows,
            "origin": lambda one: one.origin,
            "by": lambda one: one.created_by,
            "sha256": lambda one: one.digest,
            "note": lambda one: one.note,
        }
        found = project.dataset_versions(name)
        cli.rows(found, columns, id=lambda one: f"{one.dataset}@{one.number}", limit=limit)

    @command(data, "show")
    @key
    @click.argument("version", metavar="NAME[@NUMBER]")
    def show(cli: Cli, key: str, version: str) -> None:
        """One version with its columns; the latest, if no number is given."""
        one = cli.project(key).dataset_version(*named_version(version))
        fields = {
            "version": f"{one.dataset}@{one.number}",
            "file": one.filename,
            "rows": one.rows,
            "sha256": one.digest,
            "origin": one.origin,
            "note": one.note,
            "by": one.created_by,
            "at": one.created_at,
            "profiled": one.is_profiled,
        }
        cli.one(one, fields, id=f"{one.dataset}@{one.number}")
        cli.table([("column", "kind", "nullable"), *((each.name, each.kind, each.nullable) for each in one.columns)])

    @command(data, "download")
    @key
    @click.argument("version", metavar="NAME[@NUMBER]")
    @click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write; else as it was named.")
    def download(cli: Cli, key: str, version: str, output: Path | None) -> None:
        """The file as it was uploaded, byte for byte."""
        project = cli.project(key)
        one = project.dataset_version(*named_version(version))
        to = output or Path(Path(one.filename).name)
        if output is None and to.exists():
            raise click.UsageError(f"{to} is there already. Name another: --output FILE")
        project.download(one.dataset, one.number, to)
        cli.done(one, f"{to}: sha256 {one.digest}", id=to)


def named_version(text: str) -> tuple[str, int | None]:
    """`transactions@3`, or `transactions` for the latest. Raises UsageError."""
    name, at, number = text.partition("@")
    number = number.removeprefix("v")
    if at and not (number.isascii() and number.isdigit()):
        raise click.UsageError(f"{text!r} is not NAME@NUMBER, as in transactions@3.")
    return name, int(number) if at else None
