"""What was written stays readable: the database itself refuses to change or delete it."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION documents_passage_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'documents_passage is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER documents_passage_no_change BEFORE UPDATE OR DELETE ON documents_passage
    FOR EACH ROW EXECUTE FUNCTION documents_passage_append_only();
"""

BACKWARD = """
DROP TRIGGER documents_passage_no_change ON documents_passage;
DROP FUNCTION documents_passage_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_passages")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
