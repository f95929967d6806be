-- Counts a change of the tracker types that an organisation has: its own, the built-in ones, or how it uses them.
-- One increment a transaction is enough, as others see nothing of it before it commits.
CREATE FUNCTION count_types_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.organisation_id ELSE NEW.organisation_id END;
BEGIN
    IF owner IS NULL THEN
        UPDATE organisation SET types_version = types_version + 1 WHERE xmin <> pg_current_xact_id()::xid;
    ELSE
        UPDATE organisation SET types_version = types_version + 1
        WHERE id = owner AND xmin <> pg_current_xact_id()::xid;
    END IF;
    RETURN NULL;
END
$$
