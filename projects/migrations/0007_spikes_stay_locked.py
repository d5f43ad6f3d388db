"""A locked plan, an ended spike and a run that counts are what was promised: the database itself refuses to change them.
A kill criterion is not moved when it falls due, either."""

from django.db import migrations

PLAN = (
    "project_id",
    "number",
    "option_id",
    "item_id",
    "tests",
    "title",
    "hypothesis",
    "days",
    "spending_cap",
    "experiment",
    "dataset",
    "metric",
    "is_higher_better",
    "proceed_at",
    "kill_at",
    "least_runs",
    "digest",
    "locked_by_id",
    "locked_at",
)
CRITERION = (
    "project_id",
    "number",
    "text",
    "due_date",
    "metric",
    "threshold",
    "is_higher_better",
    "decider_id",
)


def _row(record: str, columns: tuple[str, ...]) -> str:
    return f"({', '.join(f'{record}.{name}' for name in columns)})"


FORWARD = f"""
CREATE FUNCTION projects_spike_locked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'planned' THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'locked' AND NEW.state <> 'planned' AND NEW.samples @> OLD.samples
        AND {_row("NEW", PLAN)} IS NOT DISTINCT FROM {_row("OLD", PLAN)} THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'spike % is %: % refused', OLD.number, OLD.state, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER projects_spike_no_change BEFORE UPDATE OR DELETE ON projects_spike
    FOR EACH ROW EXECUTE FUNCTION projects_spike_locked();
CREATE FUNCTION projects_killcriterion_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.decision = ''
        AND {_row("NEW", CRITERION)} IS NOT DISTINCT FROM {_row("OLD", CRITERION)} THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'kill criterion % is fixed: % refused', OLD.number, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER projects_killcriterion_no_change BEFORE UPDATE OR DELETE ON projects_killcriterion
    FOR EACH ROW EXECUTE FUNCTION projects_killcriterion_fixed();
"""

BACKWARD = """
DROP TRIGGER projects_killcriterion_no_change ON projects_killcriterion;
DROP FUNCTION projects_killcriterion_fixed();
DROP TRIGGER projects_spike_no_change ON projects_spike;
DROP FUNCTION projects_spike_locked();
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0006_spikes_and_objections")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
