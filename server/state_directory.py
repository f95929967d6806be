"""The state directory ``var``, and the secret that is generated into it where none is set."""

import os
import secrets
import tempfile
from pathlib import Path

from server.environment import MIN_SECRET_BYTES, SECRET, SettingsError


def state_directory(folder: Path) -> Path:
    """Return ``var`` in the project's folder; create it where it is absent, open to its owner alone. Raises SettingsError."""
    state = folder / "var"
    try:
        state.mkdir(mode=0o700, exist_ok=True)
        if state.stat().st_mode & 0o777 != 0o700:
            state.chmod(0o700)
    except OSError as error:
        raise SettingsError(f"The state directory cannot be used: {error}") from error
    return state


def stored_secret(folder: Path) -> bytes:
    """Return the secret in ``var/secret``; generate it at the first call. Raises SettingsError."""
    path = state_directory(folder) / "secret"
    try:
        if not path.exists():
            _generate(path)
        secret = path.read_bytes().strip()
    except OSError as error:
        raise SettingsError(f"The secret cannot be used: {error}") from error
    if len(secret) < MIN_SECRET_BYTES:
        raise SettingsError(
            f"{path} holds {len(secret)} bytes: it may hold {SECRET.expected}; delete the file to generate a new secret"
        )
    return secret


def _generate(path: Path) -> None:
    """Write the file in one step, mode 600; of several processes that do so at once, the first one wins."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
            file.flush()
            os.fsync(descriptor)
        path.hardlink_to(temporary)
    except FileExistsError:
        pass
    finally:
        Path(temporary).unlink()
