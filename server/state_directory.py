"""The state directory, which holds what the server keeps outside a configured database, and the secrets in it.

Nothing here changes the mode of a directory that exists: it may be shared with other programs.
"""

import os
import secrets
import tempfile
from pathlib import Path

from server.environment.parsers import MIN_SECRET_BYTES
from server.environment.variable import SettingsError


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


def load_or_generate_secrets(state: Path) -> tuple[bytes, ...]:
    """Return the secrets in the state directory, one a line, generating one if the file does not exist.

    The first is the current one. Raises SettingsError.
    """
    path = ensure_state_directory(state) / "secret"
    try:
        if not path.exists():
            _generate(path)
        secrets_found = tuple(line.strip() for line in path.read_bytes().strip().split(b"\n"))
    except OSError as error:
        raise SettingsError(f"The secret {path} cannot be used: {error.strerror}") from error
    shortest = min(secrets_found, key=len)
    if len(shortest) < MIN_SECRET_BYTES:
        raise SettingsError(
            f"{path} holds {len(shortest)} bytes, but must hold {MIN_SECRET_BYTES} bytes or more that nobody can guess; "
            "delete the file to generate a new secret"
        )
    return secrets_found


def rotate_secrets(state: Path, *, keep_older: bool) -> tuple[bytes, ...]:
    """Put a new secret before those in the state directory, or remove all but the current one; return what is left.

    The file is replaced atomically. Raises SettingsError.
    """
    current = load_or_generate_secrets(state)
    changed = (new_secret().encode(), *current) if keep_older else current[:1]
    path = state / "secret"
    try:
        temporary = _write_beside(path, b"".join(secret + b"\n" for secret in changed))
        temporary.replace(path)
    except OSError as error:
        raise SettingsError(f"The secret {path} cannot be replaced: {error.strerror}") from error
    return changed


def new_secret() -> str:
    """Return a random secret of 64 characters."""
    return secrets.token_urlsafe(48)


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
    temporary = _write_beside(path, f"{new_secret()}\n".encode())
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()


def _write_beside(path: Path, content: bytes) -> Path:
    """Write a temporary file of mode 0600 in the same directory, and return its path."""
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    return Path(name)
