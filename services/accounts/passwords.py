"""Password rules, and password hashing with argon2id.

Hashing uses 19 MiB of memory, two passes and one lane, as OWASP recommends. It runs in a thread pool, at most two
hashes at a time.
"""

import asyncio
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode
from services.kernel.text import clean_text

MIN_LENGTH = 12
MAX_LENGTH = 200

_ALPHABET = (
    "abcdefghjkmnpqrstuvwxyz23456789"  # without characters that are easily confused when read aloud or copied by hand
)

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_executor = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")


def check_password(errors: ErrorCollector, password: str) -> None:
    """Check that a new password is text of 12 to 200 characters, counted as entered."""
    length = len(password)
    if length < MIN_LENGTH:
        message = f"A password has at least {MIN_LENGTH} characters; this has {length}."
        errors.add(ErrorCode.TOO_SHORT, message, minimum=MIN_LENGTH, length=length)
    elif length > MAX_LENGTH:
        message = f"A password has at most {MAX_LENGTH} characters; this has {length}."
        errors.add(ErrorCode.TOO_LONG, message, maximum=MAX_LENGTH, length=length)
    elif clean_text(password) is None:
        errors.add(ErrorCode.INVALID_FORMAT, "The password contains an invalid character.")


def generate_password() -> str:
    """Return a random password with 99 bits of entropy, in four groups that are easy to read aloud."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


async def hash_password(password: str) -> str:
    """Return the encoded argon2id hash of a password."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_executor, _hasher.hash, _normalise(password))


async def verify_password(password: str, digest: str | None) -> bool:
    """Return whether a password matches a hash; without a hash, return False after the same amount of work."""
    if len(password) > MAX_LENGTH:
        password, digest = "", None
    loop = asyncio.get_running_loop()
    matches = await loop.run_in_executor(_executor, _matches, password, digest)
    return matches and digest is not None


def _normalise(password: str) -> str:
    # Keyboards may encode the same character differently; the password is still the same (RFC 8265).
    return unicodedata.normalize("NFC", password)


@cache
def _decoy_hash() -> str:
    return _hasher.hash("nobody has this password")


def _matches(password: str, digest: str | None) -> bool:
    decoy = _decoy_hash()
    try:
        return _hasher.verify(digest or decoy, _normalise(password).encode("utf-8", "surrogatepass"))
    except (VerifyMismatchError, InvalidHashError):
        return False
