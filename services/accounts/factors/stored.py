"""The second factors of a member as rows: reading, adding and removing them."""

from dataclasses import dataclass, field
from uuid import UUID

from models import Factor, FactorKind
from models.base import new_id
from models.database import fetch
from models.rows import reader
from services.accounts.factors.recovery_codes import delete_recovery_codes
from services.kernel.sql import NamedParameterStatement

MAX_FACTORS = 10
"""The most that a member may have."""
_SHOWN = ("id", "kind", "name", "created_at", "last_used_at")

_INSERT = NamedParameterStatement("""
INSERT INTO factor (id, member_id, kind, name, created_at, secret, last_step, credential_id, public_key, sign_count)
VALUES (:id, :member_id, :kind, :name, now(), :secret, :last_step, :credential_id, :public_key, :sign_count)
ON CONFLICT (credential_id) DO NOTHING RETURNING id
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFactor:
    """A factor to insert: a secret that is encrypted with the time step of its first code, or a passkey."""

    id: UUID = field(default_factory=new_id)
    kind: FactorKind
    name: str
    secret: bytes | None = None
    last_step: int | None = None
    credential_id: bytes | None = None
    public_key: bytes | None = None
    sign_count: int | None = None


@dataclass(frozen=True, slots=True)
class StoredPasskey:
    """A passkey of an active member, as it is verified."""

    id: UUID
    member_id: UUID
    email: str
    public_key: bytes
    sign_count: int


async def list_factors(member_id: UUID) -> list[Factor]:
    """Return a member's factors without their secrets, the oldest first."""
    return await _select("f.member_id = $1", member_id)


async def insert_factor(member_id: UUID, new: NewFactor) -> Factor | None:
    """Insert a factor in the caller's transaction, and return it; None if the passkey is there already."""
    inserted = await _INSERT.fetch(
        id=new.id,
        member_id=member_id,
        kind=new.kind.value,
        name=new.name,
        secret=new.secret,
        last_step=new.last_step,
        credential_id=new.credential_id,
        public_key=new.public_key,
        sign_count=new.sign_count,
    )
    return (await _select("f.id = $1", inserted[0]["id"]))[0] if inserted else None


async def delete_factor(factor_id: UUID) -> None:
    """Delete a factor, in the caller's transaction."""
    await fetch("DELETE FROM factor WHERE id = $1", factor_id)


async def delete_factors(member_id: UUID) -> bool:
    """Delete all of a member's factors and recovery codes, in the caller's transaction; return whether there was any."""
    deleted = await fetch("DELETE FROM factor WHERE member_id = $1 RETURNING id", member_id)
    await delete_recovery_codes(member_id)
    await fetch("DELETE FROM totp_enrolment WHERE member_id = $1", member_id)
    return bool(deleted)


async def credential_ids(member_id: UUID) -> list[bytes]:
    """Return the credential ids of a member's passkeys."""
    statement = "SELECT credential_id FROM factor WHERE member_id = $1 AND kind = 'PASSKEY' ORDER BY id"
    return [record["credential_id"] for record in await fetch(statement, member_id)]


async def find_passkey(credential_id: bytes) -> StoredPasskey | None:
    """Return the passkey with a credential id, if its member is active."""
    records = await fetch(
        "SELECT f.id, f.member_id, m.email, f.public_key, f.sign_count FROM factor f JOIN member m ON m.id = f.member_id "
        "WHERE f.credential_id = $1 AND m.active",
        credential_id,
    )
    return StoredPasskey(**records[0]) if records else None


async def count_use(passkey: StoredPasskey, sign_count: int) -> bool:
    """Store a passkey's new count, in the caller's transaction; return False if it was used or removed meanwhile.

    Otherwise one answer could be given twice at once, or by two copies of the passkey.
    """
    return bool(
        await fetch(
            "UPDATE factor SET sign_count = $2, last_used_at = now() WHERE id = $1 AND sign_count = $3 RETURNING id",
            passkey.id,
            sign_count,
            passkey.sign_count,
        )
    )


async def _select(condition: str, value: UUID) -> list[Factor]:
    """Return the factors of which a condition is true for ``$1``, without their secrets."""
    shown = reader(Factor, "f", _SHOWN)
    records = await fetch(f"SELECT {shown.columns} FROM factor f WHERE {condition} ORDER BY f.id", value)
    return [factor for record in records if (factor := shown.read_one(record)) is not None]
