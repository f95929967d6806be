-- Set newest_at to the time of each organisation's newest tracker.
UPDATE organisation_counter c
SET newest_at = (SELECT max(created_at) FROM tracker t WHERE t.organisation_id = c.organisation_id);
