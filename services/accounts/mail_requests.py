"""How often a mail may be asked for by whoever only knows an address, counted per e-mail and per client address.

The counts share a table with those of failed sign-ins; keys are hashed, so that it names nobody.
"""

from models.database import fetch
from services.accounts.throttling import hashed_key

PER_EMAIL = 3
"""So many within an hour of each other; then none for an hour."""
PER_CLIENT = 20
"""So many from one place, for whichever addresses."""

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


async def may_ask(*, email: str, client: str) -> bool:
    """Count a request for a mail; whether it may be granted. In the caller's transaction."""
    # The client first: one that is stopped leaves no rows of the addresses that it goes on trying.
    for key, most in ((hashed_key("mails asked by", client), PER_CLIENT), (hashed_key("mails to", email), PER_EMAIL)):
        if not await fetch(_COUNT, key, most):
            return False
    return True
