-- After INSERT on tracker. It locks the learners' rows, so that of two changes at once the later one sees the earlier one.
-- The statements that open and change trackers lock them earlier still, in the order of locks that all keep.
CREATE FUNCTION list_opened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM learner WHERE id IN (SELECT learner_id FROM after) ORDER BY id FOR SHARE;
    PERFORM list_trackers(ARRAY(SELECT id FROM after));
    RETURN NULL;
END $$;
