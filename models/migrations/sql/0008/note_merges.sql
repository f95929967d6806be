-- Note which employers, programmes and groups are to be merged: into the oldest of the same name. If employers of one
-- name have different numbers, each number stays apart, and so do those without a number.
WITH named AS (
    SELECT kind, id, organisation_id, named.name, number, coalesce(kept_name.name, named.name) AS kept
    FROM (
        SELECT 'employer' AS kind, id, organisation_id, name, employer_id AS number FROM employer
        UNION ALL SELECT 'programme', id, organisation_id, name, NULL FROM programme
        UNION ALL SELECT 'learner_group', id, organisation_id, name, NULL FROM learner_group
    ) named
    LEFT JOIN kept_name USING (id)
), numbered AS (
    SELECT *, CASE WHEN min(number) OVER twins <> max(number) OVER twins THEN number END AS apart FROM named
    WINDOW twins AS (PARTITION BY kind, organisation_id, name_key(kept))
), merged AS (
    SELECT *, first_value(id) OVER same AS new_id, first_value(kept) OVER same AS new_name FROM numbered
    WINDOW same AS (PARTITION BY kind, organisation_id, name_key(kept), apart ORDER BY id)
)
INSERT INTO name_merge (old_id, organisation_id, new_id, kind, old_name, new_name)
SELECT id, organisation_id, new_id, kind, name, new_name FROM merged WHERE id <> new_id
