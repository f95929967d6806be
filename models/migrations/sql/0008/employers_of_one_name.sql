-- Employers that have the name of another one and a different number, but for the first of each name, which keeps it:
-- one without a number, or else the oldest.
SELECT id, organisation_id, name, number FROM (
    SELECT id, organisation_id, name, employer_id AS number, row_number() OVER (
        PARTITION BY organisation_id, name_key(name) ORDER BY employer_id IS NOT NULL, id
    ) AS place FROM employer
) placed WHERE place > 1 ORDER BY id
