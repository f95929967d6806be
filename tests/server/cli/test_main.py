"""Tests that run the ``trackers`` command as a process."""

import asyncio
import re
import socket
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from models.database import fetch
from resolvers.schema_root import sdl
from tests.support import factories as make
from tests.support.databases.postgres import administer, with_database
from tests.support.paths import DATA, ROOT
from tests.support.scenarios.tables import workbook_bytes
from tests.support.servers.trackers import Server, environment, run_command, run_server

pytestmark = pytest.mark.server

EXAMPLES, MIGRATIONS = ROOT / "examples", ROOT / "models" / "migrations"


async def test_schema_prints_the_sdl(folder: Path) -> None:
    assert await run_command(folder, environment(), "schema") == (0, sdl(), "")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("TRACKERS_DATABASE_URL", "mysql://root:hunter2@host/x", "mysql://root:***@host/x"),
        ("TRACKERS_SMTP_URL", "http://mail", "http://mail"),
        ("TRACKERS_COMPILED", "yes", "yes"),
    ],
)
async def test_an_invalid_variable_stops_every_command_with_one_line(
    folder: Path, name: str, value: str, shown: str
) -> None:
    for arguments in (["serve", "--port", "0"], ["migrate"], ["doctor"]):
        code, out, err = await run_command(folder, environment(**{name: value}), *arguments)
        assert (code, out) == (2, "")
        assert err.count("\n") == 1
        assert name in err
        assert shown in err
        assert "hunter2" not in err


async def test_an_unmigrated_database_is_not_served(postgres: str, folder: Path) -> None:
    code, out, err = await run_command(folder, environment(postgres), "serve", "--port", "0")
    assert (code, out) == (2, "")
    missing = ", ".join(sorted(file.stem for file in MIGRATIONS.glob("0*.py")))
    assert err == f"The database lacks {missing}: run `trackers migrate` first.\n"


async def test_migrate_prints_which_employers_were_merged(postgres: str, folder: Path) -> None:
    await administer(postgres, "CREATE DATABASE twins")
    url = with_database(postgres, "twins")
    await administer(url, (DATA / "schema-0.1.0.sql").read_text("utf-8"))
    await administer(
        url,
        f"INSERT INTO organisation (id, name, created_at) VALUES ('{UUID(int=1)}', 'Northgate', now())",
        "INSERT INTO employer (id, organisation_id, name, confirmed) "
        f"VALUES ('{UUID(int=2)}', '{UUID(int=1)}', 'Acme', true), ('{UUID(int=3)}', '{UUID(int=1)}', 'ACME', true)",
    )
    merged = "Northgate: the employer “ACME” was merged into “Acme”.\n"
    code, out, err = await run_command(folder, environment(url), "migrate")
    assert (code, out.startswith("Applied the migration 0008_names.\n"), merged in out, err) == (0, True, True, "")
    code, out, err = await run_command(folder, environment(url), "migrate")
    assert (code, merged in out, err) == (0, False, "")
    code, out, err = await run_command(folder, environment(url), "migrate", "--merges")
    assert (code, out, err) == (0, f"{merged}The database is up to date.\n", "")
    await administer(postgres, "DROP DATABASE twins WITH (FORCE)")


async def test_the_error_about_an_unreachable_database_is_one_line(folder: Path) -> None:
    env = environment("postgres://nobody:hunter2@127.0.0.1:9/none")
    code, out, err = await run_command(folder, env, "migrate")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "TRACKERS_DATABASE_URL" in err
    assert "hunter2" not in err


async def test_a_new_installation_from_nothing(folder: Path) -> None:
    """Start in an empty directory, add an organisation and its data with the commands, and serve them."""
    env = environment()
    acme = ["--organisation", "Acme"]
    assert (await run_command(folder, env, "add-organisation", "Acme"))[0] == 0
    code, out, _ = await run_command(
        folder, env, "add-member", *acme, "--email", "Ann@Acme.example", "--name", "Ann", "--kind", "administrator",
        "--role", "create_trackers",
    )  # fmt: skip
    assert code == 0
    password = out.split()[-1]
    code, out, err = await run_command(folder, env, "import-learners", str(EXAMPLES / "ilr-2026-27.xml"), *acme)
    assert (code, out.splitlines()[-1]) == (
        0,
        "ILR 2026-27 learners: 10 new, 0 changed, 0 unchanged, 0 kept, 0 refused",
    ), err
    code, out, _ = await run_command(folder, env, "import-learners", str(EXAMPLES / "ilr-2026-27.xml"), *acme)
    assert out.splitlines()[-1] == "ILR 2026-27 learners: 0 new, 0 changed, 10 unchanged, 0 kept, 0 refused"
    assert (await run_command(folder, env, "import-employers", str(EXAMPLES / "employers.csv"), *acme))[0] == 0
    async with run_server(folder, env) as server:
        token = await server.sign_in("ann@acme.example", password)
        answer = await server.ask("{ learners { totalCount } viewer { organisation { name } } }", token)
        assert answer["data"] == {"learners": {"totalCount": 10}, "viewer": {"organisation": {"name": "Acme"}}}
        code, out, _ = await run_command(folder, env, "doctor")  # on the database that the server runs
        assert (code, [line for line in out.splitlines() if not line.startswith("ok")]) == (0, [])
    assert (folder / "var").stat().st_mode & 0o777 == 0o700
    assert not (folder / "var" / "postgres" / "postmaster.pid").exists()


async def test_doctor_reports_mails_given_up(database: str, folder: Path) -> None:
    member = await make.member()
    notification = await make.notification(await make.tracker(), member)
    for days in (1, 6, 8):
        row = await make.mail(notification, last_error="SMTP 550")
        await fetch(f"UPDATE mail SET given_up_at = now() - interval '{days} days' WHERE id = $1", row.id)
    await make.mail(notification)
    code, out, _ = await run_command(folder, environment(database), "doctor")
    assert code == 1
    assert "WRONG outbox: 2 mails given up, 1 waiting\n" in out


async def test_learners_who_break_a_rule_are_listed_and_the_others_imported(database: str, folder: Path) -> None:
    env = environment(database)
    await run_command(folder, env, "add-organisation", "Acme")
    file = folder / "learners.csv"
    file.write_text("learnerReference,givenNames,familyName,uln\nA1,Mary,Sméth,9276308686\nA2,John,Black,9276308685\n")
    code, out, _ = await run_command(folder, env, "import-learners", str(file), "--organisation", "Acme")
    assert code == 1
    assert "line 3: A2 has errors" in out
    assert re.search(r"line 3, uln: .* \[ULN_04\]", out)
    assert out.splitlines()[-1] == "CSV learners: 2 new, 0 changed, 0 unchanged, 0 kept, 0 refused, 1 with errors"

    code, out, _ = await run_command(folder, env, "import-learners", str(file), "--organisation", "Acme", "--strict")
    assert code == 1
    assert "Nothing was written." in out
    file.write_text("surname\nSméth\n")
    code, out, err = await run_command(folder, env, "import-learners", str(file), "--organisation", "Acme")
    assert (code, out) == (2, "")
    assert "surname" in err
    code, _, err = await run_command(folder, env, "import-learners", str(file), "--organisation", "Nobody")
    assert (code, err) == (2, "There is no organisation 'Nobody'.\n")


async def test_what_is_passed_over_is_a_warning_and_refuses_a_strict_import(database: str, folder: Path) -> None:
    env = environment(database)
    await run_command(folder, env, "add-organisation", "Acme")
    file = folder / "learners.csv"
    file.write_bytes(workbook_bytes([["Learner ref", "Forename", "Surname", "DOB"], ["A1", "Agent 7", "Sméth", 1.5]]))
    command = ("import-learners", str(file), "--organisation", "Acme")
    warnings = [
        "warning: row 1, DOB: The column was passed over: it is not kept.",
        "warning: row 2, A1, Forename: It is kept, but an ILR return cannot hold digits here. [FD_GivenNames_AP]",
    ]
    counts = "Excel learners: 1 new, 0 changed, 0 unchanged, 0 kept, 0 refused"
    code, out, _ = await run_command(folder, env, *command, "--strict")
    assert (code, out.splitlines()) == (1, [*warnings, "Nothing was written.", counts])
    code, out, _ = await run_command(folder, env, *command)
    assert (code, out.splitlines()) == (0, [*warnings, counts])
    code, out, err = await run_command(folder, env, "import-learners", "nowhere.csv", "--organisation", "Acme")
    assert (code, out, err.splitlines()[-1]) == (2, "", "nowhere.csv: does not exist; check its name and folder")


async def test_printed_references_are_truncated_and_sanitised(database: str, folder: Path) -> None:
    env = environment(database)
    await run_command(folder, env, "add-organisation", "Acme")
    file = folder / "learners.csv"
    file.write_text(f"learnerReference,givenNames,familyName\n\x1b[31mA1,Mary,Sméth\n{'R' * 5000},John,Black\n")
    code, out, _ = await run_command(folder, env, "import-learners", str(file), "--organisation", "Acme")
    assert code == 1
    assert [line for line in out.splitlines() if line.endswith("was refused")] == [
        "line 2: \N{REPLACEMENT CHARACTER}[31mA1 was refused",
        f"line 3: {'R' * 40} was refused",
    ]
    file.write_text("\x1b" * 100_000)
    code, out, err = await run_command(folder, env, "import-learners", str(file), "--organisation", "Acme")
    assert (code, out) == (2, "")
    assert "line 1: has no heading that is known; its first row must have headings, learnerReference among them" in err
    assert "\x1b" not in err


async def test_a_killed_server_leaves_no_postgresql_behind(folder: Path) -> None:
    env = environment()
    async with run_server(folder, env) as server:
        assert _processes_in(folder)
        await server.kill()
    for _ in range(100):
        if not _processes_in(folder):
            break
        await asyncio.sleep(0.1)
    assert _processes_in(folder) == []
    async with run_server(folder, env) as restarted_server:
        assert (await restarted_server.ask("{ __typename }"))["data"] == {"__typename": "Query"}


async def test_a_killed_server_leaves_no_workers_behind(database: str, folder: Path) -> None:
    env = environment(database)
    async with run_server(folder, env, "--workers", "2") as server:
        await _wait_until_answered(server)
        await server.kill()
    port = server.address.rpartition(":")[2]
    async with asyncio.timeout(40):
        while not _is_free(int(port)):
            await asyncio.sleep(0.1)


async def _wait_until_answered(server: Server) -> None:
    async with asyncio.timeout(40):
        while True:
            try:
                assert (await server.ask("{ __typename }"))["data"] == {"__typename": "Query"}
            except httpx.ConnectError:  # no worker listens yet
                await asyncio.sleep(0.1)
            else:
                return


def _is_free(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen()
        except OSError:
            return False
        return True


def _processes_in(folder: Path) -> list[str]:
    """Return the command lines of PostgreSQL processes that contain the path of the directory."""
    command_lines = []
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = status.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line and "postgres" in line:
            command_lines.append(line)
    return command_lines


async def test_the_demo_data_need_an_empty_database(database: str, folder: Path) -> None:
    env = environment(database)
    code, out, _ = await run_command(folder, env, "demo")
    assert (code, out) == (0, "7 accounts; the password of each is demo-password-1\n")
    code, out, err = await run_command(folder, env, "demo")
    assert (code, out, err.count("\n")) == (2, "", 1)


HELP = """
import sys
from server.cli.main import main
sys.argv = ["trackers", "--help"]
try:
    main()
finally:
    print("imported", *sorted({name.partition(".")[0] for name in sys.modules}))
"""


async def test_the_help_imports_nothing_of_what_the_commands_do() -> None:
    """The help has no need of them, and they take seconds."""
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", HELP, stdout=PIPE, cwd=ROOT)
    output, _ = await asyncio.wait_for(child.communicate(), 60)
    assert child.returncode == 0
    text = output.decode()
    assert "deactivate-member" in text
    imported = set(text.partition("imported ")[2].split())
    assert "typer" in imported
    heavy = {"asyncpg", "graphql", "models", "pydantic", "services", "starlette", "strawberry", "tortoise", "uvicorn"}
    assert imported & heavy == set()
