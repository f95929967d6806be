"""The providers of organisations: finding the one of a mail domain, and speaking with it as its client."""

from typing import TYPE_CHECKING
from uuid import UUID

from models import SignOnDomain, SignOnProvider
from models.database import fetch
from models.rows import columns, instance
from services.encryption import SIGN_ON_CLIENT_SECRET, DecryptionError
from services.installation import Installation

if TYPE_CHECKING:
    from services.sign_on.openid.exchange import Client


async def provider_of_domain(domain: str) -> SignOnProvider | None:
    """Return the provider of a mail domain."""
    records = await fetch(
        f"SELECT {columns(SignOnProvider, 'p')} FROM sign_on_provider p "
        "JOIN sign_on_domain d ON d.provider_id = p.id WHERE d.domain = $1",
        domain,
    )
    return instance(SignOnProvider, "p", records[0]) if records else None


async def domains_of(provider_id: UUID) -> list[str]:
    """Return the mail domains of a provider, in alphabetical order."""
    return [row.domain for row in await SignOnDomain.filter(provider_id=provider_id).order_by("domain")]


def make_client(installation: Installation, provider: SignOnProvider) -> "Client":
    """Return this installation as a client of a provider. Raises ProviderUnavailable if its secret is lost."""
    from services.sign_on.openid.errors import ProviderUnavailable
    from services.sign_on.openid.exchange import Client

    try:
        secret = SIGN_ON_CLIENT_SECRET.decrypt(installation, provider.id, bytes(provider.client_secret)).decode()
    except DecryptionError:
        raise ProviderUnavailable("its client secret cannot be decrypted: give `trackers set-sign-on` again") from None
    return Client(provider.client_id, secret, callback_url(installation), installation.sign_on_networks)


def callback_url(installation: Installation) -> str:
    """Return the address to which providers send the browser back."""
    return f"{installation.public_url}/sign-on/callback"
