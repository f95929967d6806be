"""Tests of the check of ID tokens and logout tokens: each claim and signature that is wrong is refused by itself."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from joserfc import jwk

from services.sign_on.openid.discovery import Metadata
from services.sign_on.openid.errors import InvalidToken
from services.sign_on.openid.tokens import LOGOUT_EVENT, read_id_token, read_logout_token
from tests.services.sign_on.openid.conftest import LOCAL
from tests.support.servers.hostile_provider import HostileProvider

Json = dict[str, Any]


async def read(token: str, metadata: Metadata, **options: Any) -> Any:
    options = {"client_id": "client", "nonce": "nonce", "access_token": "an access token", **options}
    return await read_id_token(token, metadata, LOCAL, **options)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
async def test_a_good_token_is_read(provider: HostileProvider, metadata: Metadata, algorithm: str) -> None:
    claims = provider.claims()
    assert await read(provider.sign(claims, algorithm=algorithm), metadata) == claims


NOW = int(time.time())
WRONG_CLAIMS: list[Json] = [
    {"iss": "https://other.example"}, {"iss": None}, {"sub": None}, {"sub": ""}, {"sub": 7}, {"sub": "a" * 256},
    {"sub": "a\0"}, {"aud": "other"}, {"aud": None}, {"aud": []}, {"aud": ["other"]},
    {"aud": ["client", "other"]}, {"azp": "other"}, {"aud": ["client", "other"], "azp": "other"},
    {"exp": NOW - 120}, {"exp": None}, {"exp": "soon"}, {"iat": NOW - 3600}, {"iat": NOW + 3600}, {"iat": None},
    {"iat": True}, {"nbf": NOW + 3600}, {"nonce": "other"}, {"nonce": None}, {"nonce": ["nonce"]},
    {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, {"sid": 7}, {"auth_time": "now"},
]  # fmt: skip


@pytest.mark.parametrize("changes", WRONG_CLAIMS)
async def test_a_wrong_claim_is_refused(provider: HostileProvider, metadata: Metadata, changes: Json) -> None:
    with pytest.raises(InvalidToken):
        await read(provider.sign(provider.claims(**changes)), metadata)


async def test_several_audiences_need_the_authorised_party(provider: HostileProvider, metadata: Metadata) -> None:
    claims = provider.claims(aud=["client", "other"], azp="client")
    assert await read(provider.sign(claims), metadata) == claims


def encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def forge(claims: Json, algorithm: str, secret: bytes | None = None) -> str:
    """Return a token without a signature, or with one that a secret makes."""
    header = {"alg": algorithm, "kid": "rsa"}
    signed = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    return f"{signed}.{'' if secret is None else encoded(hmac.digest(secret, signed.encode(), 'sha256'))}"


async def test_none_and_shared_secrets_sign_nothing(provider: HostileProvider, metadata: Metadata) -> None:
    claims, public = provider.claims(), provider.keys["RS256"].as_bytes(private=False)
    forged = [
        forge(claims, "none"),
        forge(claims, "NONE"),
        forge(claims, "RS256"),
        forge(claims, "HS256", public),
        forge(claims, "HS256", json.dumps(provider.documents["/keys"]["keys"][0]).encode()),
        forge(claims, "HS256", b"client secret"),
        forge(claims, "RS256", public),
    ]
    for token in forged:
        with pytest.raises(InvalidToken):
            await read(token, metadata)


async def test_another_key_signs_nothing(provider: HostileProvider, metadata: Metadata) -> None:
    other = jwk.RSAKey.generate_key(2048, {"kid": "rsa"})
    unpublished = jwk.RSAKey.generate_key(2048, {"kid": "unpublished"})
    embedded: Json = {"jwk": other.as_dict(private=False), "jku": "https://attacker.example/keys"}
    tokens = [
        provider.sign(provider.claims(), key=other),
        provider.sign(provider.claims(), key=other, **embedded),
        provider.sign(provider.claims(), key=unpublished),
    ]
    for token in tokens:
        with pytest.raises(InvalidToken):
            await read(token, metadata)


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "a" * 40_000, "eyJ.eyJ.", "\ud800.a.b", "é.a.b"])
async def test_rubbish_is_refused(metadata: Metadata, token: str) -> None:
    with pytest.raises(InvalidToken):
        await read(token, metadata)


async def test_deep_nesting_is_refused(provider: HostileProvider, metadata: Metadata) -> None:
    deep = urlsafe_b64encode(b"[" * 15_000).decode()
    with pytest.raises(InvalidToken):
        await read(f"{deep}.{deep[:10]}.a", metadata)


def logout_claims(provider: HostileProvider, **changes: Any) -> Json:
    return provider.claims(**{"nonce": None, "jti": "one", "sid": "s", "events": {LOGOUT_EVENT: {}}, **changes})


async def test_a_good_logout_token_is_read(provider: HostileProvider, metadata: Metadata) -> None:
    for claims in (logout_claims(provider), logout_claims(provider, sub=None), logout_claims(provider, exp=None)):
        token = provider.sign(claims, typ="logout+jwt")
        assert await read_logout_token(token, metadata, LOCAL, client_id="client") == claims


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example"}, {"aud": "other"}, {"aud": None}, {"nonce": "nonce"}, {"jti": None}, {"jti": 7},
        {"events": None}, {"events": []}, {"events": {}}, {"events": {LOGOUT_EVENT: None}}, {"events": {"other": {}}},
        {"sub": None, "sid": None}, {"iat": NOW - 3600}, {"iat": None}, {"exp": NOW - 120},
    ],
)  # fmt: skip
async def test_a_wrong_logout_token_is_refused(provider: HostileProvider, metadata: Metadata, changes: Json) -> None:
    with pytest.raises(InvalidToken):
        await read_logout_token(provider.sign(logout_claims(provider, **changes)), metadata, LOCAL, client_id="client")


async def test_an_id_token_logs_nobody_out(provider: HostileProvider, metadata: Metadata) -> None:
    for token in (provider.sign(provider.claims(nonce=None)), provider.sign(logout_claims(provider), typ="at+jwt")):
        with pytest.raises(InvalidToken):
            await read_logout_token(token, metadata, LOCAL, client_id="client")
