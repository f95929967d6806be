"""Beginning a sign-on: which provider a person signs in at, and where the browser comes back to."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from models import SignOnProvider
from services.accounts.required_sign_on import domain_of
from services.accounts.sessions.clients import Client
from services.forms.definitions import TextFormat
from services.forms.formats import FormatProblem, check_format
from services.installation import Installation
from services.kernel.error_collector import ErrorCollector
from services.kernel.errors import ErrorCode, ValidationFailed
from services.kernel.text import normalise_email
from services.sign_on.attempts import AttemptSecrets, insert_attempt
from services.sign_on.log import log_failure
from services.sign_on.problems import NO_PROVIDER, UNAVAILABLE
from services.sign_on.providers import make_client, provider_of_domain

_MAX_REDIRECT_URL: Final = 2_000


@dataclass(frozen=True, slots=True)
class BegunSignOn:
    """Where a person signs in, and the secret with which the application that began it completes it."""

    url: str
    secret: str = field(repr=False)


async def begin_sign_on(
    installation: Installation, *, email: str, redirect_url: str | None, reauthenticate: bool, client: Client
) -> BegunSignOn:
    """Begin a sign-on at the provider of an email address's domain.

    What is answered depends on the domain alone, whether or not there is a member with the address. Raises
    ValidationFailed: NOT_FOUND for a domain without a provider, NOT_A_CHOICE for a ``redirect_url`` outside of the
    installation and its allowed origins, RATE_LIMITED, or PROVIDER_UNAVAILABLE.
    """
    errors = ErrorCollector()
    email = normalise_email(email)
    provider = await _check_email(errors.at("email"), email)
    target = _check_redirect(errors.at("redirect_url"), installation, redirect_url)
    errors.raise_if_any()
    assert provider is not None
    secrets = await insert_attempt(
        installation, provider.id, redirect_url=target, reauthenticate=reauthenticate, client=client
    )
    url = await _url_at_provider(installation, provider, secrets, email=email, reauthenticate=reauthenticate)
    return BegunSignOn(url, secrets.secret)


async def _url_at_provider(
    installation: Installation, provider: SignOnProvider, secrets: AttemptSecrets, *, email: str, reauthenticate: bool
) -> str:
    """Return the provider's address at which a person signs in. Raises ValidationFailed with PROVIDER_UNAVAILABLE."""
    # Imported when the first sign-on begins, because they take 11 MB.
    from services.sign_on.openid.discovery import fetch_metadata
    from services.sign_on.openid.errors import ProviderUnavailable
    from services.sign_on.openid.exchange import Secrets, authorization_url

    try:
        client = make_client(installation, provider)
        metadata = await fetch_metadata(provider.issuer, installation.sign_on_networks)
    except ProviderUnavailable as error:
        log_failure(provider, str(error))
        raise ValidationFailed([UNAVAILABLE]) from None
    public = Secrets(secrets.state, secrets.nonce, secrets.verifier)
    return authorization_url(metadata, client, public, login_hint=email, reauthenticate=reauthenticate)


async def _check_email(errors: ErrorCollector, email: str) -> SignOnProvider | None:
    result = check_format(TextFormat.EMAIL, email)
    if isinstance(result, FormatProblem):
        errors.add(result.code, result.message)
        return None
    provider = await provider_of_domain(domain_of(email))
    if provider is None:
        errors.extend([NO_PROVIDER])
    return provider


def _check_redirect(errors: ErrorCollector, installation: Installation, redirect_url: str | None) -> str:
    """Return the address that the browser is sent to in the end, which must not be another site's."""
    if redirect_url is None:
        return f"{installation.public_url}/sign-on"
    if not _is_own(installation, redirect_url):
        errors.add(
            ErrorCode.NOT_A_CHOICE,
            "Give an address of this server or of one of its allowed origins (`TRACKERS_ALLOWED_ORIGINS`), without a "
            "fragment.",
        )
    return redirect_url


def _is_own(installation: Installation, url: str) -> bool:
    # Browsers read a backslash as a slash and drop tabs, so only plain addresses are taken.
    if len(url) > _MAX_REDIRECT_URL or not url.isascii() or not url.isprintable() or set(url) & set(' \\#"<>'):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    public = urlsplit(installation.public_url)
    origins = (f"{public.scheme}://{public.netloc}".lower(), *installation.app_origins)
    return bool(parts.netloc) and "@" not in parts.netloc and f"{parts.scheme}://{parts.netloc}".lower() in origins
