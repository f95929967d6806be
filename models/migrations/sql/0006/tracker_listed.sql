-- A row for each tracker and each scope that lists it: its organisation (for administrators), and each member whom it
-- concerns. Null is replaced, so that an index finds it like any other value: an absent id is all zeros, an absent day
-- is -1. Days are counted from 2020-01-01 and kept within 0 to 8191.
CREATE VIEW tracker_listed AS
SELECT scope.id AS scope, t.number, t.id AS tracker_id,
    array_position(ARRAY['NEW', 'APPROVED', 'RESOLVED', 'REJECTED', 'CLOSED'], t.status::text)::smallint AS status,
    array_position(ARRAY['EMPLOYABILITY', 'FUNDED', 'CUSTOM', 'PROCESS_AUTOMATION'], type.category::text)::smallint AS category,
    t.type_id,
    coalesce(t.assignee_id, nobody.id) AS assignee_id,
    coalesce(t.created_by_id, nobody.id) AS created_by_id,
    t.learner_id,
    coalesce(r.tutor_id, nobody.id) AS tutor_id,
    coalesce(r.employer_id, nobody.id) AS employer_id,
    coalesce(r.programme_id, nobody.id) AS programme_id,
    r.sub_programme, r.programme_status,
    concat(fold(name.read), E'\t', name.read) COLLATE "C" AS learner_name,
    t.updated_at,
    least(greatest((t.updated_at AT TIME ZONE 'Europe/London')::date - date '2020-01-01', 0), 8191)::smallint AS updated_day,
    t.due_date,
    CASE WHEN t.due_date IS NULL THEN -1 ELSE least(greatest(t.due_date - date '2020-01-01', 0), 8191) END::smallint AS due_day
FROM tracker t
JOIN learner r ON r.id = t.learner_id
JOIN tracker_type type ON type.id = t.type_id
CROSS JOIN LATERAL (SELECT btrim(r.given_names || ' ' || r.family_name) AS read) name
CROSS JOIN (SELECT '00000000-0000-0000-0000-000000000000'::uuid AS id) nobody
CROSS JOIN LATERAL (
    SELECT DISTINCT of.id FROM unnest(ARRAY[t.organisation_id, t.assignee_id, t.created_by_id, r.tutor_id]) of (id)
    WHERE of.id IS NOT NULL
) scope;
