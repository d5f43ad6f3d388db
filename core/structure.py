"""The tables as the migrations leave them, written down: an empty database has them in a second.

Step by step the same takes half a minute, nearly all of it spent on Django's picture of the models between the steps.
A database with tables goes step by step, as ever, and so do steps that the file does not know yet. `make structure`
writes it, and a test holds it against the steps.
"""

import re
import subprocess

from django.conf import settings
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from psycopg.conninfo import make_conninfo

from core.embedded.programs import programs_for

_STEP = re.compile(r"^-- step (\w+)\.(\w+)$", re.MULTILINE)
# What pg_dump says of itself and to its own session.
_NOISE = re.compile(r"^(--.*|\\.*|SET .*|SELECT pg_catalog\.set_config.*|COMMENT ON EXTENSION .*)?\n", re.MULTILINE)


def is_empty(connection: BaseDatabaseWrapper) -> bool:
    """Whether nothing was ever put into this database, and its tables would lie where the file says: in `public`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = cursor.fetchone()[0]
        return schema == "public" and not connection.introspection.table_names(cursor)


@transaction.atomic
def put_into(connection: BaseDatabaseWrapper) -> None:
    """Make all tables of an empty database, and note the steps that they stand for as taken. All or nothing."""
    text = settings.STRUCTURE_FILE.read_text()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL check_function_bodies = off")  # they speak of tables that stand below them
        cursor.execute(text)
    recorder = MigrationRecorder(connection)
    for app, name in _STEP.findall(text):
        recorder.record_applied(app, name)


def written_from(connection: BaseDatabaseWrapper) -> str:
    """The file for a database to which every step was applied. Reads the embedded server's pg_dump."""
    call = [str(programs_for(None) / "pg_dump"), "--schema-only", "--no-owner", "--no-privileges", _address(connection)]
    dumped = subprocess.run(call, check=True, capture_output=True, text=True).stdout
    steps = sorted(MigrationLoader(connection).disk_migrations)
    head = "-- Written by `make structure`: see core/structure.py.\n"
    return head + "".join(f"-- step {app}.{name}\n" for app, name in steps) + _NOISE.sub("", dumped)


def _address(connection: BaseDatabaseWrapper) -> str:
    params, names = connection.get_connection_params(), ("host", "port", "dbname", "user", "password")
    return make_conninfo(**{name: params[name] for name in names if params.get(name)})
