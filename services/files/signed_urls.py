"""Signed download URLs, which carry the rights of the session that they were created for.

Anyone with the URL can read the file for ten minutes, provided that the session's member still can: signing out, being
deactivated, or losing access to the tracker revokes it immediately.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote
from uuid import UUID

from services.installation import Installation

LIFETIME = 600
"""Seconds for which a URL is valid, by the database's clock."""


@dataclass(frozen=True, slots=True)
class Grant:
    """Permission to read one file with one session's rights until ``expires``, in seconds since the Unix epoch."""

    file_id: UUID
    session_id: UUID
    expires: int


def signed_url(installation: Installation, grant: Grant, *, name: str) -> str:
    """Return the URL of a grant. It ends with ``name``, unsigned, under which programs save the file."""
    path = f"{grant.file_id}/{grant.session_id}/{grant.expires}/{_signature(installation.secret, grant)}"
    return f"{installation.public_url}/files/{path}/{quote(name, safe='')}"


def verify_signed_path(installation: Installation, path: str) -> Grant | None:
    """Return the grant, perhaps expired, from a URL's path after ``/files/``, or None if the signature is invalid."""
    parts = path.split("/", 4)
    if len(parts) < 5:
        return None
    try:
        grant = Grant(UUID(parts[0]), UUID(parts[1]), int(parts[2]))
    except ValueError:
        return None
    signed = "/".join(parts[:4]).encode()
    for secret in installation.secrets:
        expected = f"{grant.file_id}/{grant.session_id}/{grant.expires}/{_signature(secret, grant)}"
        if hmac.compare_digest(expected.encode(), signed):
            return grant
    return None


def _signature(secret: bytes, grant: Grant) -> str:
    # The first line keeps these signatures apart from all others made with the secret: no token contains a space.
    message = f"file address\n{grant.file_id}\n{grant.session_id}\n{grant.expires}"
    return urlsafe_b64encode(hmac.digest(secret, message.encode(), sha256)).decode().rstrip("=")
