-- Delete the merged employers, and keep the number of any of them, and that any of them was confirmed.
WITH gone AS (
    DELETE FROM employer USING name_merge WHERE id = old_id
    RETURNING new_id, employer_id AS number, confirmed
), merged AS (
    SELECT new_id, max(number) AS number, bool_or(confirmed) AS confirmed FROM gone GROUP BY new_id
)
UPDATE employer SET employer_id = coalesce(employer_id, number), confirmed = employer.confirmed OR merged.confirmed
FROM merged WHERE new_id = id
