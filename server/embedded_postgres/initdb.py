"""The creation of the data directory with ``initdb``, and of the database in it."""

import shutil
from pathlib import Path
from typing import IO

from server.embedded_postgres.binaries import binary
from server.embedded_postgres.child_process import start
from server.embedded_postgres.connection import DATABASE, USER
from server.embedded_postgres.errors import EmbeddedPostgresError, exit_error


def create_data_directory(
    data_dir: Path, prefix: list[str], output: IO[bytes], lock: IO[str], *, durable: bool
) -> None:
    """Create the data directory with its user and database, unless it exists. Raises EmbeddedPostgresError.

    It is created under a temporary name and renamed at the end, so a data directory is never incomplete. Each command
    starts with ``prefix`` (see ``command_prefix``), writes to ``output`` and inherits ``lock``.
    """
    if (data_dir / "PG_VERSION").exists():
        return
    if data_dir.exists() and any(data_dir.iterdir()):
        raise EmbeddedPostgresError(f"{data_dir} holds something other than PostgreSQL's data: move it away")
    new_dir = data_dir.with_name(data_dir.name + ".new")
    shutil.rmtree(new_dir, ignore_errors=True)
    locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    access = [f"--username={USER}", "--auth-local=trust", "--auth-host=reject"]
    sync = [] if durable else ["--no-sync"]
    initdb = [binary("initdb"), "--no-instructions", "-D", str(new_dir), *locale, *access, *sync]
    options = ["-c", "log_checkpoints=off", "-c", f"fsync={'on' if durable else 'off'}"]
    single_user = [binary("postgres"), "--single", "-D", str(new_dir), *options, "postgres"]
    for command, script in ((initdb, b""), (single_user, f"CREATE DATABASE {DATABASE}\n".encode())):
        if code := start([*prefix, *command], output=output, inherited=lock, script=script).wait():
            raise exit_error(command[0], code, Path(output.name))
    new_dir.rename(data_dir)
