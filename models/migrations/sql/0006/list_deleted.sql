-- After DELETE on tracker.
CREATE FUNCTION list_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM list_trackers(ARRAY(SELECT id FROM before));
    RETURN NULL;
END $$;
