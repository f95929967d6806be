"""Devices on which members have signed in, and the tokens by which they are known again.

A token is the id of a device, signed by the installation, so the same one can be handed out at each refresh and nothing of
it is stored. It opens nothing by itself: a known device has a count of failed sign-ins of its own, and its sign-ins are
not mailed about.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hmac import compare_digest
from uuid import UUID

from models.base import new_id
from models.database import fetch
from services.installation import Installation
from services.kernel.tokens import keyed_digest

_ID_BYTES = 16
_PURPOSE = "device token"
_MAX_TOKEN_LENGTH = 100


def device_token(installation: Installation, device_id: UUID) -> str:
    """Return the token of a device."""
    return urlsafe_b64encode(device_id.bytes + _signature(installation.secret, device_id)).decode()


def read_device_token(installation: Installation, token: str | None) -> UUID | None:
    """Return the id of the device that a token names; None without a token with a valid signature.

    The device may be another member's, or may have been forgotten.
    """
    if token is None or len(token) > _MAX_TOKEN_LENGTH:
        return None
    try:
        content = urlsafe_b64decode(token.encode("ascii"))
    except ValueError:
        return None
    if len(content) <= _ID_BYTES:
        return None
    device_id, signature = UUID(bytes=content[:_ID_BYTES]), content[_ID_BYTES:]
    is_valid = any(compare_digest(signature, _signature(secret, device_id)) for secret in installation.secrets)
    return device_id if is_valid else None


async def use_device(member_id: UUID, device_id: UUID | None) -> bool:
    """Note that a member signs in on a device, in the caller's transaction; return whether it is known to be theirs."""
    update = "UPDATE device SET last_used_at = now() WHERE id = $1 AND member_id = $2 RETURNING id"
    return bool(await fetch(update, device_id, member_id))


async def add_device(member_id: UUID) -> UUID:
    """Add a device of a member, in the caller's transaction, and return its id."""
    device_id = new_id()
    insert = "INSERT INTO device (id, member_id, last_used_at) VALUES ($1, $2, now())"
    await fetch(insert, device_id, member_id)
    return device_id


async def forget_devices(member_id: UUID, *, except_for: UUID | None = None) -> None:
    """Forget the devices of a member, in the caller's transaction: their next sign-in is that of a new device."""
    await fetch("DELETE FROM device WHERE member_id = $1 AND id IS DISTINCT FROM $2", member_id, except_for)


def _signature(secret: bytes, device_id: UUID) -> bytes:
    return bytes.fromhex(keyed_digest(secret, _PURPOSE, str(device_id)))
