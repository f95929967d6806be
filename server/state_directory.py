"""The state directory, which holds what the server keeps outside a configured database, and the secret in it.

Nothing here changes the mode of a directory that exists: it may be shared with other programs.
"""

import os
import secrets
import tempfile
from pathlib import Path

from server.environment import MIN_SECRET_BYTES, SECRET, SettingsError


def ensure_state_directory(state: Path) -> Path:
    """Return the state directory, creating it for its owner alone if it does not exist. Raises SettingsError."""
    try:
        state.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        reason = "it is not a folder" if isinstance(error, FileExistsError) else error.strerror
        raise SettingsError(
            f"The state directory {state} cannot be used: {reason}. Set TRACKERS_STATE_DIR to a folder that this user "
            "may write to."
        ) from error
    return state


def load_or_generate_secret(state: Path) -> bytes:
    """Return the secret in the state directory, generating it if the file does not exist. Raises SettingsError."""
    path = ensure_state_directory(state) / "secret"
    try:
        if not path.exists():
            _generate(path)
        secret = path.read_bytes().strip()
    except OSError as error:
        raise SettingsError(f"The secret {path} cannot be used: {error.strerror}") from error
    if len(secret) < MIN_SECRET_BYTES:
        raise SettingsError(
            f"{path} holds {len(secret)} bytes, but must hold {SECRET.expected}; delete the file to generate a new "
            "secret"
        )
    return secret


def forgotten_state(current: Path, state: Path) -> Path | None:
    """Return the folder ``var`` in the current directory if an earlier version kept its state there.

    Versions up to 0.2 did so wherever they were started. None if that folder is the state directory.
    """
    earlier = current / "var"
    try:
        has_state = any((earlier / name).is_file() for name in ("secret", "postgres/PG_VERSION"))
        return earlier if has_state and not (state.exists() and earlier.samefile(state)) else None
    except OSError:  # not readable by this user, so not theirs
        return None


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
