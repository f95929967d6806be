"""Tests of where the commands keep their state, and that those that only look create and change nothing."""

from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.servers.trackers import environment, run_command

pytestmark = pytest.mark.server

EXAMPLES = ROOT / "examples"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["doctor"], 0),
        (["schema"], 0),
        (["--help"], 0),
        (["serve", "--help"], 0),
        (["list-members", "--organisation", "Acme"], 2),
        (["import-learners", str(EXAMPLES / "learners.csv"), "--organisation", "Acme", "--dry-run"], 2),
    ],
)
async def test_a_command_that_only_looks_creates_nothing(folder: Path, command: list[str], code: int) -> None:
    (folder / "var").mkdir()
    (folder / "var").chmod(0o755)  # such as the system's own, when a command is run in /

    result = await run_command(folder, environment(TRACKERS_STATE_DIR=str(folder / "state")), *command)

    assert result[0] == code, result
    assert "Traceback" not in result[2]
    assert [path.name for path in folder.rglob("*")] == ["var"]
    assert (folder / "var").stat().st_mode & 0o777 == 0o755


async def test_the_state_is_not_kept_in_the_current_directory(folder: Path) -> None:
    (folder / "var").mkdir()
    (folder / "var").chmod(0o755)
    state = folder / "a state directory"

    code, _, err = await run_command(folder, environment(TRACKERS_STATE_DIR=str(state)), "add-organisation", "Acme")

    assert (code, err) == (0, "")
    assert list((folder / "var").iterdir()) == []
    assert (folder / "var").stat().st_mode & 0o777 == 0o755
    assert state.stat().st_mode & 0o777 == 0o700
    assert (state / "postgres" / "PG_VERSION").exists()


async def test_doctor_describes_an_installation_that_is_not_there_yet(folder: Path) -> None:
    code, out, err = await run_command(folder, environment(), "doctor")
    var = folder / "var"
    assert (code, out, err) == (
        0,
        f"ok    database: none in {var}/postgres yet, `trackers serve` creates it\n"
        f"ok    mail: written to {var}/mail, created with the first mail\n"
        f"ok    files: kept in {var}/files, created by `trackers serve`\n"
        f"ok    secret: generated into {var}/secret by `trackers serve`\n"
        "ok    public address: http://127.0.0.1:8000\n",
        "",
    )
    (var).write_text("in the way")
    code, out, err = await run_command(folder, environment(), "doctor")
    assert code == 1
    assert f"WRONG files: {var}/files cannot be created: this user may not write to {var}\n" in out


async def test_migrate_says_what_it_did(folder: Path) -> None:
    code, out, _ = await run_command(folder, environment(), "migrate")
    first, *_, types, last = out.splitlines()
    assert (code, first, last) == (0, "Applied the migration 0001_initial.", "The database is up to date.")
    assert types.startswith("Updated the built-in tracker types JOB, ")
    assert await run_command(folder, environment(), "migrate") == (0, "The database is up to date.\n", "")
