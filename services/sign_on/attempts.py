"""Sign-ons that have begun: each lives ten minutes, and works once.

Everything that proves that steps belong together is derived from the attempt's id with the installation's secret, and none
of it is stored:

- ``state`` comes back with the provider's answer, and shows that this installation has asked for it. One that was made up
  is told apart without a call to the database.
- ``nonce`` and ``verifier`` (PKCE) tie the ID token and the code to it.
- ``token`` is what the browser brings to the application, in the fragment of the address.
- ``secret`` is what the application was given when it began, and never left it. Without it nobody can complete a sign-on
  that somebody else began, neither by sending them a link (login CSRF) nor by reading the one that they were sent to.
"""

from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any, Final
from uuid import UUID

import orjson

from models.base import new_id
from models.database import fetch, transaction
from services.accounts.sessions.clients import Client
from services.encryption import SIGN_ON_ANSWER, DecryptionError
from services.installation import Installation
from services.kernel.errors import ErrorCode, Problem, ValidationFailed
from services.kernel.sql import NamedParameterStatement

ATTEMPT_MINUTES: Final = 10
ATTEMPTS_PER_NETWORK: Final = 300
"""How many sign-ons a network may begin in ten minutes: an office of 300 behind one address, all at nine o'clock."""

_IS_OPEN = f"used_at IS NULL AND created_at > now() - interval '{ATTEMPT_MINUTES} minutes'"
_INSERT_ATTEMPT = NamedParameterStatement("""
INSERT INTO sign_on_attempt (id, provider_id, network, redirect_url, reauthenticate, created_at)
SELECT :id, :provider_id, :network, :redirect_url, :reauthenticate, now()
""")
_COUNT_ATTEMPTS = (
    "SELECT count(*) AS number, ceil(extract(epoch FROM min(created_at) - now()))::int AS age FROM sign_on_attempt "
    f"WHERE network = $1 AND created_at > now() - interval '{ATTEMPT_MINUTES} minutes'"
)
_CLAIM = f"""
WITH open AS (SELECT id, answer FROM sign_on_attempt WHERE id = $1 AND answer IS NOT NULL AND {_IS_OPEN} FOR UPDATE)
UPDATE sign_on_attempt a SET used_at = now(), answer = NULL FROM open WHERE a.id = open.id
RETURNING a.id, a.provider_id, a.reauthenticate, a.created_at, open.answer
"""


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """What the provider has sent the browser back with: a code, or an error."""

    code: str | None = field(repr=False)
    error: str | None
    issuer: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-on that is being completed."""

    id: UUID
    provider_id: UUID
    reauthenticate: bool
    began_at: float
    """In seconds since the epoch."""
    answer: ProviderAnswer


@dataclass(frozen=True, slots=True)
class AttemptSecrets:
    """The secrets of one attempt; the module's docstring says what each is for."""

    installation: Installation = field(repr=False)
    attempt_id: UUID

    @property
    def state(self) -> str:
        """Return what comes back with the provider's answer."""
        return self.attempt_id.hex + self._derive("state")

    @property
    def token(self) -> str:
        """Return what the browser brings to the application."""
        return self.attempt_id.hex + self._derive("token")

    @property
    def nonce(self) -> str:
        """Return what the ID token must hold."""
        return self._derive("nonce")

    @property
    def verifier(self) -> str:
        """Return PKCE's verifier: 64 characters (RFC 7636, section 4.1)."""
        return self._derive("verifier")

    @property
    def secret(self) -> str:
        """Return what the application keeps."""
        return self._derive("secret")

    def _derive(self, name: str) -> str:
        return self.installation.keyed_digest(f"sign-on {name}", self.attempt_id.hex)


async def insert_attempt(
    installation: Installation, provider_id: UUID, *, redirect_url: str, reauthenticate: bool, client: Client
) -> AttemptSecrets:
    """Begin a sign-on. Raises ValidationFailed with RATE_LIMITED if the client's network has begun too many."""
    network, attempt_id = installation.keyed_digest("sign-on network", client.network), new_id()
    async with transaction():
        (begun,) = await fetch(_COUNT_ATTEMPTS, network)
        if begun["number"] >= ATTEMPTS_PER_NETWORK:
            raise _too_many(max(1, ATTEMPT_MINUTES * 60 + begun["age"]))
        await _INSERT_ATTEMPT.fetch(
            id=attempt_id,
            provider_id=provider_id,
            network=network,
            redirect_url=redirect_url,
            reauthenticate=reauthenticate,
        )
    return AttemptSecrets(installation, attempt_id)


async def take_answer(installation: Installation, *, state: str, answer: ProviderAnswer) -> str | None:
    """Store a provider's answer, encrypted, and return the address at which the browser completes the sign-on.

    Return None if no sign-on with this state waits for an answer.
    """
    attempt_id = _read(state, lambda secrets: secrets.state, installation)
    if attempt_id is None:
        return None
    content = orjson.dumps({"code": answer.code, "error": answer.error, "issuer": answer.issuer})
    records = await fetch(
        f"UPDATE sign_on_attempt SET answer = $2 WHERE id = $1 AND answer IS NULL AND {_IS_OPEN} RETURNING redirect_url",
        attempt_id,
        SIGN_ON_ANSWER.encrypt(installation, attempt_id, content),
    )
    return f"{records[0]['redirect_url']}#token={AttemptSecrets(installation, attempt_id).token}" if records else None


async def claim_attempt(installation: Installation, *, token: str, secret: str) -> Attempt | None:
    """Return the sign-on of a token and the secret that belongs to it, which can be claimed once; None otherwise."""
    attempt_id = _read(token, lambda secrets: secrets.token, installation)
    if attempt_id is None or not _equal(secret, AttemptSecrets(installation, attempt_id).secret):
        return None
    records = await fetch(_CLAIM, attempt_id)
    if not records:
        return None
    (record,) = records
    try:
        answer = orjson.loads(SIGN_ON_ANSWER.decrypt(installation, attempt_id, bytes(record["answer"])))
    except DecryptionError:
        return None
    began_at = record["created_at"].timestamp()
    return Attempt(attempt_id, record["provider_id"], record["reauthenticate"], began_at, ProviderAnswer(**answer))


def _read(text: str, expected: Any, installation: Installation) -> UUID | None:
    """Return the id at the beginning of a state or token that this installation has made; None of any other text."""
    try:
        attempt_id = UUID(hex=text[:32])
    except ValueError:
        return None
    return attempt_id if _equal(text, expected(AttemptSecrets(installation, attempt_id))) else None


def _equal(text: str, expected: str) -> bool:
    return compare_digest(text.encode("utf-8", "surrogatepass"), expected.encode())


def _too_many(seconds: int) -> ValidationFailed:
    message = f"Too many sign-ons have begun in your network. Try again in {seconds} seconds."
    return ValidationFailed([Problem((), ErrorCode.RATE_LIMITED, message, (("retry_after", str(seconds)),))])
