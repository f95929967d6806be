"""Encryption at rest of the few columns that the database must hold in a readable form, such as keys of second factors.

Each column has a key of its own, derived from the installation's secret. A ciphertext is bound to its row, begins with a
short name of its key, and is encrypted again under the current secret after a rotation.
"""

import secrets
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from models.database import fetch, transaction
from services.installation import Installation

KEY_NAME_BYTES = 4
NONCE_BYTES = 12
"""The size that AES-GCM takes without hashing it (NIST SP 800-38D)."""
ROWS_AT_ONCE = 200
"""How many rows one transaction encrypts again."""


class DecryptionError(Exception):
    """Raised when none of the installation's secrets decrypts a value, or when it belongs to another row."""


class _Key(NamedTuple):
    name: bytes
    """Tells which key has encrypted a value, and nothing about the key."""
    key: bytes


@dataclass(frozen=True, slots=True)
class EncryptedColumn:
    """A column of type ``bytea`` whose values are encrypted, in a table whose primary key is the UUID ``id``."""

    table: str
    column: str

    def encrypt(self, installation: Installation, row_id: UUID, plaintext: bytes) -> bytes:
        """Return the value to store in a row, encrypted with AES-256-GCM under the current secret."""
        # Imported when it is first needed, because it takes 12 MB.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key = self._key(installation.secret)
        nonce = secrets.token_bytes(NONCE_BYTES)
        return key.name + nonce + AESGCM(key.key).encrypt(nonce, plaintext, row_id.bytes)

    def decrypt(self, installation: Installation, row_id: UUID, value: bytes) -> bytes:
        """Return the plaintext of a row's value. Raises DecryptionError."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        name, rest = value[:KEY_NAME_BYTES], value[KEY_NAME_BYTES:]
        for key in map(self._key, installation.secrets):
            if key.name == name:
                try:
                    return AESGCM(key.key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], row_id.bytes)
                except (InvalidTag, ValueError):
                    break
        raise DecryptionError(f"A value of {self.table}.{self.column} cannot be decrypted.")

    def _key(self, secret: bytes) -> _Key:
        return _derive_key(secret, f"{self.table}.{self.column}")


FACTOR_SECRET = EncryptedColumn("factor", "secret")
"""The secrets of authenticator apps. That of an app which is about to be added is bound to the row that it will have."""
SIGN_ON_CLIENT_SECRET = EncryptedColumn("sign_on_provider", "client_secret")
SIGN_ON_ANSWER = EncryptedColumn("sign_on_attempt", "answer")
SIGN_ON_REFRESH_TOKEN = EncryptedColumn("sign_on_session", "refresh_token")

ENCRYPTED_COLUMNS: tuple[EncryptedColumn, ...] = (
    FACTOR_SECRET,
    SIGN_ON_CLIENT_SECRET,
    SIGN_ON_ANSWER,
    SIGN_ON_REFRESH_TOKEN,
)
"""Every encrypted column of the database."""


async def encrypt_again(installation: Installation) -> int:
    """Encrypt the values of older secrets under the current one; return how many there were.

    A value that no secret decrypts is left as it is.
    """
    return sum([await _encrypt_column_again(installation, column) for column in ENCRYPTED_COLUMNS])


async def count_under_older_secrets(installation: Installation) -> int:
    """Return how many values are not encrypted under the current secret, and would be lost without the older ones."""
    counts = [
        (
            await fetch(
                f"SELECT count(*) AS number FROM {column.table} WHERE substring({column.column} FOR {KEY_NAME_BYTES}) <> $1",
                column._key(installation.secret).name,
            )
        )[0]["number"]
        for column in ENCRYPTED_COLUMNS
    ]
    return sum(counts)


async def _encrypt_column_again(installation: Installation, column: EncryptedColumn) -> int:
    """Encrypt the values of one column again, in transactions of ``ROWS_AT_ONCE`` rows."""
    names = [column._key(secret).name for secret in installation.older_secrets]
    count = 0
    while names:
        async with transaction():
            rows = await fetch(
                f"SELECT id, {column.column} AS value FROM {column.table} "
                f"WHERE substring({column.column} FOR {KEY_NAME_BYTES}) = ANY($1::bytea[]) "
                f"ORDER BY id LIMIT {ROWS_AT_ONCE} FOR NO KEY UPDATE",
                names,
            )
            for row in rows:
                value = column.encrypt(installation, row["id"], column.decrypt(installation, row["id"], row["value"]))
                await fetch(f"UPDATE {column.table} SET {column.column} = $2 WHERE id = $1", row["id"], value)
        count += len(rows)
        if len(rows) < ROWS_AT_ONCE:
            break
    return count


@lru_cache(maxsize=64)
def _derive_key(secret: bytes, purpose: str) -> _Key:
    """Return the key of a purpose, by HKDF with SHA-256 (RFC 5869), and its name."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    info = f"trackers encryption {purpose}".encode()
    derived = HKDF(algorithm=SHA256(), length=KEY_NAME_BYTES + 32, salt=None, info=info).derive(secret)
    return _Key(derived[:KEY_NAME_BYTES], derived[KEY_NAME_BYTES:])
