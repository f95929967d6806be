"""Tests of the embedded PostgreSQL's start and stop, its database, its log, and its data directory."""

import stat
import tempfile
from pathlib import Path
from urllib.parse import quote

import asyncpg
import pytest

from server.embedded_postgres.errors import EmbeddedPostgresError
from server.embedded_postgres.server import embedded_postgres, running_server_url
from server.setting_values import database_credentials
from tests.support.databases.embedded_postgres import (
    fetch_value,
    finish,
    read_url,
    server_pids,
    start_owner,
    wait_until,
)


def test_a_durable_database_is_created_once_and_kept(tmp_path: Path) -> None:
    data, log = tmp_path / "var/postgres", tmp_path / "log"

    with embedded_postgres(data, log=log) as url:
        assert url == f"postgres://trackers@/trackers?host={quote(str(data), safe='')}"
        assert running_server_url(data) == url
        fetch_value(url, "CREATE TABLE kept AS SELECT 7 AS n")
        assert fetch_value(url, "SHOW fsync") == "on"
        assert fetch_value(url, "SHOW listen_addresses") == ""
        assert fetch_value(url, "SHOW server_encoding") == "UTF8"
        assert fetch_value(url, "SELECT lower('ÉÖŁ') || upper('éöł') || ('Z' < 'a')") == "éöłÉÖŁtrue"
        fetch_value(url, "CREATE EXTENSION pg_trgm")
        fetch_value(url, "CREATE EXTENSION unaccent")
        assert fetch_value(url, "SELECT similarity('Łucja', 'łUCJA') = 1 AND unaccent('Zoë') = 'Zoe'") is True
    assert running_server_url(data) is None
    assert server_pids(data) == []
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert sorted(path.name for path in data.parent.iterdir()) == ["postgres", "postgres.lock"]

    with embedded_postgres(data, log=log) as url:
        assert fetch_value(url, "SELECT n FROM kept") == 7


def test_the_users_environment_for_postgresql_is_ignored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {
        "PGDATA": "/nowhere",
        "PGHOST": "db.invalid",
        "PGPORT": "1",
        "PGUSER": "anna",
        "PGDATABASE": "other",
        "PGPASSWORD": "hush",
        "PGSSLMODE": "verify-full",
        "PGOPTIONS": "-c nonsense=1",
        "PGTZ": "Asia/Tokyo",
        "LC_ALL": "tr_TR.UTF-8",
        "LANG": "nonsense",
        "TZ": "Asia/Tokyo",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with embedded_postgres(tmp_path / "data", log=tmp_path / "log", durable=False) as url:
        assert fetch_value(url, "SELECT current_user || current_database() || current_setting('timezone')") == (
            "trackerstrackersUTC"
        )
        assert fetch_value(url, "SHOW fsync") == "off"


@pytest.mark.parametrize("name", ["with a space", "a, \"b\" & %41 'ü' \\", "long" * 40])
def test_any_folder_can_be_used(tmp_path: Path, name: str) -> None:
    with tempfile.TemporaryDirectory() as temporary_dir:
        data = Path(temporary_dir) / name / "data"
        for _ in range(2):
            with embedded_postgres(data, log=tmp_path / "log", durable=False) as url:
                folder = Path(str(database_credentials(url)["host"]))
                assert stat.S_IMODE(folder.stat().st_mode) == 0o700
                assert (folder == data) is (name != "long" * 40)
                assert running_server_url(data) == url
                assert fetch_value(url, "SELECT 1") == 1
            assert running_server_url(data) is None
            assert not list(folder.glob(".s.*"))
    if folder != data:
        folder.rmdir()


def test_no_value_is_logged(tmp_path: Path) -> None:
    hostile_statements = [
        "SELECT 'hush-hush'::integer",
        "SELECT hush-hush FROM",
        "CREATE TABLE t (v text PRIMARY KEY, CHECK (v <> ''))",
        "INSERT INTO t VALUES ('hush-hush')",
        "INSERT INTO t VALUES ('hush-hush')",
        "DO $$ BEGIN RAISE WARNING 'hush-hush'; END $$",
        "DO $$ BEGIN RAISE EXCEPTION 'hush-hush' USING DETAIL = 'hush-hush', HINT = 'hush-hush'; END $$",
    ]
    error_count = 0
    with embedded_postgres(tmp_path / "data", log=tmp_path / "log", durable=False) as url:
        for statement in hostile_statements:
            try:
                fetch_value(url, statement)
            except asyncpg.PostgresError:
                error_count += 1

    assert error_count == 4
    log = (tmp_path / "log").read_text()
    assert "database system is ready to accept connections" in log
    assert "hush" not in log
    assert "client" not in log


def test_a_second_start_uses_the_running_server(tmp_path: Path) -> None:
    data = tmp_path / "data"
    processes = [start_owner(data), start_owner(data)]
    urls = [read_url(process) for process in processes]

    try:
        assert urls == [running_server_url(data)] * 2
        assert fetch_value(urls[0], "SELECT 1") == 1
    finally:
        exit_results = [finish(process) for process in processes]
    assert exit_results == [(0, ""), (0, "")]
    wait_until(lambda: server_pids(data) == [])


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "letter").write_text("dear")

    with (
        pytest.raises(EmbeddedPostgresError) as refusal,
        embedded_postgres(data, log=tmp_path / "log", durable=False),
    ):
        pass
    assert str(refusal.value) == f"{data} holds something other than PostgreSQL's data: move it away"
    assert [path.name for path in data.iterdir()] == ["letter"]


def test_the_error_about_a_server_that_exits_has_its_last_log_line(tmp_path: Path) -> None:
    data, log = tmp_path / "data", tmp_path / "log"
    data.mkdir(mode=0o700)
    (data / "PG_VERSION").write_text("9.6\n")

    with pytest.raises(EmbeddedPostgresError) as refusal, embedded_postgres(data, log=log, durable=False):
        pass
    last_line = log.read_text().splitlines()[-1]
    assert str(refusal.value) == f"PostgreSQL ended with exit code 2: {last_line} (log: {log})"
    assert server_pids(data) == []
