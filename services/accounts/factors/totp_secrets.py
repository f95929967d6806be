"""The secrets of authenticator apps: encrypted in the database, and used up step by step."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from models.base import new_id
from models.database import fetch
from services.accounts.factors.totp import new_secret, step_of_code
from services.encryption import FACTOR_SECRET, DecryptionError
from services.installation import Installation

ENROLMENT_MINUTES = 10
"""How long a secret waits for the first code, between showing it and adding the factor."""

# Locked, so that of two sign-ins with the same code the second sees the step that the first has used up.
_SELECT = """
SELECT id, secret, last_step, extract(epoch FROM clock_timestamp())::float8 AS now
FROM factor WHERE member_id = $1 AND kind = 'TOTP' ORDER BY id FOR NO KEY UPDATE
"""
_TAKE_ENROLMENT = """
DELETE FROM totp_enrolment WHERE member_id = $1 AND expires_at > now()
RETURNING factor_id AS id, secret, NULL::bigint AS last_step, extract(epoch FROM clock_timestamp())::float8 AS now
"""


@dataclass(frozen=True, slots=True)
class Match:
    """The factor that a code belongs to, its encrypted secret, and the time step of the code."""

    factor_id: UUID
    secret: bytes
    step: int


async def begin_enrolment(installation: Installation, member_id: UUID) -> str:
    """Keep a new secret for a member who is about to add an app, and return it; an earlier one becomes void."""
    factor_id = new_id()
    secret, encrypted = await asyncio.to_thread(_make_secret, installation, factor_id)
    await fetch(
        "INSERT INTO totp_enrolment (member_id, factor_id, secret, expires_at) "
        "VALUES ($1, $2, $3, now() + make_interval(mins => $4)) ON CONFLICT (member_id) DO UPDATE "
        "SET factor_id = excluded.factor_id, secret = excluded.secret, expires_at = excluded.expires_at",
        member_id,
        factor_id,
        encrypted,
        ENROLMENT_MINUTES,
    )
    return secret


async def finish_enrolment(installation: Installation, member_id: UUID, code: str) -> Match | None:
    """Take a member's new secret in the caller's transaction; None if there is none, or the code is wrong."""
    return await asyncio.to_thread(_find, installation, await fetch(_TAKE_ENROLMENT, member_id), code)


async def use_totp_code(installation: Installation, member_id: UUID, code: str) -> bool:
    """Use up the time step of a code in the caller's transaction; return False if it is of none, or of a used one."""
    match = await asyncio.to_thread(_find, installation, await fetch(_SELECT, member_id), code)
    if match is None:
        return False
    await fetch("UPDATE factor SET last_step = $2, last_used_at = now() WHERE id = $1", match.factor_id, match.step)
    return True


def _make_secret(installation: Installation, factor_id: UUID) -> tuple[str, bytes]:
    secret = new_secret()
    return secret, FACTOR_SECRET.encrypt(installation, factor_id, secret.encode())


def _find(installation: Installation, records: Sequence[Mapping[str, Any]], code: str) -> Match | None:
    """Return which of a member's secrets a code belongs to, at a step later than the last."""
    for record in records:
        try:
            secret = FACTOR_SECRET.decrypt(installation, record["id"], record["secret"]).decode()
        except DecryptionError:  # the secret of the installation was lost; the other factors still work
            continue
        step = step_of_code(secret, code, now=record["now"])
        if step is not None and (record["last_step"] is None or step > record["last_step"]):
            return Match(record["id"], record["secret"], step)
    return None
