"""What is searched has an index over the letters of its names, and one over the words of its texts."""

from django.db import migrations

# Table, the names, and the texts.
SEARCHED = [
    ("experiments_experiment", ("name",), ()),
    ("experiments_run", ("name",), ()),
    ("experiments_dataset", ("name",), ("description",)),
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
    dependencies = [("core", "0004_search"), ("experiments", "0006_comments_and_hypotheses")]

    operations = [
        *(letters(table, name) for table, names, _ in SEARCHED for name in names),
        *(words(table, names[0], *texts) for table, names, texts in SEARCHED if texts),
    ]
