"""Organisations with many trackers, inserted by SQL: 1,000,000 in fifty organisations, or as many as the environment says.

The largest organisation has a fifth of the trackers, and one learner for five of them. The distribution is deliberately
skewed: some values occur only in old trackers, some in nearly all trackers, and some in none. One tutor has some 6,500
trackers, half of them through learners; one has 200, and 400 share most of the other learners.
"""

import os
from collections.abc import Mapping
from typing import Any

import asyncpg

TRACKERS = int(os.environ.get("LISTED_TRACKERS", "50000"))
ORGANISATIONS = 50
LARGE, UNKNOWN = "Large", "Unknown"
"""The largest organisation, and one that is as large and that the planner's statistics do not have."""
BIG, SMALL = "Big Tutor", "Small Tutor"

_SIZES = f"""
CREATE TEMP TABLE provider AS
SELECT new.name, gen_random_uuid() AS id, new.trackers, new.trackers / 5 AS learners FROM (
    SELECT $name$ AS name, $trackers$ AS trackers
    UNION ALL SELECT 'Other ' || k, {TRACKERS} * 4 / 5 / {ORGANISATIONS - 1} FROM generate_series(1, $others$) k
) new
"""
_ROWS = (
    "INSERT INTO organisation (id, name, created_at) SELECT id, name, now() FROM provider",
    """
    INSERT INTO organisation_counter (organisation_id, trackers, newest_at)
    SELECT id, trackers, timestamptz '2026-09-01 12:00+00' FROM provider
    """,
    f"""
    INSERT INTO member (id, organisation_id, name, email, kind, roles, active, created_at)
    SELECT gen_random_uuid(), p.id, new.name, gen_random_uuid() || '@example.org', kind, '{{}}', true, now()
    FROM provider p, (
        SELECT 'Admin ' || n AS name, 'ADMINISTRATOR' AS kind FROM generate_series(1, 20) n
        UNION ALL SELECT 'Tutor ' || n, 'TUTOR' FROM generate_series(1, 400) n
        UNION ALL SELECT name, 'TUTOR' FROM unnest(ARRAY['{BIG}', '{SMALL}', 'Ghost']) name
    ) new
    """,
    """
    INSERT INTO employer (id, organisation_id, name, confirmed)
    SELECT gen_random_uuid(), p.id, 'Employer ' || n, true FROM provider p, generate_series(0, 200) n
    """,
    """
    INSERT INTO programme (id, organisation_id, name)
    SELECT gen_random_uuid(), p.id, 'Programme ' || n FROM provider p, generate_series(0, 5) n
    """,
    """
    INSERT INTO learner_group (id, organisation_id, name)
    SELECT gen_random_uuid(), p.id, 'Group ' || n FROM provider p, generate_series(0, 40) n
    """,
    """
    CREATE TEMP TABLE person AS
    SELECT p.id AS organisation_id, n, gen_random_uuid() AS id FROM provider p, generate_series(1, learners) n
    """,
    "ANALYZE provider, person, member, employer, programme, learner_group",
    f"""
    INSERT INTO learner (id, organisation_id, reference, uln, given_names, family_name, programme_id, sub_programme,
        programme_status, employer_id, tutor_id, created_at)
    SELECT p.id, p.organisation_id, 'L' || n, (1000000000 + n * 7919)::text,
        (ARRAY['Zoë', 'Ann', 'Mary Jane', 'Li', 'Grace', 'Tom', 'Oliver', 'Chloé'])[n % 8 + 1],
        CASE WHEN n = 999 THEN 'Sméth'
            ELSE (ARRAY['Jones', 'Smith', 'O''Neill', 'Walker', 'Hughes'])[n % 5 + 1] || substr(md5(n::text), 1, 4) END,
        programme.id, CASE WHEN n % 3 = 0 THEN 'Part ' || n % 2 END,
        CASE WHEN n % 1000 = 0 THEN 'WITHDRAWN' WHEN n % 2 = 0 THEN 'ACTIVE' ELSE 'ONBOARDING' END,
        employer.id, tutor.id, now()
    FROM person p
    JOIN programme ON programme.organisation_id = p.organisation_id AND programme.name = 'Programme ' || least(n % 50, 4)
    LEFT JOIN employer ON employer.organisation_id = p.organisation_id AND n % 3 > 0
        AND employer.name = 'Employer ' || n % 200
    LEFT JOIN member tutor ON tutor.organisation_id = p.organisation_id AND tutor.name = CASE
        WHEN n <= 680 THEN '{BIG}' WHEN n <= 720 THEN '{SMALL}' WHEN n % 4 > 0 THEN 'Tutor ' || n % 400 + 1 END
    """,
    """
    INSERT INTO learner_in_group (learner_id, group_id)
    SELECT p.id, g.id FROM person p JOIN learner_group g ON g.organisation_id = p.organisation_id
    AND (g.name = CASE WHEN n % 1000 = 5 THEN 'Group 30' WHEN n % 4 = 0 THEN 'Group 31' WHEN n % 4 = 1 THEN 'Group ' || n % 10 END
        OR (n % 8 = 0 AND g.name = 'Group 3'))
    """,
    f"""
    INSERT INTO tracker (id, organisation_id, number, type_id, type_version_id, learner_id, assignee_id, created_by_id, status,
        description, due_date, "values", version, created_at, updated_at)
    SELECT gen_random_uuid(), o.id, n, type.id, type.version_id, p.id,
        CASE WHEN n % 64 = 5 THEN big.id WHEN n % 9 = 0 THEN admins.ids[n % 19 + 1] END,
        CASE WHEN n < 2000 THEN admins.ids[20] WHEN n % 20 = 1 THEN admins.ids[n % 18 + 1] END,
        CASE WHEN n <= 1000 THEN 'APPROVED' WHEN n % 5000 = 0 THEN 'CLOSED' WHEN n % 2 = 0 THEN 'RESOLVED' ELSE 'NEW' END,
        CASE WHEN n % 10000 = 7777 THEN 'Xylophone' WHEN n % 1000 = 321 THEN 'Middle'
            WHEN n < o.trackers * 0.4 AND n % 2 = 0 THEN 'Ancient' ELSE 'Hours' END || ' of week ' || n % 52 || ': ' || md5(n::text),
        CASE WHEN n % 3 > 0 THEN opened.at::date + n % 61 END, '{{}}', 1, opened.at,
        least(opened.at + make_interval(days => n % 200), timestamptz '2026-09-02 12:00+00')
    FROM provider o CROSS JOIN generate_series(1, o.trackers) AS series (n)
    CROSS JOIN LATERAL (
        SELECT timestamptz '2026-09-01 12:00+00' - make_interval(secs => 90000000 * (1 - n::float / o.trackers)) AS at
    ) opened
    JOIN (SELECT organisation_id, n AS place, id FROM person) p
        ON p.organisation_id = o.id AND p.place = n % o.learners + 1
    JOIN (SELECT organisation_id, array_agg(id ORDER BY substr(name, 7)::int) AS ids FROM member WHERE kind = 'ADMINISTRATOR'
        GROUP BY 1) admins ON admins.organisation_id = o.id
    JOIN member big ON big.organisation_id = o.id AND big.name = '{BIG}'
    JOIN (
        SELECT t.id, v.id AS version_id, row_number() OVER (ORDER BY position, t.id) AS place
        FROM tracker_type t JOIN tracker_type_version v ON v.type_id = t.id AND v.version = t.version
    ) type ON type.place = CASE WHEN n < 500 THEN 1 WHEN n % 1000 = 0 THEN 2 ELSE n % 5 + 3 END
    ORDER BY opened.at
    """,
    "DROP TABLE provider, person",
)
SETTINGS = (
    "SET session_replication_role = replica; SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'; "
    "ALTER TABLE tracker SET (autovacuum_enabled = off); ALTER TABLE learner SET (autovacuum_enabled = off)"
)
_INDEXES = """
SELECT indexname AS name, indexdef AS definition FROM pg_indexes
WHERE tablename IN ('tracker', 'learner') AND indexdef NOT LIKE 'CREATE UNIQUE%'
"""
_FORGET = """
DELETE FROM pg_statistic WHERE starelid IN ('tracker'::regclass, 'learner'::regclass, 'learner_in_group'::regclass);
UPDATE pg_class SET reltuples = -1, relpages = 0, relallvisible = 0 WHERE relname IN ('tracker', 'learner', 'learner_in_group');
"""


async def fill(credentials: Mapping[str, Any]) -> None:
    """Insert the rows of all organisations, without checking references.

    The statistics are gathered before the organisation ``UNKNOWN`` is inserted, and not again.
    """
    connection = await asyncpg.connect(**credentials)
    try:
        await connection.execute(SETTINGS)
        indexes = await connection.fetch(_INDEXES)
        await connection.execute("".join(f"DROP INDEX {index['name']};" for index in indexes))
        await _insert(connection, LARGE, ORGANISATIONS - 1)
        await connection.execute(";".join(index["definition"] for index in indexes))
        await connection.execute("VACUUM ANALYZE")
        await _insert(connection, UNKNOWN, 0)
    finally:
        await connection.close()


async def forget_statistics(credentials: Mapping[str, Any]) -> None:
    """Delete what the planner knows of the large tables, as if they had never been analysed."""
    connection = await asyncpg.connect(**credentials)
    try:
        await connection.execute(_FORGET)
    finally:
        await connection.close()


async def _insert(connection: Any, name: str, others: int) -> None:
    sizes = _SIZES.replace("$name$", f"'{name}'").replace("$trackers$", str(TRACKERS // 5))
    for statement in (sizes.replace("$others$", str(others)), *_ROWS):
        await connection.execute(statement)
