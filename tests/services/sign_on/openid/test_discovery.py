"""Tests of what is requested of a provider, how often, and what is taken of its answers."""

import asyncio
from typing import Any

import pytest
from joserfc import jwk

from services.sign_on.openid import discovery
from services.sign_on.openid.discovery import fetch_keys, fetch_metadata
from services.sign_on.openid.errors import InvalidToken, ProviderUnavailable
from services.sign_on.openid.tokens import read_id_token
from tests.services.sign_on.openid.conftest import LOCAL
from tests.support.servers.hostile_provider import HostileProvider

METADATA = "/.well-known/openid-configuration"


async def test_however_many_wait_each_document_is_requested_once(provider: HostileProvider) -> None:
    found = await asyncio.gather(*(fetch_metadata(provider.issuer, LOCAL) for _ in range(50)))
    assert len(set(found)) == 1
    await asyncio.gather(*(fetch_keys(found[0], LOCAL) for _ in range(50)))
    assert provider.requests == {METADATA: 1, "/keys": 1}


async def test_who_leaves_leaves_the_others_their_answer(provider: HostileProvider) -> None:
    first, second = (asyncio.create_task(fetch_metadata(provider.issuer, LOCAL)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).issuer == provider.issuer


async def test_a_failure_is_not_requested_again_at_once(provider: HostileProvider) -> None:
    provider.documents[METADATA] = (500, {})
    for _ in range(20):
        with pytest.raises(ProviderUnavailable, match="answered with the status 500"):
            await fetch_metadata(provider.issuer, LOCAL)
    assert provider.requests == {METADATA: 1}


async def test_unknown_keys_do_not_cause_a_request_each(provider: HostileProvider) -> None:
    metadata = await fetch_metadata(provider.issuer, LOCAL)
    for number in range(20):
        key = jwk.ECKey.generate_key("P-256", {"kid": f"key {number}"})
        token = provider.sign(provider.claims(), algorithm="ES256", key=key)
        with pytest.raises(InvalidToken, match="a key that the provider does not publish"):
            await read_id_token(token, metadata, LOCAL, client_id="client", nonce="nonce", access_token="a")
    assert provider.requests["/keys"] == 1


async def test_a_new_key_is_found_once_the_known_ones_are_old(
    provider: HostileProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata = await fetch_metadata(provider.issuer, LOCAL)
    await fetch_keys(metadata, LOCAL)
    provider.keys["ES256"] = jwk.ECKey.generate_key("P-256", {"kid": "new"})
    provider.publish()
    discovery._documents[metadata.jwks_uri].requested_at -= discovery.KEYS_SECONDS
    token = provider.sign(provider.claims(), algorithm="ES256")
    await read_id_token(token, metadata, LOCAL, client_id="client", nonce="nonce", access_token="a")
    assert provider.requests["/keys"] == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://other.example"}, {"issuer": None}, {"token_endpoint": None}, {"token_endpoint": 7},
        {"token_endpoint": "ftp://a.example/"}, {"jwks_uri": "file:///etc/passwd"}, {"jwks_uri": "https://u:p@a.example/"},
        {"authorization_endpoint": "javascript:alert(1)"}, {"authorization_endpoint": "https://[a"},
        {"token_endpoint": "https://a.example/#x"}, {"token_endpoint": "https://a.example/" + "a" * 2_000},
    ],
    ids=lambda changes: str(changes)[:60],
)  # fmt: skip
async def test_wrong_metadata_is_refused(provider: HostileProvider, changes: dict[str, Any]) -> None:
    provider.documents[METADATA] |= changes
    with pytest.raises(ProviderUnavailable):
        await fetch_metadata(provider.issuer, LOCAL)


@pytest.mark.parametrize(
    "document",
    [[], 7, None, b"{", b"\xff", b"x" * 300_000, (302, {}), b"[" * 100_000],
    ids=lambda value: str(value)[:20],
)
async def test_rubbish_is_refused(provider: HostileProvider, document: Any) -> None:
    provider.documents[METADATA] = document
    with pytest.raises(ProviderUnavailable):
        await fetch_metadata(provider.issuer, LOCAL)


async def test_keys_inside_are_not_requested(provider: HostileProvider) -> None:
    """The addresses in metadata are the provider's to choose, so they are checked like the issuer's."""
    provider.documents[METADATA]["jwks_uri"] = "http://169.254.169.254/latest/meta-data"
    metadata = await fetch_metadata(provider.issuer, LOCAL)
    with pytest.raises(ProviderUnavailable, match="its host is not a public one"):
        await fetch_keys(metadata, LOCAL)
    with pytest.raises(ProviderUnavailable, match="its host is not a public one"):
        await fetch_metadata(provider.issuer.replace("127.0.0.1", "localhost"), ())


@pytest.mark.parametrize(
    "keys",
    [None, 7, [], [{"kty": "oct", "k": "c2VjcmV0", "kid": "rsa"}], [{"kty": "RSA"}], ["rsa"], [{"kty": "EC"}] * 51],
    ids=lambda value: str(value)[:30],
)
async def test_unusable_keys_are_refused(provider: HostileProvider, keys: Any) -> None:
    provider.documents["/keys"] = {"keys": keys}
    metadata = await fetch_metadata(provider.issuer, LOCAL)
    with pytest.raises(ProviderUnavailable):
        await fetch_keys(metadata, LOCAL)
