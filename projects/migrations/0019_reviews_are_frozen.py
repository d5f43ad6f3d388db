"""A frozen review is what was seen when the sprint closed: the database itself refuses to change it, its cards and its
votes. Only that a decision became an item may still be noted."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION projects_sprintreview_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_at IS NULL THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION 'review % is frozen: % refused', OLD.id, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER projects_sprintreview_no_change BEFORE UPDATE OR DELETE ON projects_sprintreview
    FOR EACH ROW EXECUTE FUNCTION projects_sprintreview_frozen();

CREATE FUNCTION projects_review_is_frozen(review bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM projects_sprintreview WHERE id = review AND closed_at IS NOT NULL)
$$;

CREATE FUNCTION projects_reviewcard_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NOT projects_review_is_frozen(NEW.review_id) THEN RETURN NEW; END IF;
    ELSIF NOT projects_review_is_frozen(OLD.review_id) THEN
        RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    ELSIF TG_OP = 'UPDATE' AND OLD.item_id IS NULL AND NEW.item_id IS NOT NULL
        AND (NEW.project_id, NEW.review_id, NEW.number, NEW.kind, NEW.text, NEW.written_by_id, NEW.written_at)
            IS NOT DISTINCT FROM
            (OLD.project_id, OLD.review_id, OLD.number, OLD.kind, OLD.text, OLD.written_by_id, OLD.written_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the review is frozen: % of a card refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER projects_reviewcard_no_change BEFORE INSERT OR UPDATE OR DELETE ON projects_reviewcard
    FOR EACH ROW EXECUTE FUNCTION projects_reviewcard_frozen();

CREATE FUNCTION projects_reviewvote_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM projects_reviewcard AS card
        WHERE card.id = (CASE WHEN TG_OP = 'INSERT' THEN NEW.card_id ELSE OLD.card_id END)
        AND projects_review_is_frozen(card.review_id)
    ) THEN
        RAISE EXCEPTION 'the review is frozen: % of a vote refused', TG_OP USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER projects_reviewvote_no_change BEFORE INSERT OR UPDATE OR DELETE ON projects_reviewvote
    FOR EACH ROW EXECUTE FUNCTION projects_reviewvote_frozen();
"""

BACKWARD = """
DROP TRIGGER projects_reviewvote_no_change ON projects_reviewvote;
DROP FUNCTION projects_reviewvote_frozen();
DROP TRIGGER projects_reviewcard_no_change ON projects_reviewcard;
DROP FUNCTION projects_reviewcard_frozen();
DROP FUNCTION projects_review_is_frozen(bigint);
DROP TRIGGER projects_sprintreview_no_change ON projects_sprintreview;
DROP FUNCTION projects_sprintreview_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0018_sprint_reviews")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
