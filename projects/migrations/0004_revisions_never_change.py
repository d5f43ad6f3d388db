"""A revision of the dossier is what was judged: the database itself refuses to change or delete it."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION projects_dossierrevision_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'projects_dossierrevision is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER projects_dossierrevision_no_change BEFORE UPDATE OR DELETE ON projects_dossierrevision
    FOR EACH ROW EXECUTE FUNCTION projects_dossierrevision_append_only();
"""

BACKWARD = """
DROP TRIGGER projects_dossierrevision_no_change ON projects_dossierrevision;
DROP FUNCTION projects_dossierrevision_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0003_precedents_and_ceiling")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
