"""The floor's database pool, and its check of tokens and sessions."""

from typing import Any
from uuid import UUID

import asyncpg
import jwt

# The product's own statement, with its columns.
SESSION = """
SELECT m.id, m.organisation_id, m.name, m.email, m.kind, m.roles, m.active, m.password_hash, m.created_at,
    o.id AS "o.id", o.name AS "o.name", o.created_at AS "o.created_at", to_timestamp($2) AS expires_at
FROM session s JOIN member m ON m.id = s.member_id JOIN organisation o ON o.id = m.organisation_id
WHERE s.id = $1 AND s.ended_at IS NULL AND s.expires_at > now() AND m.active AND to_timestamp($2) > now()
"""

Record = Any


async def _skip_reset(_connection: object) -> None:
    """Skip the statement with which asyncpg resets a connection, as the product does."""


async def create_pool(credentials: dict[str, Any]) -> Any:
    """Connect to the database, with a pool of the product's size."""
    return await asyncpg.create_pool(**credentials, min_size=2, max_size=20, reset=_skip_reset)


async def viewer_of(connection: Any, secret: bytes, authorization: str) -> Record:
    """Return the member whose token this is. Raises if the token is not valid or the session has ended."""
    claims = jwt.decode(authorization[7:], secret, ["HS256"], options={"verify_exp": False, "require": ["sid", "exp"]})
    record = await connection.fetchrow(SESSION, UUID(claims["sid"]), float(claims["exp"]))
    if record is None:
        raise PermissionError
    return record
