"""Tests that killing PostgreSQL, or the process that started it, leaves no processes behind and loses no data."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from server.embedded_postgres.server import embedded_postgres, running_server_url
from tests.support.databases.embedded_postgres import fetch_value, kill, read_url, server_pids, start_owner, wait_until


def test_a_killed_owner_leaves_no_server_behind_and_the_next_start_works(tmp_path: Path) -> None:
    data = tmp_path / "data"
    owner = start_owner(data)
    url = read_url(owner)
    fetch_value(url, "CREATE TABLE kept AS SELECT 7 AS n")
    assert server_pids(data) != []

    kill(owner)
    with embedded_postgres(data, log=tmp_path / "log", durable=False) as second_url:
        assert second_url == url
        assert fetch_value(second_url, "SELECT n FROM kept") == 7
    wait_until(lambda: server_pids(data) == [])


@pytest.mark.parametrize("milliseconds", [100, 250, 400, 600])
def test_an_owner_killed_while_it_starts_leaves_no_server_behind(tmp_path: Path, milliseconds: int) -> None:
    data = tmp_path / "data"
    owner = start_owner(data)
    time.sleep(milliseconds / 1000)
    kill(owner)

    with embedded_postgres(data, log=tmp_path / "log", durable=False) as url:
        assert fetch_value(url, "SELECT 1") == 1
    wait_until(lambda: server_pids(data) == server_pids(tmp_path / "data.new") == [])
    assert not (tmp_path / "data.new").exists()


def test_a_killed_server_recovers_at_the_next_start(tmp_path: Path) -> None:
    data, log = tmp_path / "data", tmp_path / "log"
    with embedded_postgres(data, log=log) as url:
        fetch_value(url, "CREATE TABLE kept AS SELECT 7 AS n")
        os.kill(int((data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        wait_until(lambda: server_pids(data) == [])
        assert running_server_url(data) is None

    with embedded_postgres(data, log=log) as url:
        assert fetch_value(url, "SELECT n FROM kept") == 7


def test_a_reused_pid_does_not_prevent_the_start(tmp_path: Path) -> None:
    data, log = tmp_path / "data", tmp_path / "log"
    with embedded_postgres(data, log=log, durable=False):
        pid_file_text = (data / "postmaster.pid").read_text()
        socket_lock_text = (data / ".s.PGSQL.5432.lock").read_text()

    with subprocess.Popen(["sleep", "600"]) as other_process:
        pid = pid_file_text.split()[0]
        (data / "postmaster.pid").write_text(pid_file_text.replace(pid, str(other_process.pid), 1))
        (data / ".s.PGSQL.5432.lock").write_text(socket_lock_text.replace(pid, str(other_process.pid), 1))
        assert running_server_url(data) is None
        with embedded_postgres(data, log=log, durable=False) as url:
            assert fetch_value(url, "SELECT 1") == 1
        assert other_process.poll() is None
        other_process.terminate()
