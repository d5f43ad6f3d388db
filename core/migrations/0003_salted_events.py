"""Events get a salt, and the names in them may be erased: nothing else of a row can change, and only on request.

A row that was changed is found by its chain all the same, unless a later event of that chain says what it says now.
"""

from django.db import migrations, models

FORWARD = """
CREATE OR REPLACE FUNCTION core_event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('throughline.erasing', true) = 'on'
        AND (NEW.id, NEW.stream_id, NEW.seq, NEW.type, NEW.subject_type, NEW.subject_id, NEW.at, NEW.request_id, NEW.hash)
          = (OLD.id, OLD.stream_id, OLD.seq, OLD.type, OLD.subject_type, OLD.subject_id, OLD.at, OLD.request_id, OLD.hash)
        AND (NEW.actor_id, NEW.subject_version) IS NOT DISTINCT FROM (OLD.actor_id, OLD.subject_version)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'core_event is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""

BACKWARD = """
CREATE OR REPLACE FUNCTION core_event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'core_event is append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_append_only_events")]

    operations = [
        migrations.AddField(
            model_name="event",
            name="salt",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Random, and part of the hash: an erased word cannot be guessed from it.",
                max_length=32,
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
