"""Child processes that end with this process, even after ``kill -9``, and never run as root."""

import os
import pwd
import shutil
import subprocess
from typing import IO

# Between fork and setpriv nothing ends the child with its parent; a child that is orphaned by then does not go on.
_UNLESS_ORPHANED = ["/bin/sh", "-c", '[ "$PPID" = "$0" ] && exec "$@"']


class ChildProcessRefusedError(Exception):
    """This user cannot run such a program on this system. The message is one line that says why and what to do."""


def leading_command(program: str) -> list[str]:
    """Return the words before a program and its arguments that make it end with the thread that starts it.

    For root, or a user without a name, they make it the user ``nobody`` of a user namespace, with access to the caller's
    own files and without root's rights. ``program`` is tried with ``--version``. Raises ChildProcessRefusedError.
    """
    # setpriv last: a change of user clears the signal that it sets.
    words = [_tool("setpriv"), "--pdeathsig", "INT", "--", *_UNLESS_ORPHANED, str(os.getpid())]
    if os.geteuid() == 0 or not _has_name(os.geteuid()):
        nobody = pwd.getpwnam("nobody")
        identity = [f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}"]
        words = [_tool("unshare"), "--user", *identity, "--", *words]
    trial = subprocess.run([*words, program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    if trial.returncode:
        reason = (trial.stderr.strip().splitlines() or [f"exit code {trial.returncode}"])[-1]
        raise ChildProcessRefusedError(f"{reason}: run this as an ordinary user who may read the project's folder")
    return words


def start(
    command: list[str], *, output: IO[bytes], inherited: IO[str], script: bytes | None = None
) -> subprocess.Popen[bytes]:
    """Start a program of PostgreSQL in a session of its own, so that Ctrl-C does not end it before this process does.

    A ``script`` is written to its standard input, and its end awaited. It does not inherit the user's environment
    variables for clients of PostgreSQL and for language. ``inherited`` is a file that it keeps open.
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
