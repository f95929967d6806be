"""The settings of the installation that services need: its secrets and its URLs."""

from dataclasses import dataclass, field
from urllib.parse import quote
from uuid import UUID

from services.kernel.global_ids import to_global_id
from services.kernel.tokens import keyed_digest
from services.outgoing.addresses import Network


@dataclass(frozen=True, slots=True)
class Installation:
    """The secrets that sign tokens, and the URLs and sender address used in responses and emails."""

    secret: bytes = field(repr=False)
    """Signs and encrypts whatever is new."""
    edit_url: str
    mail_from: str = "trackers@localhost"
    public_url: str = "http://127.0.0.1:8000"
    password_url: str = "http://127.0.0.1:8000/password#token={token}"  # noqa: S105 - an address
    older_secrets: tuple[bytes, ...] = field(default=(), repr=False)
    """Verify and decrypt what they signed and encrypted before the secret was rotated."""
    passkey_domain: str | None = None
    """The domain that passkeys belong to; None: the host of ``public_url``."""
    app_origins: tuple[str, ...] = ()
    """The origins of web apps, beside that of ``public_url``."""
    sign_on_networks: tuple[Network, ...] = ()
    """Networks beside the public ones in which providers for single sign-on may be."""

    @property
    def secrets(self) -> tuple[bytes, ...]:
        """Return every secret that verifies and decrypts, the current one first."""
        return (self.secret, *self.older_secrets)

    def keyed_digest(self, purpose: str, value: str) -> str:
        """Return the digest of a value with the current secret, for what is stored and compared only for a while."""
        return keyed_digest(self.secret, purpose, value)

    def tracker_url(self, tracker_id: UUID) -> str:
        """Return the URL of a tracker's edit page, built by replacing ``{id}`` in ``edit_url`` with its global id."""
        return self.edit_url.replace("{id}", quote(to_global_id("Tracker", tracker_id), safe=""))

    @property
    def sessions_url(self) -> str:
        """Return the URL at which members find their sessions: the start page leads there."""
        return f"{self.public_url}/"

    def password_link(self, token: str) -> str:
        """Return the URL at which the holder of a token can choose a password."""
        return self.password_url.replace("{token}", quote(token, safe=""))
