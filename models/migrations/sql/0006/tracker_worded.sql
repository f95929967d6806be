-- What a search looks at: one row for each tracker. Searches read blocks of 1024 numbers, so a tracker's places are each
-- scope with the block. Its codes are its number and every prefix of its learner's ULN.
CREATE VIEW tracker_worded AS
SELECT t.id AS tracker_id, t.number,
    ARRAY(
        SELECT DISTINCT of.id || ':' || (t.number >> 10)
        FROM unnest(ARRAY[t.organisation_id, t.assignee_id, t.created_by_id, r.tutor_id]) of (id)
        WHERE of.id IS NOT NULL ORDER BY 1
    ) AS places,
    ' ' || spaced(concat(r.given_names, ' ', r.family_name, E'\n', t.description)) AS words,
    'n' || t.number || ARRAY(SELECT 'u' || left(r.uln, length) FROM generate_series(1, length(r.uln)) length) AS codes
FROM tracker t JOIN learner r ON r.id = t.learner_id;
