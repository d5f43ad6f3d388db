"""What is searched has an index over the letters of its names, and one over the words of its texts."""

from django.db import migrations

# Table, the names, and the texts.
SEARCHED = [
    ("projects_project", ("name",), ("purpose",)),
    ("projects_workitem", ("title",), ("description",)),
    ("projects_risk", ("title",), ("cause", "event", "consequence", "treatment")),
    ("projects_finding", ("title",), ("detail",)),
    ("projects_sprint", ("goal",), ()),
    ("projects_policyversion", ("title", "name"), ()),
]


def letters(table: str, name: str) -> migrations.RunSQL:
    index = f"{table}_{name}_letters"
    return migrations.RunSQL(
        f"CREATE INDEX {index} ON {table} USING gin (upper({name}::text) gin_trgm_ops)", f"DROP INDEX {index}"
    )


def words(table: str, *fields: str) -> migrations.RunSQL:
    said = " || ' ' || ".join(f"COALESCE({field}, '')" for field in fields)
    return migrations.RunSQL(
        f"CREATE INDEX {table}_words ON {table} USING gin (to_tsvector('simple'::regconfig, {said}))",
        f"DROP INDEX {table}_words",
    )


class Migration(migrations.Migration):
    dependencies = [("core", "0004_search"), ("projects", "0015_the_library_stays")]

    operations = [
        *(letters(table, name) for table, names, _ in SEARCHED for name in names),
        *(words(table, names[0], *texts) for table, names, texts in SEARCHED if texts),
    ]
