"""The error that the embedded PostgreSQL raises."""

from pathlib import Path


class EmbeddedPostgresError(Exception):
    """Raised when PostgreSQL cannot be started; the one-line message says why and what to do."""


def exit_error(program: str, code: int, log: Path) -> EmbeddedPostgresError:
    """Return the error for a program that has exited, quoting the last line of its log."""
    lines = log.read_text(errors="replace").strip().splitlines() or ["it logged nothing"]
    return EmbeddedPostgresError(f"{program} ended with exit code {code}: {lines[-1]} (log: {log})")
