-- After UPDATE on tracker: list again the trackers of which something listed has changed.
CREATE FUNCTION list_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed uuid[] := ARRAY(
        SELECT id FROM after a JOIN before b USING (id)
        WHERE (a.status, a.type_id, a.assignee_id, a.created_by_id, a.learner_id, a.description, a.due_date, a.updated_at)
            IS DISTINCT FROM
            (b.status, b.type_id, b.assignee_id, b.created_by_id, b.learner_id, b.description, b.due_date, b.updated_at)
    );
BEGIN
    IF changed <> '{}' THEN
        PERFORM FROM learner WHERE id IN (SELECT learner_id FROM after) ORDER BY id FOR NO KEY UPDATE;
        PERFORM list_trackers(changed);
    END IF;
    RETURN NULL;
END $$;
