"""Tests of which users and threads can start the embedded PostgreSQL, and of the errors if they cannot."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from server.embedded_postgres.binaries import binary
from server.embedded_postgres.errors import EmbeddedPostgresError
from server.embedded_postgres.server import embedded_postgres
from tests.support.databases.embedded_postgres import (
    fetch_value,
    finish,
    kill,
    read_url,
    server_pids,
    start_owner,
    wait_until,
)

AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]


def test_without_util_linux_the_error_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with (
        pytest.raises(EmbeddedPostgresError) as refusal,
        embedded_postgres(tmp_path / "data", log=tmp_path / "log", durable=False),
    ):
        pass
    assert str(refusal.value) == (
        "No embedded PostgreSQL: the program setpriv is missing: install the package util-linux, "
        "or set TRACKERS_DATABASE_URL"
    )


def test_where_root_cannot_create_a_user_namespace_the_error_says_what_to_do(tmp_path: Path) -> None:
    disable_namespaces = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    process = start_owner(tmp_path / "data", "unshare", "--map-root-user", "sh", "-c", disable_namespaces, "sh")

    code, errors = finish(process)
    if "max_user_namespaces" in errors or errors.startswith("unshare: "):
        pytest.skip("needs a system that lets this user create user namespaces")
    assert code == 1
    assert errors.splitlines()[-1] == (
        "server.embedded_postgres.errors.EmbeddedPostgresError: No embedded PostgreSQL: unshare: unshare failed: No space left on "
        "device: run this as an ordinary user who may read the project's folder, or set TRACKERS_DATABASE_URL"
    )


def test_only_the_main_thread_can_start_it(tmp_path: Path) -> None:
    refusals: list[str] = []

    def start() -> None:
        try:
            with embedded_postgres(tmp_path / "data", log=tmp_path / "log", durable=False):
                pass
        except RuntimeError as error:
            refusals.append(str(error))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert refusals == ["PostgreSQL would end with this thread: start it from the main one"]


@pytest.fixture
def nobody_directory() -> Iterator[Path]:
    """Yield a directory of mode 0700 that belongs to user 65534 (``nobody``)."""
    if os.geteuid() != 0:
        pytest.skip("needs root to become another user")
    can_execute = f"import os, server.embedded_postgres.server; assert os.access({binary('postgres')!r}, os.X_OK)"
    if subprocess.run([*AS_NOBODY, sys.executable, "-c", can_execute], capture_output=True, check=False).returncode:
        pytest.skip("needs a Python and a project directory that other users may read")
    folder = Path(tempfile.mkdtemp())
    os.chown(folder, 65534, 65534)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("user", ["65534", "54321"])
def test_an_ordinary_user_with_or_without_a_name(nobody_directory: Path, user: str) -> None:
    os.chown(nobody_directory, int(user), int(user))
    data = nobody_directory / "a folder" / "data"
    prefix = [part.replace("65534", user) for part in AS_NOBODY]

    owner = start_owner(data, *prefix, HOME=str(nobody_directory))
    try:
        assert fetch_value(read_url(owner), "SELECT 1") == 1
        assert (data.stat().st_uid, stat.S_IMODE(data.stat().st_mode)) == (int(user), 0o700)
    finally:
        kill(owner)
    wait_until(lambda: server_pids(data) == [])

    restarted = start_owner(data, *prefix, HOME=str(nobody_directory))
    assert fetch_value(read_url(restarted), "SELECT 1") == 1
    assert finish(restarted) == (0, "")


def test_root_does_not_use_the_data_of_another_user(nobody_directory: Path) -> None:
    data = nobody_directory / "data"
    owner = start_owner(data, *AS_NOBODY)
    read_url(owner)
    assert finish(owner) == (0, "")

    with pytest.raises(EmbeddedPostgresError) as refusal, embedded_postgres(data, log=nobody_directory / "log"):
        pass
    assert str(refusal.value) == f"{data} belongs to the user 65534: run this as that user"
