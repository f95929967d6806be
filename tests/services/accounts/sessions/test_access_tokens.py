"""Tests that a token's signature is checked once, and that nothing is remembered of tokens that are not valid."""

from dataclasses import replace
from uuid import UUID

import jwt
import pytest

from services.accounts.sessions.access_tokens import AccessToken, issue_access_token, read_access_token
from services.installation import Installation

INSTALLATION = Installation(secret=b"a secret for access tokens, 32 bytes", edit_url="http://localhost/{id}")
OTHER = Installation(secret=b"another secret, also of 32 bytes...", edit_url="http://localhost/{id}")
CLAIMS = AccessToken(UUID(int=7), 1_800_000_000.0)


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which each token is added whose signature is checked."""
    tokens: list[str] = []
    decode = jwt.decode

    def recording_decode(token: str, *args: object, **options: object) -> object:
        tokens.append(token)
        return decode(token, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(jwt, "decode", recording_decode)
    return tokens


def test_a_signature_is_checked_once(checked: list[str]) -> None:
    token = issue_access_token(INSTALLATION, CLAIMS)
    assert [read_access_token(INSTALLATION, f"Bearer {token}") for _ in range(3)] == [CLAIMS] * 3
    assert checked == [token]


def test_a_remembered_token_is_not_valid_elsewhere(checked: list[str]) -> None:
    token = issue_access_token(INSTALLATION, AccessToken(UUID(int=8), 1_800_000_000.0))
    assert read_access_token(INSTALLATION, f"Bearer {token}") is not None
    assert read_access_token(OTHER, f"Bearer {token}") is None
    assert read_access_token(INSTALLATION, f"Basic {token}") is None
    assert read_access_token(INSTALLATION, f"Bearer {token[:-2]}") is None
    assert checked == [token, token, token[:-2]]


def test_an_invalid_token_is_checked_each_time(checked: list[str]) -> None:
    assert [read_access_token(INSTALLATION, "Bearer rubbish") for _ in range(2)] == [None, None]
    assert checked == ["rubbish", "rubbish"]


def test_a_token_of_an_older_secret_is_valid_and_new_ones_are_not_signed_by_it(checked: list[str]) -> None:
    rotated = replace(OTHER, older_secrets=(b"the oldest of them, also of 32 bytes", INSTALLATION.secret))
    claims = AccessToken(UUID(int=9), 1_800_000_000.0)
    old, new = issue_access_token(INSTALLATION, claims), issue_access_token(rotated, claims)

    assert [read_access_token(rotated, f"Bearer {token}") for token in (old, new, old)] == [claims] * 3
    assert checked == [old, old, old, new]
    assert read_access_token(INSTALLATION, f"Bearer {new}") is None
    assert read_access_token(OTHER, f"Bearer {old}") is None  # once the older secrets are removed
