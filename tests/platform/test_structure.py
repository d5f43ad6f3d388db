"""An empty database gets its tables from config/structure.sql."""

import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from core import structure


@pytest.mark.slow
def test_the_file_is_what_the_migrations_leave_step_by_step():
    environment = {"PATH": "/usr/bin:/bin", "DJANGO_SETTINGS_MODULE": "config.settings"}
    call = [sys.executable, "-m", "tests.servers", sys.executable, "manage.py", "structure", "--check"]

    done = subprocess.run(call, check=False, capture_output=True, text=True, cwd=settings.BASE_DIR, env=environment)

    assert done.returncode == 0, done.stderr[-1000:]


@pytest.mark.django_db
def test_these_tests_run_on_it_and_every_step_counts_as_taken():
    taken = MigrationRecorder(connection).applied_migrations().values()
    moments = {one.applied.replace(microsecond=0) for one in taken}

    assert len(taken) > 60
    assert (max(moments) - min(moments)).total_seconds() < 5, "step by step takes longer"


@pytest.mark.django_db
def test_a_database_with_tables_is_left_alone():
    assert not structure.is_empty(connection)
    before = connection.introspection.table_names()

    with pytest.raises(ProgrammingError, match="already exists"), transaction.atomic():
        structure.put_into(connection)
    call_command("migrate", verbosity=0, skip_checks=True)

    assert connection.introspection.table_names() == before


@pytest.mark.django_db
def test_a_server_that_refuses_it_is_asked_step_by_step(monkeypatch):
    def refused(_):
        raise DatabaseError("no such extension")

    monkeypatch.setattr(structure, "is_empty", lambda _: True)
    monkeypatch.setattr(structure, "put_into", refused)
    said = StringIO()

    call_command("migrate", verbosity=0, skip_checks=True, stderr=said)

    assert "step by step: no such extension" in said.getvalue()
