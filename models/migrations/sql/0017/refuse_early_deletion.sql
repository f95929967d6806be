-- Refuse the deletion of a row that has not been kept for two years yet.
CREATE FUNCTION refuse_early_deletion() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN
    IF OLD.day >= (now() AT TIME ZONE 'Europe/London')::date - interval '2 years' THEN
        RAISE EXCEPTION '% is kept for two years', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END $$;
