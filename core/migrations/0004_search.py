"""Trigrams, by which any part of a name is found: pg_trgm comes with PostgreSQL, but not with every package of it."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

MISSING = (
    "Search needs PostgreSQL's extension pg_trgm, and this server does not have it. Install the server's contrib modules"
    " (postgresql-contrib), then migrate again."
)
REFUSED = (
    "Search needs PostgreSQL's extension pg_trgm, and this database account may not create it. Let an administrator run"
    " CREATE EXTENSION pg_trgm in this database, then migrate again."
)


def create_extension(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Raises RuntimeError with what to do."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT installed_version FROM pg_available_extensions WHERE name = 'pg_trgm'")
        found = cursor.fetchone()
        if found is None:
            raise RuntimeError(MISSING)
        cursor.execute(
            "SELECT has_database_privilege(current_database(), 'CREATE')"
            " OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"
        )
        may = cursor.fetchone()
        if found[0] is None and not (may and may[0]):
            raise RuntimeError(REFUSED)
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")


INDEX = 'CREATE INDEX core_user_{0}_letters ON core_user USING gin (upper({0}::text) gin_trgm_ops)'


class Migration(migrations.Migration):
    dependencies = [("core", "0003_salted_events")]

    operations = [
        migrations.RunPython(create_extension, migrations.RunPython.noop),
        migrations.RunSQL(INDEX.format("name"), "DROP INDEX core_user_name_letters"),
        migrations.RunSQL(INDEX.format("username"), "DROP INDEX core_user_username_letters"),
    ]
