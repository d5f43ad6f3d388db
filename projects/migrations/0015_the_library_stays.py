"""What a finished project took, and what was learnt from it, others judge by: the database itself refuses to change it."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION projects_outcome_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NULL THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION 'the outcome of project % is in the library: % refused', OLD.project_id, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER projects_outcome_no_change BEFORE UPDATE OR DELETE ON projects_outcome
    FOR EACH ROW EXECUTE FUNCTION projects_outcome_stays();
CREATE FUNCTION projects_priorsversion_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'projects_priorsversion is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER projects_priorsversion_no_change BEFORE UPDATE OR DELETE ON projects_priorsversion
    FOR EACH ROW EXECUTE FUNCTION projects_priorsversion_append_only();
"""

BACKWARD = """
DROP TRIGGER projects_priorsversion_no_change ON projects_priorsversion;
DROP FUNCTION projects_priorsversion_append_only();
DROP TRIGGER projects_outcome_no_change ON projects_outcome;
DROP FUNCTION projects_outcome_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0014_library_and_assumptions")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
