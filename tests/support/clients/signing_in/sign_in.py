"""Helpers that sign in and refresh sessions through the API."""

from functools import cache
from typing import Any

from argon2 import PasswordHasher

from models import Member, Organisation
from tests.support import factories as make
from tests.support.clients.graphql import ask_with

PASSWORD = "correct horse battery"
SESSION = """
session { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt deviceToken viewer { member { name } } }
errors { path code message parameters { name value } rule }
"""
SIGN_IN = f"mutation ($input: SignInInput!) {{ signIn(input: $input) {{ {SESSION} }} }}"
REFRESH = f"mutation ($token: String!) {{ refreshSession(refreshToken: $token) {{ {SESSION} }} }}"
SIGN_OUT = "mutation ($token: String!) { signOut(refreshToken: $token) }"
VIEWER_NAME = "{ viewer { member { name } } }"

Json = dict[str, Any]


@cache
def hash_password(password: str) -> str:
    """Return the hash of a password with the cheapest parameters, because tests sign in often."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)


async def ada(organisation: Organisation | None = None, **columns: Any) -> Member:
    """Create the member Ada, whose password is ``PASSWORD``."""
    defaults = {"name": "Ada", "email": "ada@example.org", "password_hash": hash_password(PASSWORD)}
    return await make.member(organisation, **defaults | columns)


async def sign_in(
    email: str = "ada@example.org",
    password: str = PASSWORD,
    *,
    client: str = "192.0.2.1",
    authorization: str | None = None,
    device: str | None = None,
    user_agent: str = "",
) -> Json:
    """Run ``signIn`` and return its payload; ``device`` is the token of a device."""
    entry = {"email": email, "password": password, "deviceToken": device}
    answer = await ask_with(authorization, SIGN_IN, client=client, user_agent=user_agent, input=entry)
    assert "errors" not in answer, answer["errors"]
    payload: Json = answer["data"]["signIn"]
    return payload


async def session(**entries: Any) -> Json:
    """Sign in without errors, and return the new session."""
    payload = await sign_in(**entries)
    assert payload["errors"] == []
    new_session: Json = payload["session"]
    return new_session


async def refresh(token: str, *, client: str = "127.0.0.1", user_agent: str = "") -> Json:
    """Run ``refreshSession`` and return its payload."""
    answer = await ask_with(None, REFRESH, client=client, user_agent=user_agent, token=token)
    payload: Json = answer["data"]["refreshSession"]
    return payload


async def viewer_name(access_token: str) -> str | None:
    """Return the name of the member whom an access token authenticates, or None if it is no longer valid."""
    answer = await ask_with(f"Bearer {access_token}", VIEWER_NAME)
    if "errors" in answer:
        assert [error["extensions"] for error in answer["errors"]] == [{"code": "UNAUTHENTICATED"}]
        assert answer["data"] == {"viewer": None}
        return None
    name: str = answer["data"]["viewer"]["member"]["name"]
    return name
