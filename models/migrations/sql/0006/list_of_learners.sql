-- After UPDATE on learner: list again the trackers of the learners of whom something listed has changed.
CREATE FUNCTION list_of_learners() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed uuid[] := ARRAY(
        SELECT t.id FROM after a JOIN before b USING (id) JOIN tracker t ON t.learner_id = a.id
        WHERE (a.tutor_id, a.employer_id, a.programme_id, a.sub_programme, a.programme_status, a.given_names, a.family_name, a.uln)
            IS DISTINCT FROM
            (b.tutor_id, b.employer_id, b.programme_id, b.sub_programme, b.programme_status, b.given_names, b.family_name, b.uln)
    );
BEGIN
    IF changed <> '{}' THEN
        PERFORM list_trackers(changed);
    END IF;
    RETURN NULL;
END $$;
