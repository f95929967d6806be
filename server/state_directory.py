"""The state directory ``var``, and the secret that is generated in it if none is configured."""

import os
import secrets
import tempfile
from pathlib import Path

from server.environment import MIN_SECRET_BYTES, SECRET, SettingsError


def ensure_state_directory(folder: Path) -> Path:
    """Return the directory ``var``, creating it if it does not exist and restricting it to its owner.

    Raises SettingsError.
    """
    state = folder / "var"
    try:
        state.mkdir(mode=0o700, exist_ok=True)
        if state.stat().st_mode & 0o777 != 0o700:
            state.chmod(0o700)
    except OSError as error:
        raise SettingsError(f"The state directory cannot be used: {error}") from error
    return state


def load_or_generate_secret(folder: Path) -> bytes:
    """Return the secret in ``var/secret``, generating it if the file does not exist. Raises SettingsError."""
    path = ensure_state_directory(folder) / "secret"
    try:
        if not path.exists():
            _generate(path)
        secret = path.read_bytes().strip()
    except OSError as error:
        raise SettingsError(f"The secret cannot be used: {error}") from error
    if len(secret) < MIN_SECRET_BYTES:
        raise SettingsError(
            f"{path} holds {len(secret)} bytes: it must hold {SECRET.expected}; delete the file to generate a new secret"
        )
    return secret


def _generate(path: Path) -> None:
    """Create the file atomically with mode 0600. If several processes do so at once, the first one wins."""
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
