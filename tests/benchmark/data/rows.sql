-- One organisation with $members members, $learners learners and $trackers trackers, each with eight filled values, four
-- events and, where somebody else opened it, a notification; and one with $listeners members who listen on sockets.
-- Ids tell the kind of row and its number. Members 1 to 3/4 of all are administrators, the rest are tutors.
CREATE FUNCTION pg_temp.row_id(kind text, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$$$ SELECT ('00000000-0000-7000-80' || kind || '-' || lpad(to_hex(n), 12, '0'))::uuid $$$$;

INSERT INTO organisation (id, name, created_at)
SELECT pg_temp.row_id('00', n), name, '2026-09-01' FROM (VALUES (1, 'Measured'), (2, 'Listening')) o (n, name);
INSERT INTO process_automation (id, organisation_id, key, enabled, four_eyes)
SELECT gen_random_uuid(), pg_temp.row_id('00', 1), key, true, false FROM tracker_type WHERE category = 'PROCESS_AUTOMATION';

INSERT INTO member (id, organisation_id, name, email, kind, roles, active, created_at)
SELECT pg_temp.row_id('01', n), pg_temp.row_id('00', 1), 'Member ' || n, 'member' || n || '@measured.example',
    CASE WHEN n <= $members * 3 / 4 THEN 'ADMINISTRATOR' ELSE 'TUTOR' END,
    '{CREATE_TRACKERS,CREATE_PROCESS_AUTOMATION_TRACKERS,EDIT_PROCESS_AUTOMATION_TRACKERS,MANAGE_SETTINGS,MANAGE_MEMBERS}'::text[],
    true, timestamptz '2026-09-01'
FROM generate_series(1, $members) n
UNION ALL SELECT pg_temp.row_id('02', n), pg_temp.row_id('00', 2), 'Listener ' || n,
    'listener' || n || '@listening.example', 'ADMINISTRATOR', '{}', true, timestamptz '2026-09-01'
FROM generate_series(1, $listeners) n;
-- A session has the id of its member.
INSERT INTO session (id, member_id, created_at, expires_at) SELECT id, id, '2026-09-01', '2100-01-01' FROM member;

INSERT INTO programme (id, organisation_id, name)
SELECT pg_temp.row_id('03', n), pg_temp.row_id('00', 1), 'Programme ' || n FROM generate_series(1, 10) n;
INSERT INTO employer (id, organisation_id, name, confirmed)
SELECT pg_temp.row_id('04', n), pg_temp.row_id('00', 1), 'Employer ' || n, true FROM generate_series(1, 200) n;
INSERT INTO learner (id, organisation_id, reference, uln, given_names, family_name, programme_id, programme_status,
    employer_id, tutor_id, created_at)
SELECT pg_temp.row_id('05', n), pg_temp.row_id('00', 1), 'L' || n, (1000000000 + n * 7919)::text,
    (ARRAY['Zoë', 'Ann', 'Mary Jane', 'Li'])[n % 4 + 1], 'Jones' || n, pg_temp.row_id('03', n % 10 + 1),
    (ARRAY['ACTIVE', 'ONBOARDING', 'ACTIVE', 'ON_A_BREAK'])[n % 4 + 1], pg_temp.row_id('04', n % 200 + 1),
    pg_temp.row_id('01', $members * 3 / 4 + n % ($members / 4) + 1), timestamptz '2026-09-01'
FROM generate_series(1, $learners) n
UNION ALL SELECT pg_temp.row_id('06', 1), pg_temp.row_id('00', 2), 'L1', NULL, 'Ann', 'Smith', NULL, 'ACTIVE', NULL, NULL,
    timestamptz '2026-09-01';

CREATE TEMP TABLE form (place int, key text, "values" jsonb);
INSERT INTO form VALUES
(0, 'JOB', '{"jobTitle": "Baker", "startDate": "2026-09-01", "endDate": "2027-08-31", "hourlyRate": "12.50",
    "weeklyHours": "37.5", "contractKind": ["FIXED_TERM"], "evidenceKind": ["PAYSLIP", "CONTRACT"]}'),
(1, 'APPRENTICESHIP', '{"programmeKind": ["STANDARD"], "standardReference": "ST0001", "level": ["3"],
    "startDate": "2026-09-01", "plannedEndDate": "2027-08-31", "weeklyHours": "30", "hourlyRate": "9.75"}'),
(2, 'ILR', '{"ilrYear": "26-27", "queryKind": ["INCORRECT_DATA"], "ilrField": "LearnStartDate",
    "aimReference": "ZPROG001", "currentValue": "2026-09-01", "proposedValue": "2026-09-08", "uln": "1000000043",
    "effectiveDate": "2026-09-08"}');
INSERT INTO tracker (id, organisation_id, number, type_id, type_version_id, learner_id, assignee_id, created_by_id, status,
    description, due_date, "values", version, created_at, updated_at)
SELECT pg_temp.row_id('07', n), pg_temp.row_id('00', 1), n, type.id, type.version_id, pg_temp.row_id('05', n % $learners + 1),
    CASE WHEN n % 10 > 0 THEN pg_temp.row_id('01', n % ($members * 3 / 4) + 1) END,
    pg_temp.row_id('01', n * 7 % $members + 1), (ARRAY['NEW', 'RESOLVED', 'NEW', 'CLOSED', 'REJECTED'])[n % 5 + 1],
    'Check the papers of case ' || n || '.', CASE WHEN n % 3 > 0 THEN opened.at::date + 30 END,
    form."values" || CASE WHEN form.key = 'ILR' THEN '{}'
        ELSE jsonb_build_object('organisation', pg_temp.row_id('04', n % 200 + 1)) END,
    3, opened.at, opened.at + interval '3 days'
FROM generate_series(1, $trackers) n
CROSS JOIN LATERAL (SELECT timestamptz '2026-09-01 12:00+00' - make_interval(secs => 60 * ($trackers - n)) AS at) opened
JOIN form ON form.place = n % 3
JOIN (
    SELECT t.key, t.id, v.id AS version_id FROM tracker_type t
    JOIN tracker_type_version v ON v.type_id = t.id AND v.version = t.version WHERE t.organisation_id IS NULL
) type ON type.key = form.key
ORDER BY n;
INSERT INTO tracker (id, organisation_id, number, type_id, type_version_id, learner_id, created_by_id, status, description,
    "values", version, created_at, updated_at)
SELECT pg_temp.row_id('08', 1), pg_temp.row_id('00', 2), 1, type_id, type_version_id, pg_temp.row_id('06', 1),
    pg_temp.row_id('02', 1), 'NEW', '', '{}'::jsonb, 1, created_at, created_at
FROM tracker WHERE organisation_id = pg_temp.row_id('00', 1) AND number = 3;
INSERT INTO organisation_counter (organisation_id, trackers, newest_at)
SELECT organisation_id, max(number), max(created_at) FROM tracker GROUP BY organisation_id;

INSERT INTO tracker_event (id, organisation_id, tracker_id, kind, actor_id, at, version, comment, changes)
SELECT pg_temp.row_id('09', t.number * 4 + event.n), t.organisation_id, t.id, event.kind, t.created_by_id,
    t.created_at + make_interval(days => event.n), event.version, event.comment, event.changes::jsonb
FROM tracker t CROSS JOIN (VALUES
    (0, 'CREATED', 1, NULL, '[]'),
    (1, 'COMMENTED', 1, 'The papers are on their way.', '[]'),
    (2, 'UPDATED', 2, NULL, '[{"path": ["description"], "label": "Description", "before": null, "after": "Check the papers."},
        {"path": ["dueDate"], "label": "Due date", "before": null, "after": "1 October 2026"}]'),
    (3, 'STATUS_CHANGED', 3, 'All is there.',
        '[{"path": ["status"], "label": "Status", "before": "New", "after": "Resolved"}]')
) event (n, kind, version, comment, changes)
WHERE t.organisation_id = pg_temp.row_id('00', 1) ORDER BY t.number, event.n;

INSERT INTO notification (id, recipient_id, cursor, kind, tracker_id, actor_id, created_at, read_at)
SELECT pg_temp.row_id('10', number), assignee_id, row_number() OVER (PARTITION BY assignee_id ORDER BY number), 'ASSIGNED', id,
    created_by_id, created_at, CASE WHEN number < $trackers * 9 / 10 THEN updated_at END
FROM tracker WHERE assignee_id <> created_by_id;
INSERT INTO inbox (member_id, cursor, read_count)
SELECT m.id, count(n.id), count(n.read_at) FROM member m LEFT JOIN notification n ON n.recipient_id = m.id GROUP BY m.id;
