"""The server and its commands as a role that owns nothing: everything works, and nobody can change tables or history."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest_asyncio

from server.setting_values import database_credentials
from services.demo.data import PASSWORD
from tests.support.databases.postgres import administer, with_database
from tests.support.paths import ROOT
from tests.support.servers.trackers import environment, run_command, run_server

ADMIN, OFFICER, TUTOR = (f"{name}@northgate.example" for name in ("admin", "officer", "tutor"))
ROLE = "trackers_serving"
LEARNERS = str(ROOT / "examples" / "learners.csv")

CREATE = """
mutation ($learner: ID!, $assignee: ID) {
  createTracker(input: {type: "COMPLIANCE", learnerId: $learner, assigneeId: $assignee, values: [
    {key: "documentKind", value: {choices: ["TRAINING_PLAN"]}}, {key: "issue", value: {choices: ["MISSING"]}}
  ]}) { tracker { id version } errors { path code message } }
}
"""
COMMENT = """mutation ($id: ID!) {
  addComment(input: {trackerId: $id, text: "Looked at"}) { errors { path code message } }
}"""
CLOSE = """mutation ($id: ID!, $version: Int!) {
  updateTracker(input: {id: $id, version: $version, status: CLOSED}) { tracker { status } errors { path code message } }
}"""
APPROVE = """mutation ($id: ID!, $version: Int!) {
  updateTracker(input: {id: $id, version: $version, status: APPROVED}) { tracker { status } errors { path code message } }
}"""
WAITING = """{
  trackers(filter: {category: [PROCESS_AUTOMATION], status: [NEW]}, first: 100) { nodes { id version createdBy { email } } }
}"""
RESET = 'mutation { requestPasswordReset(email: "tutor@northgate.example") }'


@pytest_asyncio.fixture
async def urls(postgres: str, template: str) -> AsyncIterator[tuple[str, str]]:
    """Yield the URLs of an empty database for its owner and for a role that serves."""
    owner = with_database(postgres, "two_roles")
    await administer(postgres, "DROP DATABASE IF EXISTS two_roles WITH (FORCE)", "CREATE DATABASE two_roles")
    exists = f"DO $$ BEGIN CREATE ROLE {ROLE} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    await administer(postgres, exists)
    user = database_credentials(owner)["user"]
    yield owner, owner.replace(f"//{user}@", f"//{ROLE}@")
    await administer(postgres, "DROP DATABASE two_roles WITH (FORCE)", f"DROP ROLE {ROLE}")


ATTEMPTS = [
    "UPDATE tracker_event SET comment = 'another'",
    "DELETE FROM tracker_event",
    "TRUNCATE tracker_event",
    "UPDATE audit_entry SET details = '{}'",
    "DELETE FROM audit_entry",
    "UPDATE learner_read SET at = now()",
    "TRUNCATE learner_read",
    "DROP TRIGGER audit_entry_rows ON audit_entry",
    "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
    "ALTER TABLE tracker_event DISABLE TRIGGER tracker_event_rows",
    "SET session_replication_role = replica",
    "DROP TABLE audit_entry",
    "ALTER TABLE tracker ADD COLUMN hidden text",
    "CREATE TABLE mine ()",
    "CREATE FUNCTION fold(integer) RETURNS text LANGUAGE sql AS 'SELECT null'",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "DELETE FROM tortoise_migrations",
    "CREATE ROLE another SUPERUSER",
    "COPY audit_entry TO PROGRAM 'cat'",
    "SELECT pg_read_file('/etc/passwd')",
]


async def not_refused(url: str, statements: list[str]) -> list[tuple[str, str]]:
    """Return the statements that are not refused for lack of a right, each with what came instead."""
    connection = await asyncpg.connect(**database_credentials(url))
    others = []
    try:
        for statement in statements:
            try:
                await connection.execute(statement)
            except asyncpg.InsufficientPrivilegeError:
                continue
            except asyncpg.PostgresError as error:
                others.append((statement, type(error).__name__))
            else:
                others.append((statement, "done"))
    finally:
        await connection.close()
    return others


async def test_everything_works_as_a_role_that_owns_nothing(urls: tuple[str, str], folder: Path) -> None:
    owner, serving = urls
    env = environment(serving, TRACKERS_MIGRATE_URL=owner)
    code, out, err = await run_command(folder, env, "migrate")
    assert (code, out.splitlines()[-2:], err) == (
        0, [f"Granted the user {ROLE} what serving needs.", "The database is up to date."], ""
    )  # fmt: skip
    again = await run_command(folder, env, "migrate")
    assert again == (0, f"Granted the user {ROLE} what serving needs.\nThe database is up to date.\n", "")
    assert (await run_command(folder, env, "demo"))[0::2] == (0, "")
    code, out, err = await run_command(folder, env, "import-learners", LEARNERS, "--organisation", "Southbank Skills")
    assert (code, "CSV learners: 2 new" in out) == (1, True), err  # their tutors are not there

    async with run_server(folder, env) as server:
        admin, officer = await server.sign_in(ADMIN, PASSWORD), await server.sign_in(OFFICER, PASSWORD)
        tutor = await server.sign_in(TUTOR, PASSWORD)
        learner = (await server.ask("{ learners(first: 1) { nodes { id uln } } }", tutor))["data"]["learners"]["nodes"][
            0
        ]
        assignee = (await server.ask("{ viewer { id } }", officer))["data"]["viewer"]["id"]
        answer = await server.ask(CREATE, admin, learner=learner["id"], assignee=assignee)
        created = answer["data"]["createTracker"] or answer
        assert created["errors"] == [], answer
        tracker = created["tracker"]
        assert await server.ask(COMMENT, tutor, id=tracker["id"]) == {"data": {"addComment": {"errors": []}}}
        closed = await server.ask(CLOSE, officer, **tracker)
        assert closed["data"]["updateTracker"] == {"tracker": {"status": "CLOSED"}, "errors": []}
        (waiting, *_) = [
            node
            for node in (await server.ask(WAITING, admin))["data"]["trackers"]["nodes"]
            if (node.pop("createdBy") or {}).get("email") != ADMIN
        ]
        approved = (await server.ask(APPROVE, admin, **waiting))["data"]["updateTracker"]
        assert (approved["errors"], approved["tracker"]["status"] in ("APPROVED", "RESOLVED")) == ([], True)
        assert (await server.ask(RESET))["data"] == {"requestPasswordReset": True}
        async with asyncio.timeout(30):
            while not list((folder / "var/mail").glob("*.eml")):
                await asyncio.sleep(0.1)
            reads = "{ learnerReads { totalCount } }"
            while not (await server.ask(reads, admin))["data"]["learnerReads"]["totalCount"]:
                await asyncio.sleep(0.1)
        log = server.log.read_text()
        assert "InsufficientPrivilege" not in log
        assert "could not delete expired rows" not in log

    assert await not_refused(serving, ATTEMPTS) == []
    code, out, _ = await run_command(folder, env, "doctor")
    assert f"ok    role: the user {ROLE} can change neither tables nor history\n" in out
    _, out, _ = await run_command(folder, environment(owner), "doctor")
    assert "note  role: the user " in out


async def test_each_mistake_with_two_roles_is_one_line(urls: tuple[str, str], postgres: str, folder: Path) -> None:
    owner, serving = urls
    nobody = environment(serving.replace(ROLE, "trackers_nobody"), TRACKERS_MIGRATE_URL=owner)
    assert await run_command(folder, nobody, "migrate") == (
        2,
        "",
        'TRACKERS_DATABASE_URL: there is no user "trackers_nobody". Create it (CREATE ROLE … LOGIN), and run '
        "`trackers migrate` again.\n",
    )
    # The role that serves cannot migrate, and says so.
    code, out, err = await run_command(folder, environment(serving), "migrate")
    assert (code, err.count("\n")) == (2, 1), (out, err)
    code, _, err = await run_command(folder, environment(TRACKERS_MIGRATE_URL=owner), "migrate")
    assert (code, err) == (
        2,
        "TRACKERS_MIGRATE_URL is set without TRACKERS_DATABASE_URL: it must be the same database, with another user\n",
    )
    elsewhere = environment(with_database(serving, "template1"), TRACKERS_MIGRATE_URL=owner)
    assert await run_command(folder, elsewhere, "migrate") == (
        2, "", "TRACKERS_MIGRATE_URL and TRACKERS_DATABASE_URL are not the same database.\n"
    )  # fmt: skip
