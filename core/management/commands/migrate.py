"""Django's `migrate`, one at a time: instances that start together wait for the first, and find nothing left to do.

An empty database gets its tables at once (core.structure).
"""

import time
from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import migrate
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from core import structure

# Any number will do, as long as nobody else takes it.
_LOCK = 7_468_726
_PATIENCE_S = 300.0


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--step-by-step", action="store_true", help="Take every step, in an empty database too.")

    def handle(self, *args: Any, **options: Any) -> None:
        with connections[options["database"]].cursor() as cursor:
            # The limits for requests do not suit migrations; a table lock that is not free soon must not queue requests
            # behind it.
            cursor.execute("SET statement_timeout = 0; SET lock_timeout = '5s'")
            self._wait_for_turn(cursor)
            try:
                if options["app_label"] is None and not options.get("step_by_step"):
                    self._begin(connections[options["database"]])
                super().handle(*args, **options)
            finally:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
                cursor.execute("RESET statement_timeout; RESET lock_timeout")

    def _begin(self, connection: BaseDatabaseWrapper) -> None:
        """A server that does not take the structure, an old one or one without an extension, is asked step by step: the
        step that it refuses says what to do.
        """
        if not structure.is_empty(connection):
            return
        try:
            structure.put_into(connection)
        except DatabaseError as exc:
            self.stderr.write(f"The tables are made step by step: {exc}")

    def _wait_for_turn(self, cursor: Any) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
            if cursor.fetchone()[0]:
                return
            if time.monotonic() > deadline:
                raise TimeoutError("another migration has been running for five minutes")
            time.sleep(0.2)
