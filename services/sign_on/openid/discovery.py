"""What a provider publishes: its metadata and its keys, cached for an hour in this process.

However many sign-ons wait for it, a document is requested once at a time, and after a failure not again for ten seconds.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.outgoing.addresses import Network, OutgoingError
from services.outgoing.transport import client_options
from services.sign_on.openid.errors import ProviderUnavailable

CACHE_SECONDS: Final = 3_600.0
FAILURE_SECONDS: Final = 10.0
"""How long a failure is answered from memory."""
KEYS_SECONDS: Final = 30.0
"""How old keys must be to be requested again for a token whose key is not among them."""
REQUEST_SECONDS: Final = 10.0
MAX_KEYS: Final = 50
_MAX_ADDRESS: Final = 2_000
_KEY_TYPES: Final = ("RSA", "EC", "OKP")  # no symmetric ones: what both sides know signs nothing


@dataclass(frozen=True, slots=True)
class Metadata:
    """The part of a provider's metadata that is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    scopes: Collection[str]
    token_endpoint_auth_methods: Collection[str]
    names_issuer: bool
    """Whether its answers hold ``iss`` (RFC 9207)."""


@dataclass(slots=True)
class _Document:
    """A document that was requested, or the failure to get it."""

    content: Any = None
    failure: str | None = None
    requested_at: float = field(default_factory=time.monotonic)

    def is_fresh(self, seconds: float) -> bool:
        age = time.monotonic() - self.requested_at
        return age < (seconds if self.failure is None else FAILURE_SECONDS)


_documents: dict[str, _Document] = {}
"""The documents by address. Only the operator names issuers, so there are few."""
_requests: dict[str, asyncio.Task[_Document]] = {}


async def fetch_metadata(issuer: str, networks: Collection[Network]) -> Metadata:
    """Return the metadata of an issuer. Raises ProviderUnavailable."""
    address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"

    async def request() -> Metadata:
        return _read_metadata(issuer, await _get_json(address, networks), networks)

    metadata: Metadata = await _cached(address, request, CACHE_SECONDS)
    return metadata


async def fetch_keys(metadata: Metadata, networks: Collection[Network], *, seconds: float = CACHE_SECONDS) -> KeySet:
    """Return the provider's keys, at most ``seconds`` old. Raises ProviderUnavailable."""

    async def request() -> KeySet:
        return _read_keys(await _get_json(metadata.jwks_uri, networks))

    keys: KeySet = await _cached(metadata.jwks_uri, request, seconds)
    return keys


async def _cached(address: str, request: Callable[[], Awaitable[Any]], seconds: float) -> Any:
    document = _documents.get(address)
    if document is None or not document.is_fresh(seconds):
        task = _requests.get(address)
        if task is None:
            task = _requests[address] = asyncio.create_task(_request(address, request))
        document = await asyncio.shield(task)  # whoever began it may leave
    if document.failure is not None:
        raise ProviderUnavailable(document.failure)
    return document.content


async def _request(address: str, request: Callable[[], Awaitable[Any]]) -> _Document:
    try:
        document = _Document(await request())
    except ProviderUnavailable as error:
        document = _Document(failure=str(error))
    finally:
        del _requests[address]
    _documents[address] = document
    return document


async def _get_json(address: str, networks: Collection[Network]) -> Any:
    try:
        async with asyncio.timeout(REQUEST_SECONDS), httpx2.AsyncClient(**client_options(networks)) as client:
            response = await client.get(address)
            if response.status_code != 200:
                raise ProviderUnavailable(f"{_place(address)} answered with the status {response.status_code}")
            return response.json()
    except OutgoingError as error:
        raise ProviderUnavailable(f"{_place(address)} was not requested, or not read: {error}") from None
    except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, ValueError, RecursionError) as error:
        raise ProviderUnavailable(f"{_place(address)} did not answer as it should ({type(error).__name__})") from None


def _place(address: str) -> str:
    return f"{urlsplit(address).hostname}'s {urlsplit(address).path}"


def _read_metadata(issuer: str, document: Any, networks: Collection[Network]) -> Metadata:
    if not isinstance(document, Mapping) or document.get("issuer") != issuer:
        raise ProviderUnavailable("the metadata is that of another issuer: compare the issuer's address, to its last /")
    supported = document.get("token_endpoint_auth_methods_supported")
    return Metadata(
        issuer=issuer,
        authorization_endpoint=_address(document, "authorization_endpoint", networks),
        token_endpoint=_address(document, "token_endpoint", networks),
        jwks_uri=_address(document, "jwks_uri", networks),
        userinfo_endpoint=_address(document, "userinfo_endpoint", networks)
        if "userinfo_endpoint" in document
        else None,
        scopes=_texts(document.get("scopes_supported")),
        token_endpoint_auth_methods=_texts(supported) or ("client_secret_basic",),
        names_issuer=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _address(document: Mapping[str, Any], name: str, networks: Collection[Network]) -> str:
    address = document.get(name)
    schemes = ("https", "http") if networks else ("https",)  # the transport decides which hosts may have http
    if not isinstance(address, str) or len(address) > _MAX_ADDRESS or not address.isprintable():
        raise ProviderUnavailable(f"the metadata has no {name}")
    try:
        parts = urlsplit(address)
    except ValueError:
        raise ProviderUnavailable(f"the metadata's {name} is no address") from None
    if parts.scheme not in schemes or not parts.hostname or parts.username is not None or parts.fragment:
        raise ProviderUnavailable(f"the metadata's {name} is not an https:// address")
    return address


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(text for text in value if isinstance(text, str)) if isinstance(value, list) else ()


def _read_keys(document: Any) -> KeySet:
    keys = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(keys, list) or len(keys) > MAX_KEYS:
        raise ProviderUnavailable(f"the provider's keys are none, or more than {MAX_KEYS}")
    usable = [key for key in keys if isinstance(key, dict) and key.get("kty") in _KEY_TYPES and key.get("use") != "enc"]
    try:
        return KeySet.import_key_set({"keys": usable})
    except (JoseError, ValueError, TypeError, KeyError):
        raise ProviderUnavailable("the provider's keys cannot be read") from None
