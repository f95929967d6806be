"""Child processes that end with this process, even after ``kill -9``, and never run as root."""

import os
import pwd
import shutil
import subprocess
from typing import IO

# Between fork and setpriv, nothing ends the child if its parent dies; so a child that has been orphaned by then exits.
_UNLESS_ORPHANED = ["/bin/sh", "-c", '[ "$PPID" = "$0" ] && exec "$@"']


class ChildProcessRefusedError(Exception):
    """Raised when this user cannot run child processes on this system; the one-line message says why and what to do."""


def command_prefix(program: str) -> list[str]:
    """Return the command prefix that makes a program end with the thread that starts it.

    For root, or for a user without a name, the prefix also runs the program as the user ``nobody`` in a user namespace,
    with access to the caller's own files but without root's privileges. To test the prefix, ``program`` is run with
    ``--version``. Raises ChildProcessRefusedError.
    """
    # setpriv must come last: a change of user clears the signal that it sets.
    prefix = [_tool("setpriv"), "--pdeathsig", "INT", "--", *_UNLESS_ORPHANED, str(os.getpid())]
    if os.geteuid() == 0 or not _has_name(os.geteuid()):
        nobody = pwd.getpwnam("nobody")
        identity = [f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}"]
        prefix = [_tool("unshare"), "--user", *identity, "--", *prefix]
    trial = subprocess.run([*prefix, program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    if trial.returncode:
        reason = (trial.stderr.strip().splitlines() or [f"exit code {trial.returncode}"])[-1]
        raise ChildProcessRefusedError(f"{reason}: run this as an ordinary user who may read the project's folder")
    return prefix


def start(
    command: list[str], *, output: IO[bytes], inherited: IO[str], script: bytes | None = None
) -> subprocess.Popen[bytes]:
    """Start a PostgreSQL program in its own session, so that Ctrl-C does not end it before this process does.

    If there is a ``script``, it is written to the program's standard input, and the program runs to completion. The
    program does not inherit environment variables for PostgreSQL clients or for the locale, but it inherits the file
    ``inherited``.
    """
    child = subprocess.Popen(  # noqa: S603
        command,
        stdin=subprocess.DEVNULL if script is None else subprocess.PIPE,
        stdout=output,
        stderr=output,
        env={name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))},
        pass_fds=[inherited.fileno()],
        start_new_session=True,
    )
    if script is not None:
        child.communicate(script)
    return child


def _tool(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise ChildProcessRefusedError(f"the program {name} is missing: install the package util-linux")
    return path


def _has_name(user: int) -> bool:
    try:
        return bool(pwd.getpwuid(user))
    except KeyError:
        return False
