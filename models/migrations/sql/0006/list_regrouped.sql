-- After INSERT or DELETE on learner_in_group: list again the trackers of these learners.
CREATE FUNCTION list_regrouped() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM learner WHERE id IN (SELECT learner_id FROM regrouped) ORDER BY id FOR NO KEY UPDATE;
    PERFORM list_trackers(ARRAY(SELECT id FROM tracker WHERE learner_id IN (SELECT learner_id FROM regrouped)));
    RETURN NULL;
END $$;
