--
-- PostgreSQL database dump
--


-- Dumped from database version 18.6
-- Dumped by pg_dump version 18.6

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: pg_trgm; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;


--
-- Name: EXTENSION pg_trgm; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';


--
-- Name: unaccent; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;


--
-- Name: EXTENSION unaccent; Type: COMMENT; Schema: -; Owner: -
--

COMMENT ON EXTENSION unaccent IS 'text search dictionary that removes accents';


--
-- Name: fold(text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.fold(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT lower(public.unaccent('public.unaccent', value)) $$;


--
-- Name: list_changed(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.list_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
END $$;


--
-- Name: list_deleted(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.list_deleted() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM list_trackers(ARRAY(SELECT id FROM before));
    RETURN NULL;
END $$;


--
-- Name: list_of_learners(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.list_of_learners() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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
END $$;


--
-- Name: list_opened(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.list_opened() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM FROM learner WHERE id IN (SELECT learner_id FROM after) ORDER BY id FOR SHARE;
    PERFORM list_trackers(ARRAY(SELECT id FROM after));
    RETURN NULL;
END $$;


--
-- Name: list_regrouped(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.list_regrouped() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM FROM learner WHERE id IN (SELECT learner_id FROM regrouped) ORDER BY id FOR NO KEY UPDATE;
    PERFORM list_trackers(ARRAY(SELECT id FROM tracker WHERE learner_id IN (SELECT learner_id FROM regrouped)));
    RETURN NULL;
END $$;


--
-- Name: list_trackers(uuid[]); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.list_trackers(changed uuid[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
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
        SET (tracker_id, status, category, type_id, assignee_id, created_by_id, learner_id, tutor_id, employer_id, programme_id, sub_programme, programme_status, learner_name, updated_at, updated_day, due_date, due_day) = ROW (excluded.tracker_id, excluded.status, excluded.category, excluded.type_id, excluded.assignee_id, excluded.created_by_id, excluded.learner_id, excluded.tutor_id, excluded.employer_id, excluded.programme_id, excluded.sub_programme, excluded.programme_status, excluded.learner_name, excluded.updated_at, excluded.updated_day, excluded.due_date, excluded.due_day)
        WHERE had IS DISTINCT FROM excluded
    ), filed AS (
        INSERT INTO tracker_in_group SELECT * FROM grouped ON CONFLICT DO NOTHING
    )
    INSERT INTO tracker_words AS had SELECT * FROM tracker_worded WHERE tracker_id = ANY(changed)
    ON CONFLICT (tracker_id) DO UPDATE
    SET places = excluded.places, words = excluded.words, codes = excluded.codes WHERE had IS DISTINCT FROM excluded;
END $$;


--
-- Name: refuse_change(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$;


--
-- Name: spaced(text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.spaced(value text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT regexp_replace(fold(value), '([^a-z0-9 ])', '\1 ', 'g') $$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: audit_entry; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit_entry (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    kind character varying(30) NOT NULL,
    subject_id uuid,
    details jsonb NOT NULL,
    actor_id uuid,
    organisation_id uuid NOT NULL
);


--
-- Name: TABLE audit_entry; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.audit_entry IS 'One change: who, when, what, and what it was before and after. The database refuses to change or delete it.';


--
-- Name: COLUMN audit_entry.kind; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.audit_entry.kind IS 'MEMBER_CREATED: MEMBER_CREATED\nMEMBER_UPDATED: MEMBER_UPDATED\nPASSWORD_SET: PASSWORD_SET\nTYPE_CREATED: TYPE_CREATED\nTYPE_UPDATED: TYPE_UPDATED\nAUTOMATION_UPDATED: AUTOMATION_UPDATED\nEMPLOYER_CREATED: EMPLOYER_CREATED\nEMPLOYER_UPDATED: EMPLOYER_UPDATED\nIMPORTED: IMPORTED';


--
-- Name: COLUMN audit_entry.subject_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.audit_entry.subject_id IS 'the row that was changed';


--
-- Name: comment; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.comment (
    id uuid NOT NULL,
    text text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    idempotency_key character varying(200),
    idempotency_digest character varying(64),
    author_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    tracker_id uuid NOT NULL
);


--
-- Name: TABLE comment; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.comment IS 'A remark on a tracker.';


--
-- Name: employer; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.employer (
    id uuid NOT NULL,
    name character varying(200) NOT NULL,
    employer_id character varying(9),
    confirmed boolean NOT NULL,
    organisation_id uuid NOT NULL
);


--
-- Name: TABLE employer; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.employer IS 'An employer; trackers that prove a job take confirmed ones only.';


--
-- Name: COLUMN employer.employer_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.employer.employer_id IS 'the ILR''s EmpId';


--
-- Name: inbox; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.inbox (
    member_id uuid NOT NULL,
    cursor bigint NOT NULL
);


--
-- Name: TABLE inbox; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.inbox IS 'The cursor of a member''s newest notification; taken only by ``UPDATE … RETURNING``.';


--
-- Name: learner; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.learner (
    id uuid NOT NULL,
    reference character varying(12),
    uln character varying(10),
    title character varying(20),
    given_names character varying(100) NOT NULL,
    family_name character varying(100) NOT NULL,
    sub_programme character varying(200),
    programme_status character varying(20) NOT NULL,
    job_title character varying(120),
    weekly_hours numeric(5,2),
    workplace_postcode character varying(8),
    address_line1 character varying(50),
    address_line2 character varying(50),
    address_line3 character varying(50),
    address_line4 character varying(50),
    postcode character varying(8),
    created_at timestamp with time zone NOT NULL,
    imported_at timestamp with time zone,
    changed_at timestamp with time zone,
    employer_id uuid,
    organisation_id uuid NOT NULL,
    programme_id uuid,
    tutor_id uuid
);


--
-- Name: TABLE learner; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.learner IS 'A person on a programme, as the provider''s record has them.';


--
-- Name: COLUMN learner.reference; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.learner.reference IS 'the ILR''s LearnRefNumber';


--
-- Name: COLUMN learner.programme_status; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.learner.programme_status IS 'ONBOARDING: ONBOARDING\nREADY_TO_ENROL: READY_TO_ENROL\nACTIVE: ACTIVE\nON_A_BREAK: ON_A_BREAK\nENTERED_EPA: ENTERED_EPA\nPENDING_CHANGE: PENDING_CHANGE\nCOMPLETE: COMPLETE\nWITHDRAWN: WITHDRAWN';


--
-- Name: COLUMN learner.changed_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.learner.changed_at IS 'when an approved automation last changed the record';


--
-- Name: learner_group; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.learner_group (
    id uuid NOT NULL,
    name character varying(200) NOT NULL,
    organisation_id uuid NOT NULL
);


--
-- Name: TABLE learner_group; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.learner_group IS 'A group that learners are filed under.';


--
-- Name: learner_in_group; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.learner_in_group (
    learner_id uuid NOT NULL,
    group_id uuid NOT NULL
);


--
-- Name: learning_aim; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.learning_aim (
    id uuid NOT NULL,
    sequence integer NOT NULL,
    reference character varying(8) NOT NULL,
    software_aim_id character varying(36),
    aim_type integer NOT NULL,
    fund_model integer,
    programme_type integer,
    standard_code integer,
    framework_code integer,
    pathway_code integer,
    start_date date NOT NULL,
    original_start_date date,
    planned_end_date date,
    actual_end_date date,
    completion_status integer NOT NULL,
    outcome integer,
    withdraw_reason integer,
    restart boolean NOT NULL,
    actual_hours integer,
    achievement_date date,
    learning_support_from date,
    learning_support_to date,
    learner_id uuid NOT NULL,
    organisation_id uuid NOT NULL
);


--
-- Name: TABLE learning_aim; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.learning_aim IS 'A learning delivery of the ILR. Codes are the ILR''s own.';


--
-- Name: COLUMN learning_aim.sequence; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.learning_aim.sequence IS 'the order in the return: the ILR''s AimSeqNumber';


--
-- Name: COLUMN learning_aim.software_aim_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.learning_aim.software_aim_id IS 'the ILR''s SWSupAimId';


--
-- Name: mail; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.mail (
    id uuid NOT NULL,
    kind character varying(20) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempts integer NOT NULL,
    sent_at timestamp with time zone,
    given_up_at timestamp with time zone,
    last_error character varying(200),
    notification_id uuid,
    recipient_id uuid NOT NULL
);


--
-- Name: TABLE mail; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.mail IS 'A mail that is owed: ids only, rendered when it is sent.';


--
-- Name: COLUMN mail.kind; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.mail.kind IS 'ASSIGNMENT: ASSIGNMENT\nINVITATION: INVITATION\nPASSWORD_RESET: PASSWORD_RESET';


--
-- Name: COLUMN mail.due_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.mail.due_at IS 'not before then; while it is being sent, the end of the lease';


--
-- Name: member; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.member (
    id uuid NOT NULL,
    name character varying(200) NOT NULL,
    email character varying(320) NOT NULL,
    kind character varying(20) NOT NULL,
    roles text[] NOT NULL,
    active boolean NOT NULL,
    password_hash character varying(200),
    created_at timestamp with time zone NOT NULL,
    organisation_id uuid NOT NULL
);


--
-- Name: TABLE member; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.member IS 'A person of the organisation''s staff: an administrator or a tutor.';


--
-- Name: COLUMN member.email; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.member.email IS 'lower case; unique in the installation';


--
-- Name: COLUMN member.kind; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.member.kind IS 'ADMINISTRATOR: ADMINISTRATOR\nTUTOR: TUTOR';


--
-- Name: notification; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.notification (
    id uuid NOT NULL,
    cursor bigint NOT NULL,
    kind character varying(20) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    read_at timestamp with time zone,
    actor_id uuid,
    recipient_id uuid NOT NULL,
    tracker_id uuid NOT NULL
);


--
-- Name: TABLE notification; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.notification IS 'One thing a member is told. The row is the truth; sockets and mails only carry it.';


--
-- Name: COLUMN notification.kind; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.notification.kind IS 'ASSIGNED: ASSIGNED\nSTATUS_CHANGED: STATUS_CHANGED\nCOMMENTED: COMMENTED\nAPPLIED: APPLIED\nAPPLY_FAILED: APPLY_FAILED\nUPDATED: UPDATED';


--
-- Name: organisation; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.organisation (
    id uuid NOT NULL,
    name character varying(200) NOT NULL,
    created_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE organisation; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.organisation IS 'A training provider that keeps its trackers here.';


--
-- Name: organisation_counter; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.organisation_counter (
    organisation_id uuid NOT NULL,
    trackers integer NOT NULL,
    newest_at timestamp with time zone
);


--
-- Name: TABLE organisation_counter; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.organisation_counter IS 'The number of an organisation''s newest tracker.';


--
-- Name: password_token; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.password_token (
    id uuid NOT NULL,
    digest character varying(64) NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    member_id uuid NOT NULL
);


--
-- Name: TABLE password_token; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.password_token IS 'The right to choose a password once, from an invitation or a reset; stored hashed.';


--
-- Name: process_automation; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.process_automation (
    id uuid NOT NULL,
    key character varying(40) NOT NULL,
    enabled boolean NOT NULL,
    four_eyes boolean NOT NULL,
    organisation_id uuid NOT NULL
);


--
-- Name: TABLE process_automation; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.process_automation IS 'Whether an organisation uses one of the built-in process automations, and how.';


--
-- Name: programme; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.programme (
    id uuid NOT NULL,
    name character varying(200) NOT NULL,
    organisation_id uuid NOT NULL
);


--
-- Name: TABLE programme; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.programme IS 'A programme of the provider; from an ILR one per ProgType and StdCode or FworkCode.';


--
-- Name: refresh_token; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.refresh_token (
    id uuid NOT NULL,
    digest character varying(64) NOT NULL,
    used_at timestamp with time zone,
    session_id uuid NOT NULL
);


--
-- Name: TABLE refresh_token; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.refresh_token IS 'A token that was handed out to renew a session, stored hashed; used once.';


--
-- Name: session; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.session (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    member_id uuid NOT NULL
);


--
-- Name: TABLE session; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.session IS 'One sign-in. Access tokens name it; ending it ends them all.';


--
-- Name: sign_in_failures; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.sign_in_failures (
    key character varying(64) NOT NULL,
    failures integer NOT NULL,
    blocked_until timestamp with time zone,
    last_at timestamp with time zone NOT NULL
);


--
-- Name: TABLE sign_in_failures; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.sign_in_failures IS 'Failed sign-ins in a row for one e-mail or one client address, both kept hashed.';


--
-- Name: stored_file; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.stored_file (
    id uuid NOT NULL,
    type_key character varying(40) NOT NULL,
    field_key character varying(40) NOT NULL,
    name character varying(255) NOT NULL,
    media_type character varying(100) NOT NULL,
    bytes bigint NOT NULL,
    created_at timestamp with time zone NOT NULL,
    organisation_id uuid NOT NULL,
    tracker_id uuid,
    uploader_id uuid NOT NULL,
    complete boolean NOT NULL
);


--
-- Name: TABLE stored_file; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.stored_file IS 'A file that was uploaded for one field of one type; ``tracker`` is set once it is attached.';


--
-- Name: COLUMN stored_file.name; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.stored_file.name IS 'as its uploader called it';


--
-- Name: COLUMN stored_file.media_type; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.stored_file.media_type IS 'what its bytes show it to be';


--
-- Name: COLUMN stored_file.bytes; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.stored_file.bytes IS 'of an upload under way: as many as it may take';


--
-- Name: tortoise_migrations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tortoise_migrations (
    id integer NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied_at timestamp with time zone NOT NULL
);


--
-- Name: tortoise_migrations_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.tortoise_migrations_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: tortoise_migrations_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: -
--

ALTER SEQUENCE public.tortoise_migrations_id_seq OWNED BY public.tortoise_migrations.id;


--
-- Name: tracker; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tracker (
    id uuid NOT NULL,
    number integer NOT NULL,
    status character varying(20) NOT NULL,
    description text NOT NULL,
    due_date date,
    "values" jsonb NOT NULL,
    version integer NOT NULL,
    applies_on date,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    idempotency_key character varying(200),
    idempotency_digest character varying(64),
    assignee_id uuid,
    created_by_id uuid,
    learner_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    type_id uuid CONSTRAINT tracker_type_id_not_null1 NOT NULL,
    type_version_id uuid CONSTRAINT tracker_type_version_id_not_null1 NOT NULL,
    record_before jsonb,
    values_changed_by_id uuid
);


--
-- Name: TABLE tracker; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.tracker IS 'A case that a member opened about a learner.';


--
-- Name: COLUMN tracker.status; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.tracker.status IS 'NEW: NEW\nAPPROVED: APPROVED\nRESOLVED: RESOLVED\nREJECTED: REJECTED\nCLOSED: CLOSED';


--
-- Name: tracker_event; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tracker_event (
    id uuid NOT NULL,
    kind character varying(20) NOT NULL,
    at timestamp with time zone NOT NULL,
    version integer NOT NULL,
    comment text,
    changes jsonb NOT NULL,
    actor_id uuid,
    organisation_id uuid NOT NULL,
    tracker_id uuid NOT NULL
);


--
-- Name: TABLE tracker_event; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.tracker_event IS 'One entry of a tracker''s history.';


--
-- Name: COLUMN tracker_event.kind; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.tracker_event.kind IS 'CREATED: CREATED\nUPDATED: UPDATED\nASSIGNED: ASSIGNED\nSTATUS_CHANGED: STATUS_CHANGED\nCOMMENTED: COMMENTED\nAPPLIED: APPLIED\nAPPLY_FAILED: APPLY_FAILED';


--
-- Name: tracker_type; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tracker_type (
    id uuid NOT NULL,
    key character varying(40) NOT NULL,
    name character varying(200) NOT NULL,
    description text NOT NULL,
    category character varying(20) NOT NULL,
    version integer NOT NULL,
    archived boolean NOT NULL,
    "position" integer NOT NULL,
    organisation_id uuid
);


--
-- Name: TABLE tracker_type; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.tracker_type IS 'A kind of tracker: built in (no organisation) or an organisation''s own.';


--
-- Name: COLUMN tracker_type.category; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.tracker_type.category IS 'EMPLOYABILITY: EMPLOYABILITY\nFUNDED: FUNDED\nCUSTOM: CUSTOM\nPROCESS_AUTOMATION: PROCESS_AUTOMATION';


--
-- Name: COLUMN tracker_type."position"; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.tracker_type."position" IS 'the order in lists';


--
-- Name: tracker_listed; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.tracker_listed AS
 SELECT scope.id AS scope,
    t.number,
    t.id AS tracker_id,
    (array_position(ARRAY['NEW'::text, 'APPROVED'::text, 'RESOLVED'::text, 'REJECTED'::text, 'CLOSED'::text], (t.status)::text))::smallint AS status,
    (array_position(ARRAY['EMPLOYABILITY'::text, 'FUNDED'::text, 'CUSTOM'::text, 'PROCESS_AUTOMATION'::text], (type.category)::text))::smallint AS category,
    t.type_id,
    COALESCE(t.assignee_id, nobody.id) AS assignee_id,
    COALESCE(t.created_by_id, nobody.id) AS created_by_id,
    t.learner_id,
    COALESCE(r.tutor_id, nobody.id) AS tutor_id,
    COALESCE(r.employer_id, nobody.id) AS employer_id,
    COALESCE(r.programme_id, nobody.id) AS programme_id,
    r.sub_programme,
    r.programme_status,
    (concat(public.fold(name.read), '	', name.read) COLLATE "C") AS learner_name,
    t.updated_at,
    (LEAST(GREATEST((((t.updated_at AT TIME ZONE 'Europe/London'::text))::date - '2020-01-01'::date), 0), 8191))::smallint AS updated_day,
    t.due_date,
    (
        CASE
            WHEN (t.due_date IS NULL) THEN '-1'::integer
            ELSE LEAST(GREATEST((t.due_date - '2020-01-01'::date), 0), 8191)
        END)::smallint AS due_day
   FROM (((((public.tracker t
     JOIN public.learner r ON ((r.id = t.learner_id)))
     JOIN public.tracker_type type ON ((type.id = t.type_id)))
     CROSS JOIN LATERAL ( SELECT btrim((((r.given_names)::text || ' '::text) || (r.family_name)::text)) AS read) name)
     CROSS JOIN ( SELECT '00000000-0000-0000-0000-000000000000'::uuid AS id) nobody)
     CROSS JOIN LATERAL ( SELECT DISTINCT of.id
           FROM unnest(ARRAY[t.organisation_id, t.assignee_id, t.created_by_id, r.tutor_id]) of(id)
          WHERE (of.id IS NOT NULL)) scope);


--
-- Name: tracker_grouped; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.tracker_grouped AS
 SELECT l.scope,
    i.group_id,
    l.number,
    l.tracker_id
   FROM (public.tracker_listed l
     JOIN public.learner_in_group i ON ((i.learner_id = l.learner_id)));


--
-- Name: tracker_in_group; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tracker_in_group (
    scope uuid NOT NULL,
    group_id uuid NOT NULL,
    number integer NOT NULL,
    tracker_id uuid
);


--
-- Name: tracker_listing; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tracker_listing (
    scope uuid NOT NULL,
    number integer NOT NULL,
    tracker_id uuid,
    status smallint,
    category smallint,
    type_id uuid,
    assignee_id uuid,
    created_by_id uuid,
    learner_id uuid,
    tutor_id uuid,
    employer_id uuid,
    programme_id uuid,
    sub_programme character varying(200),
    programme_status character varying(20),
    learner_name text COLLATE pg_catalog."C",
    updated_at timestamp with time zone,
    updated_day smallint,
    due_date date,
    due_day smallint
);


--
-- Name: tracker_type_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tracker_type_version (
    id uuid NOT NULL,
    version integer NOT NULL,
    definition jsonb NOT NULL,
    created_at timestamp with time zone NOT NULL,
    type_id uuid NOT NULL
);


--
-- Name: TABLE tracker_type_version; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.tracker_type_version IS 'One version of a type''s definition; never changed once written.';


--
-- Name: tracker_worded; Type: VIEW; Schema: public; Owner: -
--

CREATE VIEW public.tracker_worded AS
 SELECT t.id AS tracker_id,
    t.number,
    ARRAY( SELECT DISTINCT ((of.id || ':'::text) || (t.number >> 10))
           FROM unnest(ARRAY[t.organisation_id, t.assignee_id, t.created_by_id, r.tutor_id]) of(id)
          WHERE (of.id IS NOT NULL)
          ORDER BY ((of.id || ':'::text) || (t.number >> 10))) AS places,
    (' '::text || public.spaced(concat(r.given_names, ' ', r.family_name, '
', t.description))) AS words,
    (('n'::text || t.number) || ARRAY( SELECT ('u'::text || "left"((r.uln)::text, length.length))
           FROM generate_series(1, length((r.uln)::text)) length(length))) AS codes
   FROM (public.tracker t
     JOIN public.learner r ON ((r.id = t.learner_id)));


--
-- Name: tracker_words; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tracker_words (
    tracker_id uuid NOT NULL,
    number integer,
    places text[],
    words text,
    codes text[]
);


--
-- Name: tortoise_migrations id; Type: DEFAULT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tortoise_migrations ALTER COLUMN id SET DEFAULT nextval('public.tortoise_migrations_id_seq'::regclass);


--
-- Data for Name: audit_entry; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: comment; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: employer; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: inbox; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: learner; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: learner_group; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: learner_in_group; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: learning_aim; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: mail; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: member; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: notification; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: organisation; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: organisation_counter; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: password_token; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: process_automation; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: programme; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: refresh_token; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: session; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: sign_in_failures; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: stored_file; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: tortoise_migrations; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.tortoise_migrations VALUES (1, 'models', '0001_initial', '2026-11-27 05:37:36.463375+00');
INSERT INTO public.tortoise_migrations VALUES (2, 'models', '0002_search_and_queues', '2026-11-27 05:37:36.85105+00');
INSERT INTO public.tortoise_migrations VALUES (3, 'models', '0003_whole_life', '2026-11-27 05:37:37.481858+00');
INSERT INTO public.tortoise_migrations VALUES (4, 'models', '0004_append_only', '2026-11-27 05:37:37.817193+00');
INSERT INTO public.tortoise_migrations VALUES (5, 'models', '0005_uploads', '2026-11-27 05:37:37.934411+00');
INSERT INTO public.tortoise_migrations VALUES (6, 'models', '0006_finding', '2026-11-27 05:37:41.218617+00');
INSERT INTO public.tortoise_migrations VALUES (7, 'models', '0007_failed_automations', '2026-11-27 05:37:41.239236+00');


--
-- Data for Name: tracker; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: tracker_event; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: tracker_in_group; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: tracker_listing; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: tracker_type; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: tracker_type_version; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: tracker_words; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Name: tortoise_migrations_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.tortoise_migrations_id_seq', 7, true);


--
-- Name: audit_entry audit_entry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit_entry
    ADD CONSTRAINT audit_entry_pkey PRIMARY KEY (id);


--
-- Name: comment comment_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.comment
    ADD CONSTRAINT comment_pkey PRIMARY KEY (id);


--
-- Name: employer employer_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.employer
    ADD CONSTRAINT employer_pkey PRIMARY KEY (id);


--
-- Name: inbox inbox_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (member_id);


--
-- Name: learner_group learner_group_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.learner_group
    ADD CONSTRAINT learner_group_pkey PRIMARY KEY (id);


--
-- Name: learner learner_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.learner
    ADD CONSTRAINT learner_pkey PRIMARY KEY (id);


--
-- Name: learning_aim learning_aim_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.learning_aim
    ADD CONSTRAINT learning_aim_pkey PRIMARY KEY (id);


--
-- Name: mail mail_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.mail
    ADD CONSTRAINT mail_pkey PRIMARY KEY (id);


--
-- Name: member member_email_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.member
    ADD CONSTRAINT member_email_key UNIQUE (email);


--
-- Name: member member_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.member
    ADD CONSTRAINT member_pkey PRIMARY KEY (id);


--
-- Name: notification notification_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.notification
    ADD CONSTRAINT notification_pkey PRIMARY KEY (id);


--
-- Name: organisation_counter organisation_counter_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.organisation_counter
    ADD CONSTRAINT organisation_counter_pkey PRIMARY KEY (organisation_id);


--
-- Name: organisation organisation_name_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.organisation
    ADD CONSTRAINT organisation_name_key UNIQUE (name);


--
-- Name: organisation organisation_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.organisation
    ADD CONSTRAINT organisation_pkey PRIMARY KEY (id);


--
-- Name: password_token password_token_digest_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.password_token
    ADD CONSTRAINT password_token_digest_key UNIQUE (digest);


--
-- Name: password_token password_token_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.password_token
    ADD CONSTRAINT password_token_pkey PRIMARY KEY (id);


--
-- Name: process_automation process_automation_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.process_automation
    ADD CONSTRAINT process_automation_pkey PRIMARY KEY (id);


--
-- Name: programme programme_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.programme
    ADD CONSTRAINT programme_pkey PRIMARY KEY (id);


--
-- Name: refresh_token refresh_token_digest_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.refresh_token
    ADD CONSTRAINT refresh_token_digest_key UNIQUE (digest);


--
-- Name: refresh_token refresh_token_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.refresh_token
    ADD CONSTRAINT refresh_token_pkey PRIMARY KEY (id);


--
-- Name: session session_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (id);


--
-- Name: sign_in_failures sign_in_failures_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sign_in_failures
    ADD CONSTRAINT sign_in_failures_pkey PRIMARY KEY (key);


--
-- Name: stored_file stored_file_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stored_file
    ADD CONSTRAINT stored_file_pkey PRIMARY KEY (id);


--
-- Name: tortoise_migrations tortoise_migrations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tortoise_migrations
    ADD CONSTRAINT tortoise_migrations_pkey PRIMARY KEY (id);


--
-- Name: tracker_event tracker_event_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker_event
    ADD CONSTRAINT tracker_event_pkey PRIMARY KEY (id);


--
-- Name: tracker_in_group tracker_in_group_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker_in_group
    ADD CONSTRAINT tracker_in_group_pkey PRIMARY KEY (scope, group_id, number);


--
-- Name: tracker_listing tracker_listing_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker_listing
    ADD CONSTRAINT tracker_listing_pkey PRIMARY KEY (scope, number);


--
-- Name: tracker tracker_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker
    ADD CONSTRAINT tracker_pkey PRIMARY KEY (id);


--
-- Name: tracker_type tracker_type_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker_type
    ADD CONSTRAINT tracker_type_pkey PRIMARY KEY (id);


--
-- Name: tracker_type_version tracker_type_version_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker_type_version
    ADD CONSTRAINT tracker_type_version_pkey PRIMARY KEY (id);


--
-- Name: tracker_words tracker_words_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker_words
    ADD CONSTRAINT tracker_words_pkey PRIMARY KEY (tracker_id);


--
-- Name: comment uid_comment_author__5efc41; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.comment
    ADD CONSTRAINT uid_comment_author__5efc41 UNIQUE (author_id, idempotency_key);


--
-- Name: employer uid_employer_organis_071436; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.employer
    ADD CONSTRAINT uid_employer_organis_071436 UNIQUE (organisation_id, employer_id);


--
-- Name: employer uid_employer_organis_d9091c; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.employer
    ADD CONSTRAINT uid_employer_organis_d9091c UNIQUE (organisation_id, name);


--
-- Name: learner_group uid_learner_gro_organis_3e36de; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.learner_group
    ADD CONSTRAINT uid_learner_gro_organis_3e36de UNIQUE (organisation_id, name);


--
-- Name: learner uid_learner_organis_6cf1dd; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.learner
    ADD CONSTRAINT uid_learner_organis_6cf1dd UNIQUE (organisation_id, reference);


--
-- Name: notification uid_notificatio_recipie_b3f25e; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.notification
    ADD CONSTRAINT uid_notificatio_recipie_b3f25e UNIQUE (recipient_id, cursor);


--
-- Name: process_automation uid_process_aut_organis_cb9f0d; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.process_automation
    ADD CONSTRAINT uid_process_aut_organis_cb9f0d UNIQUE (organisation_id, key);


--
-- Name: programme uid_programme_organis_461158; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.programme
    ADD CONSTRAINT uid_programme_organis_461158 UNIQUE (organisation_id, name);


--
-- Name: tortoise_migrations uid_tortoise_mi_app_3803a5; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tortoise_migrations
    ADD CONSTRAINT uid_tortoise_mi_app_3803a5 UNIQUE (app, name);


--
-- Name: tracker uid_tracker_created_e5f9c8; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker
    ADD CONSTRAINT uid_tracker_created_e5f9c8 UNIQUE (created_by_id, idempotency_key);


--
-- Name: tracker uid_tracker_organis_e5765e; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker
    ADD CONSTRAINT uid_tracker_organis_e5765e UNIQUE (organisation_id, number);


--
-- Name: tracker_type uid_tracker_typ_organis_44f385; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker_type
    ADD CONSTRAINT uid_tracker_typ_organis_44f385 UNIQUE (organisation_id, key);


--
-- Name: tracker_type_version uid_tracker_typ_type_id_912a13; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker_type_version
    ADD CONSTRAINT uid_tracker_typ_type_id_912a13 UNIQUE (type_id, version);


--
-- Name: employer_search; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX employer_search ON public.employer USING gin (public.fold((name)::text) public.gin_trgm_ops);


--
-- Name: idx_audit_entry_organis_e9d9a2; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_audit_entry_organis_e9d9a2 ON public.audit_entry USING btree (organisation_id, at, id);


--
-- Name: idx_comment_tracker_f932b3; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_comment_tracker_f932b3 ON public.comment USING btree (tracker_id, created_at, id);


--
-- Name: idx_learner_employe_665047; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_learner_employe_665047 ON public.learner USING btree (employer_id);


--
-- Name: idx_learner_organis_4a30cc; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_learner_organis_4a30cc ON public.learner USING btree (organisation_id, family_name, given_names, id);


--
-- Name: idx_learner_organis_7acc81; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_learner_organis_7acc81 ON public.learner USING btree (organisation_id, uln);


--
-- Name: idx_learner_program_0c03a0; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_learner_program_0c03a0 ON public.learner USING btree (programme_id);


--
-- Name: idx_learner_tutor_i_ed83b4; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_learner_tutor_i_ed83b4 ON public.learner USING btree (tutor_id);


--
-- Name: idx_learning_ai_learner_c18d0a; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_learning_ai_learner_c18d0a ON public.learning_aim USING btree (learner_id, start_date, sequence);


--
-- Name: idx_mail_notific_f5f72b; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_mail_notific_f5f72b ON public.mail USING btree (notification_id);


--
-- Name: idx_member_organis_98c863; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_member_organis_98c863 ON public.member USING btree (organisation_id, name, id);


--
-- Name: idx_notificatio_tracker_947f68; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_notificatio_tracker_947f68 ON public.notification USING btree (tracker_id);


--
-- Name: idx_stored_file_tracker_656e80; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_stored_file_tracker_656e80 ON public.stored_file USING btree (tracker_id);


--
-- Name: idx_stored_file_uploade_ebc0c7; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_stored_file_uploade_ebc0c7 ON public.stored_file USING btree (uploader_id, created_at);


--
-- Name: idx_tracker_assigne_a485fc; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_tracker_assigne_a485fc ON public.tracker USING btree (assignee_id, learner_id);


--
-- Name: idx_tracker_created_e53750; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_tracker_created_e53750 ON public.tracker USING btree (created_by_id, learner_id);


--
-- Name: idx_tracker_eve_tracker_492a60; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_tracker_eve_tracker_492a60 ON public.tracker_event USING btree (tracker_id, at, id);


--
-- Name: idx_tracker_learner_dacaaa; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_tracker_learner_dacaaa ON public.tracker USING btree (learner_id);


--
-- Name: idx_tracker_organis_b50368; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX idx_tracker_organis_b50368 ON public.tracker USING btree (organisation_id, created_at, number);


--
-- Name: learner_search; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX learner_search ON public.learner USING gin (public.fold((((given_names)::text || ' '::text) || (family_name)::text)) public.gin_trgm_ops);


--
-- Name: mail_given_up; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX mail_given_up ON public.mail USING btree (given_up_at) WHERE (given_up_at IS NOT NULL);


--
-- Name: mail_queue; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX mail_queue ON public.mail USING btree (due_at) WHERE ((sent_at IS NULL) AND (given_up_at IS NULL));


--
-- Name: member_search; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX member_search ON public.member USING gin (public.fold((name)::text) public.gin_trgm_ops);


--
-- Name: notification_unread; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX notification_unread ON public.notification USING btree (recipient_id) WHERE (read_at IS NULL);


--
-- Name: programme_search; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX programme_search ON public.programme USING gin (public.fold((name)::text) public.gin_trgm_ops);


--
-- Name: stored_file_loose; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX stored_file_loose ON public.stored_file USING btree (created_at) WHERE (tracker_id IS NULL);


--
-- Name: tracker_failed; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_failed ON public.tracker USING btree (id) WHERE (((status)::text = 'APPROVED'::text) AND (applies_on IS NULL));


--
-- Name: tracker_in_group_tracker; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_in_group_tracker ON public.tracker_in_group USING btree (tracker_id);


--
-- Name: tracker_listing_assigned; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_assigned ON public.tracker_listing USING btree (scope, number) WHERE (assignee_id <> '00000000-0000-0000-0000-000000000000'::uuid);


--
-- Name: tracker_listing_assignee_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_assignee_id ON public.tracker_listing USING btree (scope, assignee_id, number);


--
-- Name: tracker_listing_category; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_category ON public.tracker_listing USING btree (scope, category, number);


--
-- Name: tracker_listing_created_by_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_created_by_id ON public.tracker_listing USING btree (scope, created_by_id, number);


--
-- Name: tracker_listing_due_16; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_due_16 ON public.tracker_listing USING btree (scope, ((due_day >> 4)), number);


--
-- Name: tracker_listing_due_256; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_due_256 ON public.tracker_listing USING btree (scope, ((due_day >> 8)), number);


--
-- Name: tracker_listing_due_day; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_due_day ON public.tracker_listing USING btree (scope, due_day, number);


--
-- Name: tracker_listing_due_first; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_due_first ON public.tracker_listing USING btree (scope, COALESCE(due_date, 'infinity'::date), number);


--
-- Name: tracker_listing_due_last; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_due_last ON public.tracker_listing USING btree (scope, COALESCE(due_date, '-infinity'::date), number);


--
-- Name: tracker_listing_employer_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_employer_id ON public.tracker_listing USING btree (scope, employer_id, number);


--
-- Name: tracker_listing_learner_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_learner_id ON public.tracker_listing USING btree (scope, learner_id, number);


--
-- Name: tracker_listing_learner_name; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_learner_name ON public.tracker_listing USING btree (scope, learner_name, number);


--
-- Name: tracker_listing_open_16; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_open_16 ON public.tracker_listing USING btree (scope, ((due_day >> 4)), number) WHERE (status <= 2);


--
-- Name: tracker_listing_open_256; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_open_256 ON public.tracker_listing USING btree (scope, ((due_day >> 8)), number) WHERE (status <= 2);


--
-- Name: tracker_listing_open_day; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_open_day ON public.tracker_listing USING btree (scope, due_day, number) WHERE (status <= 2);


--
-- Name: tracker_listing_programme_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_programme_id ON public.tracker_listing USING btree (scope, programme_id, number);


--
-- Name: tracker_listing_programme_status; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_programme_status ON public.tracker_listing USING btree (scope, programme_status, number);


--
-- Name: tracker_listing_status; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_status ON public.tracker_listing USING btree (scope, status, number);


--
-- Name: tracker_listing_sub_programme; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_sub_programme ON public.tracker_listing USING btree (scope, sub_programme, number);


--
-- Name: tracker_listing_tracker; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_tracker ON public.tracker_listing USING btree (tracker_id);


--
-- Name: tracker_listing_tutor_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_tutor_id ON public.tracker_listing USING btree (scope, tutor_id, number);


--
-- Name: tracker_listing_type_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_type_id ON public.tracker_listing USING btree (scope, type_id, number);


--
-- Name: tracker_listing_updated_16; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_updated_16 ON public.tracker_listing USING btree (scope, ((updated_day >> 4)), number);


--
-- Name: tracker_listing_updated_256; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_updated_256 ON public.tracker_listing USING btree (scope, ((updated_day >> 8)), number);


--
-- Name: tracker_listing_updated_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_updated_at ON public.tracker_listing USING btree (scope, updated_at, number);


--
-- Name: tracker_listing_updated_day; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_listing_updated_day ON public.tracker_listing USING btree (scope, updated_day, number);


--
-- Name: tracker_type_built_in; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX tracker_type_built_in ON public.tracker_type USING btree (key) WHERE (organisation_id IS NULL);


--
-- Name: tracker_waiting; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_waiting ON public.tracker USING btree (applies_on) WHERE (((status)::text = 'APPROVED'::text) AND (applies_on IS NOT NULL));


--
-- Name: tracker_words_search; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tracker_words_search ON public.tracker_words USING gin (places, words public.gin_trgm_ops, codes) WITH (fastupdate=off);


--
-- Name: uidx_learner_in__learner_cbbead; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX uidx_learner_in__learner_cbbead ON public.learner_in_group USING btree (learner_id, group_id);


--
-- Name: audit_entry audit_entry_all; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_entry_all BEFORE TRUNCATE ON public.audit_entry FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();


--
-- Name: audit_entry audit_entry_rows; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER audit_entry_rows BEFORE DELETE OR UPDATE ON public.audit_entry FOR EACH ROW EXECUTE FUNCTION public.refuse_change();


--
-- Name: learner_in_group learner_in_group_delete_listed; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER learner_in_group_delete_listed AFTER DELETE ON public.learner_in_group REFERENCING OLD TABLE AS regrouped FOR EACH STATEMENT EXECUTE FUNCTION public.list_regrouped();


--
-- Name: learner_in_group learner_in_group_insert_listed; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER learner_in_group_insert_listed AFTER INSERT ON public.learner_in_group REFERENCING NEW TABLE AS regrouped FOR EACH STATEMENT EXECUTE FUNCTION public.list_regrouped();


--
-- Name: learner learner_update_listed; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER learner_update_listed AFTER UPDATE ON public.learner REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION public.list_of_learners();


--
-- Name: stored_file stored_file_attached; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER stored_file_attached BEFORE DELETE OR UPDATE ON public.stored_file FOR EACH ROW WHEN ((old.tracker_id IS NOT NULL)) EXECUTE FUNCTION public.refuse_change();


--
-- Name: tracker tracker_delete_listed; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER tracker_delete_listed AFTER DELETE ON public.tracker REFERENCING OLD TABLE AS before FOR EACH STATEMENT EXECUTE FUNCTION public.list_deleted();


--
-- Name: tracker_event tracker_event_all; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER tracker_event_all BEFORE TRUNCATE ON public.tracker_event FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change();


--
-- Name: tracker_event tracker_event_rows; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER tracker_event_rows BEFORE DELETE OR UPDATE ON public.tracker_event FOR EACH ROW EXECUTE FUNCTION public.refuse_change();


--
-- Name: tracker tracker_insert_listed; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER tracker_insert_listed AFTER INSERT ON public.tracker REFERENCING NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION public.list_opened();


--
-- Name: tracker tracker_update_listed; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER tracker_update_listed AFTER UPDATE ON public.tracker REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION public.list_changed();


--
-- Name: audit_entry audit_entry_actor_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit_entry
    ADD CONSTRAINT audit_entry_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES public.member(id) ON DELETE RESTRICT;


--
-- Name: audit_entry audit_entry_organisation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit_entry
    ADD CONSTRAINT audit_entry_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisation(id) ON DELETE RESTRICT;


--
-- Name: comment comment_author_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.comment
    ADD CONSTRAINT comment_author_id_fkey FOREIGN KEY (author_id) REFERENCES public.member(id) ON DELETE RESTRICT;


--
-- Name: comment comment_organisation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.comment
    ADD CONSTRAINT comment_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisation(id) ON DELETE RESTRICT;


--
-- Name: comment comment_tracker_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.comment
    ADD CONSTRAINT comment_tracker_id_fkey FOREIGN KEY (tracker_id) REFERENCES public.tracker(id) ON DELETE RESTRICT;


--
-- Name: employer employer_organisation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.employer
    ADD CONSTRAINT employer_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisation(id) ON DELETE RESTRICT;


--
-- Name: inbox inbox_of_member; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_of_member FOREIGN KEY (member_id) REFERENCES public.member(id) ON DELETE CASCADE;


--
-- Name: learner learner_employer_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.learner
    ADD CONSTRAINT learner_employer_id_fkey FOREIGN KEY (employer_id) REFERENCES public.employer(id) ON DELETE RESTRICT;


--
-- Name: learner_group learner_group_organisation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.learner_group
    ADD CONSTRAINT learner_group_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisation(id) ON DELETE RESTRICT;


--
-- Name: learner_in_group learner_in_group_group_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.learner_in_group
    ADD CONSTRAINT learner_in_group_group_id_fkey FOREIGN KEY (group_id) REFERENCES public.learner_group(id) ON DELETE CASCADE;


--
-- Name: learner_in_group learner_in_group_learner_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.learner_in_group
    ADD CONSTRAINT learner_in_group_learner_id_fkey FOREIGN KEY (learner_id) REFERENCES public.learner(id) ON DELETE CASCADE;


--
-- Name: learner learner_organisation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.learner
    ADD CONSTRAINT learner_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisation(id) ON DELETE RESTRICT;


--
-- Name: learner learner_programme_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.learner
    ADD CONSTRAINT learner_programme_id_fkey FOREIGN KEY (programme_id) REFERENCES public.programme(id) ON DELETE RESTRICT;


--
-- Name: learner learner_tutor_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.learner
    ADD CONSTRAINT learner_tutor_id_fkey FOREIGN KEY (tutor_id) REFERENCES public.member(id) ON DELETE RESTRICT;


--
-- Name: learning_aim learning_aim_learner_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.learning_aim
    ADD CONSTRAINT learning_aim_learner_id_fkey FOREIGN KEY (learner_id) REFERENCES public.learner(id) ON DELETE CASCADE;


--
-- Name: learning_aim learning_aim_organisation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.learning_aim
    ADD CONSTRAINT learning_aim_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisation(id) ON DELETE RESTRICT;


--
-- Name: mail mail_notification_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.mail
    ADD CONSTRAINT mail_notification_id_fkey FOREIGN KEY (notification_id) REFERENCES public.notification(id) ON DELETE RESTRICT;


--
-- Name: mail mail_recipient_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.mail
    ADD CONSTRAINT mail_recipient_id_fkey FOREIGN KEY (recipient_id) REFERENCES public.member(id) ON DELETE RESTRICT;


--
-- Name: member member_organisation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.member
    ADD CONSTRAINT member_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisation(id) ON DELETE RESTRICT;


--
-- Name: notification notification_actor_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.notification
    ADD CONSTRAINT notification_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES public.member(id) ON DELETE RESTRICT;


--
-- Name: notification notification_recipient_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.notification
    ADD CONSTRAINT notification_recipient_id_fkey FOREIGN KEY (recipient_id) REFERENCES public.member(id) ON DELETE RESTRICT;


--
-- Name: notification notification_tracker_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.notification
    ADD CONSTRAINT notification_tracker_id_fkey FOREIGN KEY (tracker_id) REFERENCES public.tracker(id) ON DELETE RESTRICT;


--
-- Name: organisation_counter organisation_counter_of_organisation; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.organisation_counter
    ADD CONSTRAINT organisation_counter_of_organisation FOREIGN KEY (organisation_id) REFERENCES public.organisation(id) ON DELETE CASCADE;


--
-- Name: password_token password_token_member_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.password_token
    ADD CONSTRAINT password_token_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.member(id) ON DELETE CASCADE;


--
-- Name: process_automation process_automation_organisation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.process_automation
    ADD CONSTRAINT process_automation_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisation(id) ON DELETE CASCADE;


--
-- Name: programme programme_organisation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.programme
    ADD CONSTRAINT programme_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisation(id) ON DELETE RESTRICT;


--
-- Name: refresh_token refresh_token_session_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.refresh_token
    ADD CONSTRAINT refresh_token_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.session(id) ON DELETE CASCADE;


--
-- Name: session session_member_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_member_id_fkey FOREIGN KEY (member_id) REFERENCES public.member(id) ON DELETE CASCADE;


--
-- Name: stored_file stored_file_organisation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stored_file
    ADD CONSTRAINT stored_file_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisation(id) ON DELETE RESTRICT;


--
-- Name: stored_file stored_file_tracker_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stored_file
    ADD CONSTRAINT stored_file_tracker_id_fkey FOREIGN KEY (tracker_id) REFERENCES public.tracker(id) ON DELETE RESTRICT;


--
-- Name: stored_file stored_file_uploader_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stored_file
    ADD CONSTRAINT stored_file_uploader_id_fkey FOREIGN KEY (uploader_id) REFERENCES public.member(id) ON DELETE RESTRICT;


--
-- Name: tracker tracker_assignee_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker
    ADD CONSTRAINT tracker_assignee_id_fkey FOREIGN KEY (assignee_id) REFERENCES public.member(id) ON DELETE RESTRICT;


--
-- Name: tracker tracker_created_by_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker
    ADD CONSTRAINT tracker_created_by_id_fkey FOREIGN KEY (created_by_id) REFERENCES public.member(id) ON DELETE RESTRICT;


--
-- Name: tracker_event tracker_event_actor_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker_event
    ADD CONSTRAINT tracker_event_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES public.member(id) ON DELETE RESTRICT;


--
-- Name: tracker_event tracker_event_organisation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker_event
    ADD CONSTRAINT tracker_event_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisation(id) ON DELETE RESTRICT;


--
-- Name: tracker_event tracker_event_tracker_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker_event
    ADD CONSTRAINT tracker_event_tracker_id_fkey FOREIGN KEY (tracker_id) REFERENCES public.tracker(id) ON DELETE RESTRICT;


--
-- Name: tracker tracker_learner_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker
    ADD CONSTRAINT tracker_learner_id_fkey FOREIGN KEY (learner_id) REFERENCES public.learner(id) ON DELETE RESTRICT;


--
-- Name: tracker tracker_organisation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker
    ADD CONSTRAINT tracker_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisation(id) ON DELETE RESTRICT;


--
-- Name: tracker tracker_type_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker
    ADD CONSTRAINT tracker_type_id_fkey FOREIGN KEY (type_id) REFERENCES public.tracker_type(id) ON DELETE RESTRICT;


--
-- Name: tracker_type tracker_type_organisation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker_type
    ADD CONSTRAINT tracker_type_organisation_id_fkey FOREIGN KEY (organisation_id) REFERENCES public.organisation(id) ON DELETE RESTRICT;


--
-- Name: tracker tracker_type_version_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker
    ADD CONSTRAINT tracker_type_version_id_fkey FOREIGN KEY (type_version_id) REFERENCES public.tracker_type_version(id) ON DELETE RESTRICT;


--
-- Name: tracker_type_version tracker_type_version_type_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker_type_version
    ADD CONSTRAINT tracker_type_version_type_id_fkey FOREIGN KEY (type_id) REFERENCES public.tracker_type(id) ON DELETE RESTRICT;


--
-- Name: tracker tracker_values_changed_by_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tracker
    ADD CONSTRAINT tracker_values_changed_by_id_fkey FOREIGN KEY (values_changed_by_id) REFERENCES public.member(id) ON DELETE RESTRICT;


--
-- PostgreSQL database dump complete
--


