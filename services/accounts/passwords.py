"""Password hashing with argon2id, and generated passwords. What a password must be like is in ``password_rules``.

Hashing uses 19 MiB of memory, two passes and one lane, as OWASP recommends.
"""

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar
from weakref import WeakKeyDictionary

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from services.accounts.hashing_queue import THREADS, HashingQueue, QueueFullError, Sender
from services.accounts.throttling import rate_limited

T = TypeVar("T")

MIN_LENGTH = 12
MAX_LENGTH = 200
OPERATOR = Sender("", "operator", is_known=True)
"""On whose behalf a command hashes passwords."""

# Without vowels, so that it contains no name, and without characters that are confused when read aloud or copied by hand.
_ALPHABET = "bcdfghjkmnpqrstvwxz23456789"

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_executor = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="argon2")
_queues: WeakKeyDictionary[asyncio.AbstractEventLoop, HashingQueue] = WeakKeyDictionary()


def generate_password() -> str:
    """Return a random password with 95 bits of entropy, in four groups that are easy to read aloud."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


async def hash_password(password: str, sender: Sender = OPERATOR) -> str:
    """Return the encoded argon2id hash of a password. Raises ValidationFailed with RATE_LIMITED if too many wait."""
    return await _run(sender, _hasher.hash, _normalise(password))


async def verify_password(password: str, digest: str | None, sender: Sender = OPERATOR) -> bool:
    """Return whether a password matches a hash; without a hash, return False after the same amount of work.

    Raises ValidationFailed with RATE_LIMITED if too many wait for a thread.
    """
    if len(password) > MAX_LENGTH:
        password, digest = "", None
    matches = await _run(sender, _matches, password, digest)
    return matches and digest is not None


async def _run(sender: Sender, function: Callable[..., T], *arguments: object) -> T:
    queue = _queues.setdefault(asyncio.get_running_loop(), HashingQueue(_executor))
    try:
        return await queue.run(sender, function, *arguments)
    except QueueFullError as error:
        raise rate_limited(error.retry_after) from None


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
