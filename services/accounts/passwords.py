"""Passwords: argon2id with 19 MiB, two passes, one lane (OWASP's figures), off the event loop, two at once at most."""

import asyncio
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

MINIMUM_LENGTH = 12
MAXIMUM_LENGTH = 200

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_two_at_once = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")


def _normal(password: str) -> str:
    # Two keyboards may spell one character differently; both spell the same password (RFC 8265).
    return unicodedata.normalize("NFC", password)


@cache
def _decoy() -> str:
    return _hasher.hash("nobody has this password")


def _matches(password: str, digest: str | None) -> bool:
    decoy = _decoy()
    try:
        return _hasher.verify(digest or decoy, _normal(password).encode("utf-8", "surrogatepass"))
    except (VerifyMismatchError, InvalidHashError):
        return False


async def hash_password(password: str) -> str:
    """What is kept of a password."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_two_at_once, _hasher.hash, _normal(password))


async def verify_password(password: str, digest: str | None) -> bool:
    """Whether a password is the one that was hashed; takes the same time where there is no hash to hold it to."""
    if len(password) > MAXIMUM_LENGTH:
        password, digest = "", None
    loop = asyncio.get_running_loop()
    matches = await loop.run_in_executor(_two_at_once, _matches, password, digest)
    return matches and digest is not None
