"""The error of the embedded PostgreSQL, and the text that it takes from the log."""

from pathlib import Path


class EmbeddedPostgresError(Exception):
    """PostgreSQL cannot be started. The message is one line that says why and what to do."""


def exit_error(program: str, code: int, log: Path) -> EmbeddedPostgresError:
    """Return the error for a program that has exited, with the last line of the log."""
    lines = log.read_text(errors="replace").strip().splitlines() or ["it logged nothing"]
    return EmbeddedPostgresError(f"{program} ended with exit code {code}: {lines[-1]} (log: {log})")
