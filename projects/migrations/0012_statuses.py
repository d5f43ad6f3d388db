"""Every project has the main statuses; an item's status is of its project and of its state; what is, came when it
was made."""

from django.db import migrations

STATUSES = """
INSERT INTO projects_itemstatus (project_id, key, version, name, "group", position)
SELECT project.stream_id, main.key, 1, main.name, main.key, main.position
FROM projects_project AS project,
     (VALUES ('backlog', 'Backlog', 0), ('ready', 'Ready', 1), ('in_progress', 'In progress', 2),
             ('review', 'Review', 3), ('done', 'Done', 4), ('dropped', 'Dropped', 5)) AS main (key, name, position)
"""

MOVED = "UPDATE projects_workitem SET moved_at = created_at"

IN_GROUP = """
ALTER TABLE projects_workitem ADD CONSTRAINT projects_item_status_in_group
FOREIGN KEY (status_id, project_id, state) REFERENCES projects_itemstatus (id, project_id, "group")
DEFERRABLE INITIALLY DEFERRED
"""

NOT_IN_GROUP = "ALTER TABLE projects_workitem DROP CONSTRAINT projects_item_status_in_group"


class Migration(migrations.Migration):
    dependencies = [("projects", "0011_work_items")]

    operations = [
        migrations.RunSQL(IN_GROUP, NOT_IN_GROUP),
        migrations.RunSQL(STATUSES, "DELETE FROM projects_itemstatus"),
        migrations.RunSQL(MOVED, migrations.RunSQL.noop),
    ]
