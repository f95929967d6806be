"""Tests of the state directory, and of the secret that is generated in it."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from server.environment import SettingsError
from server.settings import Settings
from server.state_directory import ensure_state_directory

DATABASE = "postgres://anna:p%40ss@db.example:6432/trackers"


def test_only_the_owner_can_open_the_state_directory(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir(mode=0o755)

    assert ensure_state_directory(tmp_path) == tmp_path / "var"
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700

    (tmp_path / "occupied").mkdir()
    (tmp_path / "occupied" / "var").write_text("")
    with pytest.raises(SettingsError, match=r"^The state directory cannot be used: .*File exists"):
        ensure_state_directory(tmp_path / "occupied")


def test_a_secret_is_generated_once_and_kept(tmp_path: Path) -> None:
    first = Settings.from_environment({}, folder=tmp_path).secret
    secret_file = tmp_path / "var/secret"

    assert Settings.from_environment({}, folder=tmp_path).secret == first
    assert len(first) == 64
    assert stat.S_IMODE(secret_file.stat().st_mode) == 0o600
    assert list((tmp_path / "var").iterdir()) == [secret_file]


def test_a_secret_is_required_for_a_configured_database(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({"TRACKERS_DATABASE_URL": DATABASE}, folder=tmp_path)

    assert str(error.value) == (
        "TRACKERS_SECRET is not set, but TRACKERS_DATABASE_URL is: it must hold 32 bytes or more that nobody can guess"
    )
    assert not (tmp_path / "var").exists()


def test_a_stored_secret_that_is_too_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var/secret").write_text("short\n")

    with pytest.raises(SettingsError) as error:
        Settings.from_environment({}, folder=tmp_path)
    assert str(error.value) == (
        f"{tmp_path}/var/secret holds 5 bytes: it must hold 32 bytes or more that nobody can guess; delete the file "
        "to generate a new secret"
    )


@pytest.mark.slow
def test_processes_that_start_at_the_same_time_agree_on_the_secret(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from server.settings import Settings; sys.stdin.read(1);"
        "print(Settings.from_environment({}, folder=Path(sys.argv[1])).secret)"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, tmp_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(6)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("!")
        process.stdin.flush()
    outputs = [process.communicate(timeout=60)[0] for process in processes]

    assert outputs == [f"{(tmp_path / 'var/secret').read_bytes().strip()!r}\n"] * 6
