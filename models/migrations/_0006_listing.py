"""What the listing of trackers is, as SQL: the views that say what is listed, and the functions that keep to them.

For the migration ``0006_finding`` alone, and like it never to be changed.
"""

# Who lists a tracker: the organisation (its administrators), and each member whom it concerns. Nobody and nothing is an id of
# noughts, so that an index finds it like any other. Days are numbers from 2020, kept within 0 to 8191, and -1 for none.
LISTED = """
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
    concat(fold(name.read), E'\\t', name.read) COLLATE "C" AS learner_name,
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
) scope
"""
GROUPED = """
CREATE VIEW tracker_grouped AS
SELECT l.scope, i.group_id, l.number, l.tracker_id
FROM tracker_listed l JOIN learner_in_group i ON i.learner_id = l.learner_id
"""
# A space follows whatever is no letter or digit of the folded text: so before any part of a word stands one of 37 characters,
# with which two letters make the three that the index knows. What is looked for goes through the same.
SPACED = """
CREATE FUNCTION spaced(value text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT regexp_replace(fold(value), '([^a-z0-9 ])', '\\1 ', 'g') $$
"""
# Searched in lots of 1024 numbers, each lot of each scope a place. Codes are the number, and all that the ULN can start with.
WORDED = """
CREATE VIEW tracker_worded AS
SELECT t.id AS tracker_id, t.number,
    ARRAY(
        SELECT DISTINCT of.id || ':' || (t.number >> 10)
        FROM unnest(ARRAY[t.organisation_id, t.assignee_id, t.created_by_id, r.tutor_id]) of (id)
        WHERE of.id IS NOT NULL ORDER BY 1
    ) AS places,
    ' ' || spaced(concat(r.given_names, ' ', r.family_name, E'\\n', t.description)) AS words,
    'n' || t.number || ARRAY(SELECT 'u' || left(r.uln, length) FROM generate_series(1, length(r.uln)) length) AS codes
FROM tracker t JOIN learner r ON r.id = t.learner_id
"""

_COLUMNS = (
    "tracker_id, status, category, type_id, assignee_id, created_by_id, learner_id, tutor_id, employer_id, programme_id, "
    "sub_programme, programme_status, learner_name, updated_at, updated_day, due_date, due_day"
)
# NOT EXISTS, not NOT IN: that is quick for as many as a hash holds, and without end for the trackers of a large organisation.
LIST = f"""
CREATE FUNCTION list_trackers(changed uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH wanted AS MATERIALIZED (
        SELECT * FROM tracker_listed WHERE tracker_id = ANY(changed)
    ), grouped AS MATERIALIZED (
        SELECT w.scope, i.group_id, w.number, w.tracker_id FROM wanted w JOIN learner_in_group i USING (learner_id)
    ), unlisted AS (
        DELETE FROM tracker_listing had WHERE tracker_id = ANY(changed)
            AND NOT EXISTS (SELECT FROM wanted w WHERE (w.scope, w.tracker_id) = (had.scope, had.tracker_id))
    ), ungrouped AS (
        DELETE FROM tracker_in_group had WHERE tracker_id = ANY(changed) AND NOT EXISTS (
            SELECT FROM grouped g WHERE (g.scope, g.group_id, g.tracker_id) = (had.scope, had.group_id, had.tracker_id)
        )
    ), unworded AS (
        DELETE FROM tracker_words had WHERE tracker_id = ANY(changed)
            AND NOT EXISTS (SELECT FROM wanted w WHERE w.tracker_id = had.tracker_id)
    ), listed AS (
        INSERT INTO tracker_listing AS had SELECT * FROM wanted ON CONFLICT (scope, number) DO UPDATE
        SET ({_COLUMNS}) = ROW ({", ".join(f"excluded.{name}" for name in _COLUMNS.split(", "))})
        WHERE had IS DISTINCT FROM excluded
    ), filed AS (
        INSERT INTO tracker_in_group SELECT * FROM grouped ON CONFLICT DO NOTHING
    )
    INSERT INTO tracker_words AS had SELECT * FROM tracker_worded WHERE tracker_id = ANY(changed)
    ON CONFLICT (tracker_id) DO UPDATE
    SET places = excluded.places, words = excluded.words, codes = excluded.codes WHERE had IS DISTINCT FROM excluded;
END $$
"""

# Whoever lists a tracker holds its learner's row, so that of two changes at once the later one sees the earlier. The statements
# that open and change trackers take it earlier still, in the order of locks that all keep.
OPENED = """
CREATE FUNCTION list_opened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM learner WHERE id IN (SELECT learner_id FROM after) ORDER BY id FOR SHARE;
    PERFORM list_trackers(ARRAY(SELECT id FROM after));
    RETURN NULL;
END $$
"""
CHANGED = """
CREATE FUNCTION list_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed uuid[] := ARRAY(
        SELECT id FROM after a JOIN before b USING (id)
        WHERE (a.status, a.type_id, a.assignee_id, a.created_by_id, a.learner_id, a.description, a.due_date, a.updated_at)
            IS DISTINCT FROM
            (b.status, b.type_id, b.assignee_id, b.created_by_id, b.learner_id, b.description, b.due_date, b.updated_at)
    );
BEGIN
    IF changed <> '{}' THEN
        PERFORM FROM learner WHERE id IN (SELECT learner_id FROM after) ORDER BY id FOR NO KEY UPDATE;
        PERFORM list_trackers(changed);
    END IF;
    RETURN NULL;
END $$
"""
DELETED = """
CREATE FUNCTION list_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM list_trackers(ARRAY(SELECT id FROM before));
    RETURN NULL;
END $$
"""
LEARNER_CHANGED = """
CREATE FUNCTION list_of_learners() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed uuid[] := ARRAY(
        SELECT t.id FROM after a JOIN before b USING (id) JOIN tracker t ON t.learner_id = a.id
        WHERE (a.tutor_id, a.employer_id, a.programme_id, a.sub_programme, a.programme_status, a.given_names, a.family_name, a.uln)
            IS DISTINCT FROM
            (b.tutor_id, b.employer_id, b.programme_id, b.sub_programme, b.programme_status, b.given_names, b.family_name, b.uln)
    );
BEGIN
    IF changed <> '{}' THEN
        PERFORM list_trackers(changed);
    END IF;
    RETURN NULL;
END $$
"""
REGROUPED = """
CREATE FUNCTION list_regrouped() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM learner WHERE id IN (SELECT learner_id FROM regrouped) ORDER BY id FOR NO KEY UPDATE;
    PERFORM list_trackers(ARRAY(SELECT id FROM tracker WHERE learner_id IN (SELECT learner_id FROM regrouped)));
    RETURN NULL;
END $$
"""
