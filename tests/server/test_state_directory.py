"""Tests of the state directory, and of the secret that is generated in it."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from server.environment.variable import SettingsError
from server.settings import Settings
from server.state_directory import ensure_state_directory, forgotten_state, load_or_generate_secrets, rotate_secrets
from services.files.store import folder_store

DATABASE = "postgres://anna:p%40ss@db.example:6432/trackers"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_state_directory_is_created_for_its_owner_alone(tmp_path: Path) -> None:
    state = tmp_path / "lib" / "trackers"

    assert ensure_state_directory(state) == state
    assert mode(state) == 0o700


def test_the_mode_of_a_folder_that_exists_is_not_changed(tmp_path: Path) -> None:
    for path in (tmp_path / "var", tmp_path / "var" / "files"):
        path.mkdir()
        path.chmod(0o755)

    load_or_generate_secrets(tmp_path / "var")
    folder_store(tmp_path / "var" / "files")

    assert [mode(tmp_path / "var"), mode(tmp_path / "var" / "files")] == [0o755, 0o755]
    assert mode(tmp_path / "var" / "secret") == 0o600


def test_a_file_in_the_place_of_the_state_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("")

    with pytest.raises(SettingsError) as error:
        ensure_state_directory(tmp_path / "var")
    assert str(error.value) == (
        f"The state directory {tmp_path}/var cannot be used: it is not a folder. Set TRACKERS_STATE_DIR to a folder "
        "that this user may write to."
    )


def test_a_secret_is_generated_once_and_kept(tmp_path: Path) -> None:
    settings = Settings.from_environment({"TRACKERS_STATE_DIR": str(tmp_path / "var")})
    assert not (tmp_path / "var").exists()

    first = settings.signing_secrets()
    secret_file = tmp_path / "var/secret"

    assert settings.signing_secrets() == first
    assert [len(secret) for secret in first] == [64]
    assert mode(secret_file) == 0o600
    assert list((tmp_path / "var").iterdir()) == [secret_file]


def test_a_secret_is_required_for_a_configured_database() -> None:
    with pytest.raises(SettingsError) as error:
        Settings.from_environment({"TRACKERS_DATABASE_URL": DATABASE})

    assert str(error.value) == (
        "TRACKERS_SECRET is not set, but TRACKERS_DATABASE_URL is: set it to 32 bytes or more that nobody can guess, "
        "or several such secrets with commas between"
    )


def test_a_stored_secret_that_is_too_short_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("short\n")

    with pytest.raises(SettingsError) as error:
        load_or_generate_secrets(tmp_path)
    assert str(error.value) == (
        f"{tmp_path}/secret holds 5 bytes, but must hold 32 bytes or more that nobody can guess; delete the file to "
        "generate a new secret"
    )


def test_a_rotation_puts_a_new_secret_before_the_others(tmp_path: Path) -> None:
    first = load_or_generate_secrets(tmp_path)
    second = rotate_secrets(tmp_path, keep_older=True)
    third = rotate_secrets(tmp_path, keep_older=True)

    assert (second[1:], third[1:]) == (first, second)
    assert {len(secret) for secret in third} == {64}
    assert len(set(third)) == 3
    assert load_or_generate_secrets(tmp_path) == third
    assert rotate_secrets(tmp_path, keep_older=False) == third[:1] == load_or_generate_secrets(tmp_path)
    assert list(tmp_path.iterdir()) == [tmp_path / "secret"]
    assert mode(tmp_path / "secret") == 0o600


def test_an_empty_file_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("\n")

    with pytest.raises(SettingsError, match="holds 0 bytes"):
        load_or_generate_secrets(tmp_path)


def test_a_state_directory_that_an_earlier_version_left_is_found(tmp_path: Path) -> None:
    earlier, state = tmp_path / "var", tmp_path / "state"
    assert forgotten_state(tmp_path, state) is None
    earlier.mkdir()
    assert forgotten_state(tmp_path, state) is None  # such as the system's own /var
    (earlier / "secret").write_text("")
    assert forgotten_state(tmp_path, state) == earlier
    assert forgotten_state(tmp_path, earlier) is None


@pytest.mark.slow
def test_processes_that_start_at_the_same_time_agree_on_the_secret(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from server.state_directory import load_or_generate_secrets; sys.stdin.read(1);"
        "print(load_or_generate_secrets(Path(sys.argv[1])))"
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

    assert outputs == [f"({(tmp_path / 'secret').read_bytes().strip()!r},)\n"] * 6
