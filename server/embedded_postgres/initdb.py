"""The creation of the data folder: ``initdb``, and the database in it."""

import shutil
from pathlib import Path
from typing import IO

from server.embedded_postgres.binaries import binary
from server.embedded_postgres.child_process import start
from server.embedded_postgres.connection import DATABASE, USER
from server.embedded_postgres.errors import EmbeddedPostgresError, exit_error


def create_data_folder(data: Path, prefix: list[str], output: IO[bytes], lock: IO[str], *, durable: bool) -> None:
    """Create the data folder with user and database, unless it exists. Raises EmbeddedPostgresError.

    It is made under another name and renamed, so it is complete once it exists. ``prefix`` are the leading words of the
    commands (``leading_command``), ``output`` takes what they print, and ``lock`` is inherited by them.
    """
    if (data / "PG_VERSION").exists():
        return
    if data.exists() and any(data.iterdir()):
        raise EmbeddedPostgresError(f"{data} holds something else than PostgreSQL's data: move it away")
    new = data.with_name(data.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    locale = ["--encoding=UTF8", "--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    access = [f"--username={USER}", "--auth-local=trust", "--auth-host=reject"]
    sync = [] if durable else ["--no-sync"]
    initdb = [binary("initdb"), "--no-instructions", "-D", str(new), *locale, *access, *sync]
    options = ["-c", "log_checkpoints=off", "-c", f"fsync={'on' if durable else 'off'}"]
    single_user = [binary("postgres"), "--single", "-D", str(new), *options, "postgres"]
    for command, script in ((initdb, b""), (single_user, f"CREATE DATABASE {DATABASE}\n".encode())):
        if code := start([*prefix, *command], output=output, inherited=lock, script=script).wait():
            raise exit_error(command[0], code, Path(output.name))
    new.rename(data)
