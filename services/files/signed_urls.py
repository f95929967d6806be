"""The addresses under which files are downloaded: signed, short-lived, and worth no more than the session they were given to.

Whoever holds one may read the file, as long as that session's member may: signing out, being switched off and losing
sight of the tracker end it at once.
"""

import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote
from uuid import UUID

from services.installation import Installation

LIFETIME = 600
"""Seconds that an address holds, by the database's clock."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What an address permits: reading one file, with one session's rights, until a moment (seconds since 1970)."""

    file_id: UUID
    session_id: UUID
    expires: int


def address_of(installation: Installation, grant: Grant, *, name: str) -> str:
    """The whole address. The name is there for people and programs that save the file by it; it is not signed."""
    path = f"{grant.file_id}/{grant.session_id}/{grant.expires}/{_signature(installation, grant)}"
    return f"{installation.public_url}/files/{path}/{quote(name, safe='')}"


def granted(installation: Installation, path: str) -> Grant | None:
    """What the rest of an address after ``/files/`` permits; None unless it was made here. It may have expired."""
    parts = path.split("/", 4)
    if len(parts) < 5:
        return None
    try:
        grant = Grant(UUID(parts[0]), UUID(parts[1]), int(parts[2]))
    except ValueError:
        return None
    right = f"{grant.file_id}/{grant.session_id}/{grant.expires}/{_signature(installation, grant)}"
    return grant if hmac.compare_digest(right.encode(), "/".join(parts[:4]).encode()) else None


def _signature(installation: Installation, grant: Grant) -> str:
    # The first line keeps it apart from everything else that the secret signs: no token has a space in it.
    said = f"file address\n{grant.file_id}\n{grant.session_id}\n{grant.expires}"
    return urlsafe_b64encode(hmac.digest(installation.secret, said.encode(), sha256)).decode().rstrip("=")
