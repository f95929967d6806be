"""The embedded PostgreSQL: real servers, in unusual folders, for unusual users, killed at unusual moments."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import asyncpg
import pytest

from server.embedded_postgres.binaries import binary
from server.embedded_postgres.errors import EmbeddedPostgresError
from server.embedded_postgres.server import embedded_postgres, running_url
from server.setting_values import database_credentials

pytestmark = pytest.mark.server

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
OWNER = (
    "import sys; from pathlib import Path; from server.embedded_postgres.server import embedded_postgres\n"
    "data = Path(sys.argv[1])\n"
    "with embedded_postgres(data, log=data.parent / 'log', durable=False) as url:\n"
    "    print(url, flush=True)\n"
    "    sys.stdin.read()\n"
)


def ask(url: str, query: str) -> object:
    return asyncio.run(_ask(url, query))


async def _ask(url: str, query: str) -> object:
    connection = await asyncpg.connect(**database_credentials(url))
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def start_owner(data: Path, *prefix: str, **environ: str) -> subprocess.Popen[str]:
    """Start a process that starts the folder's PostgreSQL, prints its URL and waits."""
    command = [*prefix, sys.executable, "-c", OWNER, str(data)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, **pipes, text=True, env=os.environ | environ)  # type: ignore[call-overload,no-any-return]


def url_from(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Let the process end; return its exit code and standard error."""
    _, errors = process.communicate("", timeout=60)
    return process.returncode, errors


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate(timeout=60)


def processes_of(data: Path) -> list[int]:
    """Return the processes of PostgreSQL in this data folder, which is the working directory of each."""
    numbers = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").samefile(data):
                numbers.append(int(process.name))
        except OSError:
            continue
    return numbers


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "not within a minute"
        time.sleep(0.02)


def test_a_durable_database_is_created_once_and_kept(tmp_path: Path) -> None:
    data, log = tmp_path / "var/postgres", tmp_path / "log"

    with embedded_postgres(data, log=log) as url:
        assert url == f"postgres://trackers@/trackers?host={quote(str(data), safe='')}"
        assert running_url(data) == url
        ask(url, "CREATE TABLE kept AS SELECT 7 AS n")
        assert ask(url, "SHOW fsync") == "on"
        assert ask(url, "SHOW listen_addresses") == ""
        assert ask(url, "SHOW server_encoding") == "UTF8"
        assert ask(url, "SELECT lower('ÉÖŁ') || upper('éöł') || ('Z' < 'a')") == "éöłÉÖŁtrue"
        ask(url, "CREATE EXTENSION pg_trgm")
        ask(url, "CREATE EXTENSION unaccent")
        assert ask(url, "SELECT similarity('Łucja', 'łUCJA') = 1 AND unaccent('Zoë') = 'Zoe'") is True
    assert running_url(data) is None
    assert processes_of(data) == []
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert sorted(path.name for path in data.parent.iterdir()) == ["postgres", "postgres.lock"]

    with embedded_postgres(data, log=log) as url:
        assert ask(url, "SELECT n FROM kept") == 7


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
        assert ask(url, "SELECT current_user || current_database() || current_setting('timezone')") == (
            "trackerstrackersUTC"
        )
        assert ask(url, "SHOW fsync") == "off"


@pytest.mark.parametrize("name", ["with a space", "a, \"b\" & %41 'ü' \\", "long" * 40])
def test_any_folder_can_be_used(tmp_path: Path, name: str) -> None:
    with tempfile.TemporaryDirectory() as short:
        data = Path(short) / name / "data"
        for _ in range(2):
            with embedded_postgres(data, log=tmp_path / "log", durable=False) as url:
                folder = Path(str(database_credentials(url)["host"]))
                assert stat.S_IMODE(folder.stat().st_mode) == 0o700
                assert (folder == data) is (name != "long" * 40)
                assert running_url(data) == url
                assert ask(url, "SELECT 1") == 1
            assert running_url(data) is None
            assert not list(folder.glob(".s.*"))
    if folder != data:
        folder.rmdir()


def test_no_value_is_logged(tmp_path: Path) -> None:
    hostile = [
        "SELECT 'hush-hush'::integer",
        "SELECT hush-hush FROM",
        "CREATE TABLE t (v text PRIMARY KEY, CHECK (v <> ''))",
        "INSERT INTO t VALUES ('hush-hush')",
        "INSERT INTO t VALUES ('hush-hush')",
        "DO $$ BEGIN RAISE WARNING 'hush-hush'; END $$",
        "DO $$ BEGIN RAISE EXCEPTION 'hush-hush' USING DETAIL = 'hush-hush', HINT = 'hush-hush'; END $$",
    ]
    refused = 0
    with embedded_postgres(tmp_path / "data", log=tmp_path / "log", durable=False) as url:
        for statement in hostile:
            try:
                ask(url, statement)
            except asyncpg.PostgresError:
                refused += 1

    assert refused == 4
    log = (tmp_path / "log").read_text()
    assert "database system is ready to accept connections" in log
    assert "hush" not in log
    assert "client" not in log


def test_a_second_start_uses_the_running_server(tmp_path: Path) -> None:
    data = tmp_path / "data"
    processes = [start_owner(data), start_owner(data)]
    urls = [url_from(process) for process in processes]

    try:
        assert urls == [running_url(data)] * 2
        assert ask(urls[0], "SELECT 1") == 1
    finally:
        ends = [finish(process) for process in processes]
    assert ends == [(0, ""), (0, "")]
    wait_until(lambda: processes_of(data) == [])


def test_a_killed_owner_leaves_no_server_behind_and_the_next_start_works(tmp_path: Path) -> None:
    data = tmp_path / "data"
    owner = start_owner(data)
    url = url_from(owner)
    ask(url, "CREATE TABLE kept AS SELECT 7 AS n")
    assert processes_of(data) != []

    kill(owner)
    with embedded_postgres(data, log=tmp_path / "log", durable=False) as again:
        assert again == url
        assert ask(again, "SELECT n FROM kept") == 7
    wait_until(lambda: processes_of(data) == [])


@pytest.mark.parametrize("milliseconds", [100, 250, 400, 600])
def test_an_owner_killed_while_it_starts_leaves_no_server_behind(tmp_path: Path, milliseconds: int) -> None:
    data = tmp_path / "data"
    owner = start_owner(data)
    time.sleep(milliseconds / 1000)
    kill(owner)

    with embedded_postgres(data, log=tmp_path / "log", durable=False) as url:
        assert ask(url, "SELECT 1") == 1
    wait_until(lambda: processes_of(data) == processes_of(tmp_path / "data.new") == [])
    assert not (tmp_path / "data.new").exists()


def test_a_killed_server_recovers_at_the_next_start(tmp_path: Path) -> None:
    data, log = tmp_path / "data", tmp_path / "log"
    with embedded_postgres(data, log=log) as url:
        ask(url, "CREATE TABLE kept AS SELECT 7 AS n")
        os.kill(int((data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        wait_until(lambda: processes_of(data) == [])
        assert running_url(data) is None

    with embedded_postgres(data, log=log) as url:
        assert ask(url, "SELECT n FROM kept") == 7


def test_another_process_with_the_number_of_a_dead_server_is_no_obstacle(tmp_path: Path) -> None:
    data, log = tmp_path / "data", tmp_path / "log"
    with embedded_postgres(data, log=log, durable=False):
        left = (data / "postmaster.pid").read_text()
        socket_left = (data / ".s.PGSQL.5432.lock").read_text()

    with subprocess.Popen(["sleep", "600"]) as other:
        number = left.split()[0]
        (data / "postmaster.pid").write_text(left.replace(number, str(other.pid), 1))
        (data / ".s.PGSQL.5432.lock").write_text(socket_left.replace(number, str(other.pid), 1))
        assert running_url(data) is None
        with embedded_postgres(data, log=log, durable=False) as url:
            assert ask(url, "SELECT 1") == 1
        assert other.poll() is None
        other.terminate()


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "letter").write_text("dear")

    with (
        pytest.raises(EmbeddedPostgresError) as refusal,
        embedded_postgres(data, log=tmp_path / "log", durable=False),
    ):
        pass
    assert str(refusal.value) == f"{data} holds something else than PostgreSQL's data: move it away"
    assert [path.name for path in data.iterdir()] == ["letter"]


def test_the_error_about_a_server_that_exits_has_its_last_log_line(tmp_path: Path) -> None:
    data, log = tmp_path / "data", tmp_path / "log"
    data.mkdir(mode=0o700)
    (data / "PG_VERSION").write_text("9.6\n")

    with pytest.raises(EmbeddedPostgresError) as refusal, embedded_postgres(data, log=log, durable=False):
        pass
    last = log.read_text().splitlines()[-1]
    assert str(refusal.value) == f"PostgreSQL ended with exit code 2: {last} (log: {log})"
    assert processes_of(data) == []


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
    none_allowed = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"'
    process = start_owner(tmp_path / "data", "unshare", "--map-root-user", "sh", "-c", none_allowed, "sh")

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
def folder_of_nobody() -> Iterator[Path]:
    """A folder of mode 0700 that belongs to the user 65534."""
    if os.geteuid() != 0:
        pytest.skip("needs root, to become another user")
    can_execute = f"import os, server.embedded_postgres.server; assert os.access({binary('postgres')!r}, os.X_OK)"
    if subprocess.run([*NOBODY, sys.executable, "-c", can_execute], capture_output=True, check=False).returncode:
        pytest.skip("needs a Python and a project's folder that other users may read")
    folder = Path(tempfile.mkdtemp())
    os.chown(folder, 65534, 65534)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize("user", ["65534", "54321"])
def test_an_ordinary_user_with_or_without_a_name(folder_of_nobody: Path, user: str) -> None:
    os.chown(folder_of_nobody, int(user), int(user))
    data = folder_of_nobody / "a folder" / "data"
    prefix = [part.replace("65534", user) for part in NOBODY]

    owner = start_owner(data, *prefix, HOME=str(folder_of_nobody))
    try:
        assert ask(url_from(owner), "SELECT 1") == 1
        assert (data.stat().st_uid, stat.S_IMODE(data.stat().st_mode)) == (int(user), 0o700)
    finally:
        kill(owner)
    wait_until(lambda: processes_of(data) == [])

    again = start_owner(data, *prefix, HOME=str(folder_of_nobody))
    assert ask(url_from(again), "SELECT 1") == 1
    assert finish(again) == (0, "")


def test_root_does_not_use_the_data_of_another_user(folder_of_nobody: Path) -> None:
    data = folder_of_nobody / "data"
    owner = start_owner(data, *NOBODY)
    url_from(owner)
    assert finish(owner) == (0, "")

    with pytest.raises(EmbeddedPostgresError) as refusal, embedded_postgres(data, log=folder_of_nobody / "log"):
        pass
    assert str(refusal.value) == f"{data} belongs to the user 65534: run this as that user"
