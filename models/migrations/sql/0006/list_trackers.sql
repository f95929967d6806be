-- Bring tracker_listing, tracker_in_group and tracker_words to what the views say of these trackers.
-- NOT EXISTS, not NOT IN: that hashes as many rows as fit into memory, and never ends for the trackers of a large
-- organisation.
CREATE FUNCTION list_trackers(changed uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH wanted AS MATERIALIZED (
        SELECT * FROM tracker_listed WHERE tracker_id = ANY(changed)
    ), grouped AS MATERIALIZED (
        SELECT w.scope, i.group_id, w.number, w.tracker_id FROM wanted w JOIN learner_in_group i USING (learner_id)
    ), unlisted AS (
        DELETE FROM tracker_listing had WHERE tracker_id = ANY(changed)
            AND NOT EXISTS (SELECT FROM wanted w WHERE (w.scope, w.tracker_id) = (had.scope, had.tracker_id))
    ), ungrouped AS (
        DELETE FROM tracker_in_group had WHERE tracker_id = ANY(changed) AND NOT EXISTS (
            SELECT FROM grouped g WHERE (g.scope, g.group_id, g.tracker_id) = (had.scope, had.group_id, had.tracker_id)
        )
    ), unworded AS (
        DELETE FROM tracker_words had WHERE tracker_id = ANY(changed)
            AND NOT EXISTS (SELECT FROM wanted w WHERE w.tracker_id = had.tracker_id)
    ), listed AS (
        INSERT INTO tracker_listing AS had SELECT * FROM wanted ON CONFLICT (scope, number) DO UPDATE
        SET (tracker_id, status, category, type_id, assignee_id, created_by_id, learner_id, tutor_id, employer_id, programme_id, sub_programme, programme_status, learner_name, updated_at, updated_day, due_date, due_day) = ROW (excluded.tracker_id, excluded.status, excluded.category, excluded.type_id, excluded.assignee_id, excluded.created_by_id, excluded.learner_id, excluded.tutor_id, excluded.employer_id, excluded.programme_id, excluded.sub_programme, excluded.programme_status, excluded.learner_name, excluded.updated_at, excluded.updated_day, excluded.due_date, excluded.due_day)
        WHERE had IS DISTINCT FROM excluded
    ), filed AS (
        INSERT INTO tracker_in_group SELECT * FROM grouped ON CONFLICT DO NOTHING
    )
    INSERT INTO tracker_words AS had SELECT * FROM tracker_worded WHERE tracker_id = ANY(changed)
    ON CONFLICT (tracker_id) DO UPDATE
    SET places = excluded.places, words = excluded.words, codes = excluded.codes WHERE had IS DISTINCT FROM excluded;
END $$;
