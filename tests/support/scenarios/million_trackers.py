"""An organisation with 1,000,000 trackers, inserted by SQL.

The distribution is deliberately skewed: some values occur only in old trackers, some in nearly all trackers, and some
in none. One tutor has a tenth of all trackers, one has a thousand, and 400 have a few each.
"""

import asyncio
import datetime as dt
from collections.abc import Mapping
from typing import Any

import asyncpg

TRACKERS = 1_000_000
LEARNERS = 20_000
BIG, SMALL = "Big Tutor", "Small Tutor"

# Each learner has 50 trackers. Learners 1 to 2,000 belong to the big tutor, the next 20 to the small tutor, the next 2,000
# to 400 other tutors, and the rest have no tutor.
ROWS = f"""
INSERT INTO organisation (id, name, created_at) VALUES (gen_random_uuid(), 'Large', now());
INSERT INTO organisation_counter (organisation_id, trackers, newest_at)
SELECT id, {TRACKERS}, timestamptz '2026-09-01 12:00+00' FROM organisation;
INSERT INTO member (id, organisation_id, name, email, kind, roles, active, created_at)
SELECT gen_random_uuid(), o.id, new.name, lower(replace(new.name, ' ', '.')) || '@large.example', kind, '{{}}', true, now()
FROM organisation o, (
    SELECT 'Admin ' || n AS name, 'ADMINISTRATOR' AS kind FROM generate_series(1, 20) n
    UNION ALL SELECT 'Tutor ' || n, 'TUTOR' FROM generate_series(1, 400) n
    UNION ALL SELECT name, 'TUTOR' FROM unnest(ARRAY['{BIG}', '{SMALL}', 'Ghost']) name
) new;
INSERT INTO employer (id, organisation_id, name, confirmed)
SELECT gen_random_uuid(), o.id, 'Employer ' || n, true FROM organisation o, generate_series(0, 200) n;
INSERT INTO programme (id, organisation_id, name)
SELECT gen_random_uuid(), o.id, 'Programme ' || n FROM organisation o, generate_series(0, 5) n;
INSERT INTO learner_group (id, organisation_id, name)
SELECT gen_random_uuid(), o.id, 'Group ' || n FROM organisation o, generate_series(0, 40) n;

CREATE TEMP TABLE people AS SELECT n, gen_random_uuid() AS id FROM generate_series(1, {LEARNERS}) n;
INSERT INTO learner (id, organisation_id, reference, uln, given_names, family_name, programme_id, sub_programme,
    programme_status, employer_id, tutor_id, created_at)
SELECT p.id, o.id, 'L' || n, (1000000000 + n * 7919)::text, (ARRAY['Zoë', 'Ann', 'Mary Jane', 'Li'])[n % 4 + 1],
    CASE WHEN n = 4999 THEN 'Sméth' ELSE 'Jones' || chr(97 + n % 26) || chr(97 + n / 26 % 26) END,
    (SELECT id FROM programme WHERE name = 'Programme ' || least(n % 50, 4)),
    CASE WHEN n % 3 = 0 THEN 'Part ' || n % 2 END,
    CASE WHEN n % 4000 = 0 THEN 'WITHDRAWN' WHEN n % 2 = 0 THEN 'ACTIVE' ELSE 'ONBOARDING' END,
    CASE WHEN n % 3 > 0 THEN (SELECT id FROM employer WHERE name = 'Employer ' || n % 200) END,
    (SELECT id FROM member WHERE name = CASE WHEN n <= 2000 THEN '{BIG}' WHEN n <= 2020 THEN '{SMALL}'
        WHEN n <= 4020 THEN 'Tutor ' || n % 400 + 1 END), now()
FROM people p, organisation o;
INSERT INTO learner_in_group (learner_id, group_id)
SELECT p.id, g.id FROM people p JOIN learner_group g
ON g.name = CASE WHEN n % 2000 = 5 THEN 'Group 30' WHEN n % 4 = 0 THEN 'Group 31' WHEN n % 4 = 1 THEN 'Group ' || n % 10 END
    OR (n % 8 = 0 AND g.name = 'Group 3');

INSERT INTO tracker (id, organisation_id, number, type_id, type_version_id, learner_id, assignee_id, created_by_id, status,
    description, due_date, "values", version, created_at, updated_at)
SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, o.id, n, type.id, type.version_id, p.id,
    CASE WHEN n % 9 = 0 THEN admins.ids[n % 19 + 1] END,
    CASE WHEN n < 2000 THEN admins.ids[20] WHEN n % 20 = 1 THEN admins.ids[n % 18 + 1] END,
    CASE WHEN n <= 1000 THEN 'APPROVED' WHEN n % 50000 = 0 THEN 'CLOSED' WHEN n % 2 = 0 THEN 'RESOLVED' ELSE 'NEW' END,
    CASE WHEN n % 100000 = 77777 THEN 'Xylophone' WHEN n % 5000 = 4321 THEN 'Middle' WHEN n < 400000 AND n % 2 = 0
        THEN 'Ancient' ELSE 'Hours' END,
    CASE WHEN n % 3 > 0 THEN opened.at::date + n % 61 END, '{{}}', 1, opened.at,
    least(opened.at + make_interval(days => n % 200), timestamptz '2026-09-02 12:00+00')
FROM generate_series(1, {TRACKERS}) n
CROSS JOIN LATERAL (SELECT timestamptz '2026-09-01 12:00+00' - make_interval(secs => 95 * ({TRACKERS} - n)) AS at) opened
CROSS JOIN organisation o
JOIN (SELECT n AS place, id FROM people) p ON p.place = n % {LEARNERS} + 1
CROSS JOIN (SELECT array_agg(id ORDER BY substr(name, 7)::int) AS ids FROM member WHERE kind = 'ADMINISTRATOR') admins
JOIN (
    SELECT t.id, v.id AS version_id, row_number() OVER (ORDER BY position, t.id) AS place
    FROM tracker_type t JOIN tracker_type_version v ON v.type_id = t.id AND v.version = t.version
) type ON type.place = CASE WHEN n < 500 THEN 1 WHEN n % 1000 = 0 THEN 2 ELSE n % 5 + 3 END;
"""
SETTINGS = "SET session_replication_role = replica; SET maintenance_work_mem = '512MB'; SET work_mem = '256MB'"
INDEXES = """
SELECT indexname AS name, indexdef AS definition FROM pg_indexes
WHERE tablename = ANY($1) AND indexdef NOT LIKE 'CREATE UNIQUE%'
"""


async def fill(credentials: Mapping[str, Any]) -> None:
    """Insert all rows without checking references, and recreate the indexes."""
    connections = [await asyncpg.connect(**credentials) for _ in range(3)]
    try:
        for connection in connections:
            await connection.execute(SETTINGS)
        first = connections[0]
        indexes = await first.fetch(INDEXES, ["tracker"])
        await first.execute("".join(f"DROP INDEX {index['name']};" for index in indexes))
        await first.execute(ROWS)
        await _execute_concurrently([index["definition"] for index in indexes], connections)
        await first.execute("VACUUM ANALYZE")
    finally:
        for connection in connections:
            await connection.close()


async def _execute_concurrently(statements: list[str], connections: list[Any]) -> None:
    pending = statements[::-1]

    async def execute_pending(connection: Any) -> None:
        while pending:
            await connection.execute(pending.pop())

    await asyncio.gather(*map(execute_pending, connections))


def created_at(number: int) -> dt.datetime:
    """Return when a tracker was created."""
    return dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC) - dt.timedelta(seconds=95 * (TRACKERS - number))
