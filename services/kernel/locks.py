"""Locks on what has no row of its own, such as the names in an organisation."""

from models.database import fetch


async def lock_until_commit(name: str) -> None:
    """Wait for other transactions that hold the lock of this name, and hold it until the caller's transaction ends."""
    await fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", name)
