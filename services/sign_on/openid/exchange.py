"""Requests to a provider's token endpoint and its endpoint for claims, and the address at which a person signs in."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote_plus

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from services.outgoing.addresses import Network, OutgoingError
from services.outgoing.transport import client_options
from services.sign_on.openid.discovery import Metadata
from services.sign_on.openid.errors import InvalidToken, ProviderRefused, ProviderUnavailable

EXCHANGE_SECONDS: Final = 10.0
MAX_AUTH_AGE: Final = 43_200
"""After how many seconds the provider is to ask a person for their password again: half a day."""
_SCOPES: Final = ("openid", "profile", "email")
_OFFLINE: Final = "offline_access"
_PASSING: Final = frozenset({"temporarily_unavailable", "server_error", "slow_down"})


@dataclass(frozen=True, slots=True)
class Client:
    """This installation as a client of a provider."""

    client_id: str
    client_secret: str = field(repr=False)
    callback: str
    networks: Collection[Network]


@dataclass(frozen=True, slots=True)
class ProviderTokens:
    """What a provider's token endpoint has answered."""

    id_token: str | None = field(repr=False)
    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets of one sign-on: what its answer, its token and its exchange must prove."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


def authorization_url(
    metadata: Metadata, client: Client, secrets: Secrets, *, login_hint: str, reauthenticate: bool
) -> str:
    """Return the address at the provider at which a person signs in; ``reauthenticate`` has them prove it anew."""
    options: dict[str, Any] = {"prompt": "login", "max_age": 0} if reauthenticate else {"max_age": MAX_AUTH_AGE}
    return str(
        prepare_grant_uri(
            metadata.authorization_endpoint,
            client_id=client.client_id,
            response_type="code",
            redirect_uri=client.callback,
            scope=[*_SCOPES, *((_OFFLINE,) if _OFFLINE in metadata.scopes else ())],
            state=secrets.state,
            nonce=secrets.nonce,
            code_challenge=create_s256_code_challenge(secrets.verifier),
            code_challenge_method="S256",
            login_hint=login_hint,
            **options,
        )
    )


async def exchange_code(metadata: Metadata, client: Client, *, code: str, verifier: str) -> ProviderTokens:
    """Exchange a code for tokens. Raises ProviderRefused or ProviderUnavailable."""
    async with _oauth_client(metadata, client) as oauth:
        return _read_tokens(
            await oauth.fetch_token(
                metadata.token_endpoint, grant_type="authorization_code", code=code, code_verifier=verifier
            )
        )


async def refresh(metadata: Metadata, client: Client, *, refresh_token: str) -> ProviderTokens:
    """Exchange a refresh token for tokens. Raises ProviderRefused or ProviderUnavailable."""
    async with _oauth_client(metadata, client) as oauth:
        oauth.token = {"refresh_token": refresh_token}
        return _read_tokens(await oauth.refresh_token(metadata.token_endpoint, refresh_token=refresh_token))


async def fetch_claims(metadata: Metadata, client: Client, *, access_token: str, subject: str) -> Mapping[str, Any]:
    """Return the claims about a subject that are not in the ID token. Raises ProviderUnavailable or InvalidToken."""
    if metadata.userinfo_endpoint is None:
        return {}
    async with _failures(), httpx2.AsyncClient(**client_options(client.networks)) as http:
        headers = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
        response = await http.get(metadata.userinfo_endpoint, headers=headers)
        if response.status_code != 200:
            raise ProviderUnavailable(f"the endpoint for claims answered with the status {response.status_code}")
        claims = response.json()
    if not isinstance(claims, dict) or claims.get("sub") != subject:
        raise InvalidToken("the claims are those of another subject")
    return claims


@asynccontextmanager
async def _oauth_client(metadata: Metadata, client: Client) -> AsyncIterator[Any]:
    """Yield authlib's client, which authenticates as the provider wants it: by preference with HTTP Basic."""
    basic = "client_secret_basic" in metadata.token_endpoint_auth_methods
    encode = quote_plus if basic else str  # RFC 6749, section 2.3.1, which authlib leaves to its caller
    async with (
        _failures(),
        AsyncOAuth2Client(
            client_id=encode(client.client_id),
            client_secret=encode(client.client_secret),
            token_endpoint_auth_method="client_secret_basic" if basic else "client_secret_post",
            redirect_uri=client.callback,
            **client_options(client.networks),
        ) as oauth,
    ):
        yield oauth


@asynccontextmanager
async def _failures() -> AsyncIterator[None]:
    """Bound the time of the requests in the block, and turn their failures into ours."""
    try:
        async with asyncio.timeout(EXCHANGE_SECONDS):
            yield
    except OAuthError as error:
        code = error.error if isinstance(error.error, str) and error.error.isidentifier() else "unknown error"
        if code in _PASSING:
            raise ProviderUnavailable(f"the provider refused for the moment ({code})") from None
        raise ProviderRefused(code[:60]) from None
    except OutgoingError as error:
        raise ProviderUnavailable(f"an endpoint was not requested, or not read: {error}") from None
    except (
        httpx2.HTTPError,
        httpx2.InvalidURL,
        TimeoutError,
        ValueError,
        KeyError,
        TypeError,
        RecursionError,
    ) as error:
        raise ProviderUnavailable(f"an endpoint did not answer as it should ({type(error).__name__})") from None


def _read_tokens(answer: Mapping[str, Any]) -> ProviderTokens:
    def text(name: str) -> str | None:
        value = answer.get(name)
        return value if isinstance(value, str) and value else None

    access_token = text("access_token")
    if access_token is None:
        raise ProviderUnavailable("the token endpoint answered without an access token")
    return ProviderTokens(text("id_token"), access_token, text("refresh_token"))
