"""Opening what is imported: a server, an archive, or a store on this machine. Nothing is ever written to a source."""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from mlflow.store.db.utils import _upgrade_db, create_sqlalchemy_engine

from core.child import Anticipated
from porting.reading import archives, guard
from porting.reading.files import Files, LocalFiles, ServedFiles

MAX_DEPTH = 4
DATABASES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Source:
    client: MlflowClient
    files: Files
    # How many points there are in all, where it costs little to know.
    count_points: Callable[[], int | None]
    # Bytes of artifacts are known beforehand where they lie on a disk.
    is_local: bool


@contextlib.contextmanager
def opened(spec: dict[str, Any]) -> Iterator[Source]:
    """The source of the spec's `kind`: server, archive or machine. Raises Anticipated."""
    try:
        match spec["kind"]:
            case "server":
                yield _server(spec)
            case "archive":
                archives.unpack(Path(spec["path"]), Path("unpacked"), max_bytes=spec["max_bytes"])
                yield _folder(Path("unpacked").resolve(), is_ours=True)
            case _:
                yield _machine(spec)
    except (MlflowException, guard.BlockedAddress) as error:
        raise Anticipated("source_failed", f"The source could not be read: {str(error)[:600]}") from error
    except sqlalchemy.exc.SQLAlchemyError as error:
        shown = str(getattr(error, "orig", None) or error)[:300]
        raise Anticipated("source_failed", f"The source's database could not be read: {shown}") from error


def _server(spec: dict[str, Any]) -> Source:
    """Credentials stand in this process's own environment, where mlflow's client looks for them."""
    url = str(spec["url"])
    if spec["is_named"]:
        guard.only_addresses_of(urlsplit(url).hostname or "")
    else:
        guard.only_global_addresses()
    for name in ("username", "password", "token"):
        if spec.get(name):
            os.environ[f"MLFLOW_TRACKING_{name.upper()}"] = str(spec[name])
    work = Path("downloads").resolve()
    work.mkdir()
    client = MlflowClient(tracking_uri=url, registry_uri=url)
    return Source(client, ServedFiles(url, work), lambda: None, is_local=False)


def _machine(spec: dict[str, Any]) -> Source:
    """A directory or database URL that the operator named on the command line, and where its files may be read."""
    uri, roots = str(spec["uri"]), [Path(os.path.realpath(one)) for one in spec["artifacts"]]
    scheme = urlsplit(uri).scheme.split("+")[0]
    if scheme == "sqlite":
        original = Path(uri.split("///", 1)[-1])
        return _sqlite(_copied(original), [*roots, original.resolve().parent])
    if scheme == "postgresql":
        return _postgresql(uri, roots)
    if scheme not in ("", "file"):
        raise Anticipated("unknown_source", f"{scheme}: is neither a directory nor one of {', '.join(DATABASES)}.")
    folder = Path(urlsplit(uri).path if scheme else uri).resolve()
    if not folder.is_dir():
        raise Anticipated("unknown_source", f"There is no directory {folder}.")
    return _folder(folder, is_ours=False, roots=roots)


def _folder(folder: Path, *, is_ours: bool, roots: list[Path] | None = None) -> Source:
    """What a directory holds: a SQLite database of MLflow, or the files that MLflow kept before it had databases."""
    database = next((path for path in _below(folder) if _is_database(path)), None)
    if database is not None:
        return _sqlite(database if is_ours else _copied(database), [*(roots or []), database.parent, folder])
    store = next((path.parent.parent for path in _below(folder) if _is_experiment(path)), None)
    if store is None:
        raise Anticipated("not_mlflow", "It holds neither an mlflow.db nor an mlruns directory with experiments.")
    store = store.parent if store.name == ".trash" else store
    return _file_store(store, [*(roots or []), folder])


def _below(folder: Path) -> Iterator[Path]:
    """Files near the top, those nearest first, without following links."""
    level = [folder]
    for _ in range(MAX_DEPTH):
        entries = [entry for one in level for entry in sorted(os.scandir(one), key=lambda each: each.name)]
        yield from (Path(entry.path) for entry in entries if entry.is_file(follow_symlinks=False))
        level = [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]


def _is_experiment(path: Path) -> bool:
    return (
        path.name == "meta.yaml"
        and b"experiment_id" in path.read_bytes()[:4096]
        and (b"run_id" not in path.read_bytes()[:4096])
    )


def _is_database(path: Path) -> bool:
    if path.suffix not in (".db", ".sqlite", ".sqlite3"):
        return False
    with path.open("rb") as source:
        return source.read(16) == archives.SQLITE


def _copied(database: Path) -> Path:
    """A copy beside us, made by SQLite itself, so that it is whole also while somebody writes."""
    if not database.is_file():
        raise Anticipated("unknown_source", f"There is no file {database}.")
    target = Path("copy.db").resolve()
    with (
        contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as source,
        contextlib.closing(sqlite3.connect(target)) as sink,
    ):
        source.backup(sink)
    return target


def _sqlite(database: Path, roots: list[Path]) -> Source:
    """Our own copy is brought to this mlflow's schema, whatever version wrote it."""
    uri = f"sqlite:///{database}"
    engine = create_sqlalchemy_engine(uri)
    _require_mlflow(engine)
    _upgrade_db(engine)
    return _database(uri, engine, roots)


def _postgresql(uri: str, roots: list[Path]) -> Source:
    """Read-only, by the connection itself. Its schema is its owner's: an old one is refused, not upgraded."""
    url = sqlalchemy.make_url(uri).set(drivername="postgresql+psycopg")
    url = url.update_query_dict({"options": "-c default_transaction_read_only=on"}, append=False)
    uri = url.render_as_string(hide_password=False)
    engine = create_sqlalchemy_engine(uri)
    _require_mlflow(engine)
    return _database(uri, engine, roots)


def _require_mlflow(engine: sqlalchemy.Engine) -> None:
    """Without this, mlflow would make its tables in whatever database it is shown."""
    try:
        with engine.connect() as connection:
            experiments = connection.execute(sqlalchemy.text("SELECT count(*) FROM experiments")).scalar()
            connection.execute(sqlalchemy.text("SELECT version_num FROM alembic_version")).scalar()
    except sqlalchemy.exc.DBAPIError as error:
        raise Anticipated("not_mlflow", f"This is no database of MLflow: {str(error.orig)[:200]}") from error
    if not experiments:
        raise Anticipated("not_mlflow", "This database of MLflow holds no experiments.")


def _database(uri: str, engine: sqlalchemy.Engine, roots: list[Path]) -> Source:
    def count() -> int:
        with engine.connect() as connection:
            return int(connection.execute(sqlalchemy.text("SELECT count(*) FROM metrics")).scalar() or 0)

    return Source(MlflowClient(tracking_uri=uri, registry_uri=uri), LocalFiles(tuple(roots)), count, is_local=True)


def _file_store(store: Path, roots: list[Path]) -> Source:
    """mlflow writes to a store that it opens: it is shown a folder of links."""
    view = Path("view").resolve()
    view.mkdir()
    for entry in store.iterdir():
        if not entry.is_symlink():
            (view / entry.name).symlink_to(entry)
    uri = view.as_uri()
    client = MlflowClient(tracking_uri=uri, registry_uri=uri)
    return Source(client, LocalFiles((*roots, store)), lambda: None, is_local=True)
