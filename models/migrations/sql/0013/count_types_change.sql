-- Counts a change of the tracker types that an organisation has: its own, the built-in ones, or how it uses them.
-- One increment a transaction is enough, as others see nothing of it before it commits. The setting is local to the
-- transaction, and reverted with a savepoint.
CREATE FUNCTION count_types_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.organisation_id ELSE NEW.organisation_id END;
    counted text := coalesce(owner::text, 'all');
BEGIN
    IF current_setting('trackers.types_counted', true) IS DISTINCT FROM counted THEN
        UPDATE organisation SET types_version = types_version + 1 WHERE owner IS NULL OR id = owner;
        PERFORM set_config('trackers.types_counted', counted, true);
    END IF;
    RETURN NULL;
END
$$
