"""Counts of what somebody may cause a limited number of times, each within an hour of the last."""

from models.database import fetch

_COUNT = """
INSERT INTO sign_in_failures AS f (key, failures, last_at) VALUES ($1, 1, now())
ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN f.last_at < now() - interval '1 hour' OR f.failures >= $2 THEN 1 ELSE f.failures + 1 END,
    blocked_until = CASE
        WHEN f.last_at >= now() - interval '1 hour' AND f.failures + 1 = $2 THEN now() + interval '1 hour'
    END,
    last_at = now()
WHERE f.blocked_until IS NULL OR f.blocked_until <= now()
RETURNING failures
"""


async def count_within_hour(key: str, limit: int) -> bool:
    """Count something in the caller's transaction; return False, and count nothing, for an hour after it was the last."""
    return bool(await fetch(_COUNT, key, limit))
