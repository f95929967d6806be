"""``signIn`` and access tokens: the tokens of a new session, and the same error for every failure."""

import datetime as dt
import unicodedata
from typing import Any

import jwt
import pytest

from models import RefreshToken, Session, SignInFailures
from models.base import new_id
from models.database import fetch
from services.accounts.passwords import hash_password
from services.accounts.sessions.authentication import authenticate
from tests.support import factories as make
from tests.support.clients.graphql import INSTALLATION, ask_with, gid
from tests.support.clients.signing_in.sign_in import PASSWORD, SIGN_IN, ada, session, sign_in, viewer_name
from tests.support.databases.sql_statements import record_statements

INVALID_CREDENTIALS: dict[str, Any] = {
    "session": None,
    "errors": [
        {
            "path": [],
            "code": "INVALID_CREDENTIALS",
            "message": "The e-mail address or the password is wrong.",
            "parameters": [],
            "rule": None,
        }
    ],
}


async def test_the_correct_password_returns_a_pair_of_tokens(database: str) -> None:
    member = await ada(kind="TUTOR")
    tracker = await make.tracker(await member.organisation)
    await make.notification(tracker, member)
    document = SIGN_IN.replace(
        "viewer { member { name } }",
        "viewer { id member { name email kind roles active } organisation { name } notificationCursor unreadNotifications }",
    )
    entry = {"email": "\t ADA@example.ORG ", "password": PASSWORD}
    answer = (await ask_with(None, document, input=entry))["data"]["signIn"]
    tokens = answer["session"]
    access, refresh_token = tokens.pop("accessToken"), tokens.pop("refreshToken")
    expires, refresh_expires = tokens.pop("accessTokenExpiresAt"), tokens.pop("refreshTokenExpiresAt")
    assert len(tokens.pop("deviceToken")) == 64
    assert answer == {
        "session": {
            "viewer": {
                "id": gid(member),
                "member": {"name": "Ada", "email": "ada@example.org", "kind": "TUTOR", "roles": [], "active": True},
                "organisation": {"name": (await member.organisation).name},
                "notificationCursor": "1",
                "unreadNotifications": 1,
            }
        },
        "errors": [],
    }
    assert await viewer_name(access) == "Ada"
    # Ten minutes by the database's clock, in whole seconds as tokens have them.
    created_at = (await Session.get()).created_at.replace(microsecond=0)
    assert dt.datetime.fromisoformat(expires) == created_at + dt.timedelta(minutes=10)
    assert dt.datetime.fromisoformat(refresh_expires) == (await Session.get()).created_at + dt.timedelta(days=30)
    # The refresh token itself is not stored.
    assert (await RefreshToken.get()).digest not in (refresh_token, access)
    assert len((await RefreshToken.get()).digest) == 64


async def test_every_failure_has_the_same_error(database: str) -> None:
    member = await ada()
    organisation = await member.organisation
    await ada(organisation, email="gone@example.org", active=False)
    await ada(organisation, email="new@example.org", password_hash=None)
    await ada(organisation, email="broken@example.org", password_hash="no hash")
    attempts = [
        ("ada@example.org", "wrong"),
        ("ada@example.org", ""),
        ("ada@example.org", PASSWORD.upper()),
        ("ada@example.org", PASSWORD + "\x00"),
        ("ada@example.org", PASSWORD + " "),
        ("ada@example.org", "\ud800"),
        ("ada@example.org", "x" * 201),
        ("ada@example.org", "\u0301\u0316" * 250_000),
        ("nobody@example.org", PASSWORD),
        ("gone@example.org", PASSWORD),
        ("new@example.org", PASSWORD),
        ("new@example.org", ""),
        ("broken@example.org", PASSWORD),
        ("", PASSWORD),
        ("ada@example.org\x00", PASSWORD),
        ("ada\ud800@example.org", PASSWORD),
        ("a" + "\u0301\u0316" * 250_000, PASSWORD),
    ]
    for email, password in attempts:
        assert await sign_in(email, password) == INVALID_CREDENTIALS, (email[:40], password[:40])
        await SignInFailures.all().delete()
    assert await Session.all().count() == 0


@pytest.mark.parametrize("length", [1, 200, 201])
async def test_passwords_may_have_up_to_200_characters(database: str, length: int) -> None:
    password = ("pässwörd" * 30)[:length]
    await ada(password_hash=await hash_password(password))
    spellings = [unicodedata.normalize(form, password) for form in ("NFC", "NFD")]
    accepted = [(await sign_in(password=spelling))["errors"] == [] for spelling in spellings]
    # Keyboards may encode the same character differently; the limit applies to the characters entered.
    assert accepted == [len(spelling) <= 200 for spelling in spellings]
    assert (await sign_in(password=password + "x")) == INVALID_CREDENTIALS


async def test_a_password_with_a_nul_character_is_compared_in_full(database: str) -> None:
    await ada(password_hash=await hash_password("before\x00after"))
    assert await sign_in(password="before\x00other") == INVALID_CREDENTIALS
    assert await sign_in(password="before") == INVALID_CREDENTIALS
    assert (await session(password="before\x00after"))["viewer"] == {"member": {"name": "Ada"}}


async def test_an_invalid_authorization_header_does_not_prevent_signing_in(database: str) -> None:
    await ada()
    first = await session()
    await fetch("UPDATE session SET ended_at = now()")
    for header in (f"Bearer {first['accessToken']}", "Bearer rubbish", "Basic YTpi", "", "Bearer"):
        assert (await sign_in(authorization=header))["errors"] == []


async def test_only_a_valid_token_authenticates(database: str) -> None:
    member = await ada()
    new_session = await session()
    sid = str((await Session.get()).id)
    expiry = int(dt.datetime.now(dt.UTC).timestamp()) + 300

    def make_token(secret: bytes = INSTALLATION.secret, algorithm: str = "HS256", **claims: Any) -> str:
        return jwt.encode({"sid": sid, "exp": expiry} | claims, secret, algorithm=algorithm)

    assert await viewer_name(make_token()) == "Ada"
    invalid = {
        "another secret": make_token(b"another secret, of 32 bytes or more than that"),
        "another algorithm": make_token(algorithm="HS512"),
        "no algorithm": jwt.encode({"sid": sid, "exp": expiry}, "", algorithm="none"),
        "ended": make_token(exp=expiry - 400),
        "no end": jwt.encode({"sid": sid}, INSTALLATION.secret, algorithm="HS256"),
        "no session": jwt.encode({"exp": expiry}, INSTALLATION.secret, algorithm="HS256"),
        "another session": make_token(sid=str(new_id())),
        "a member": make_token(sid=str(member.id)),
        "no id": make_token(sid="rubbish"),
        "a number": make_token(sid=5),
        "rubbish": "rubbish",
        "no text": "\udcff.é.\x00",
        "the refresh token": new_session["refreshToken"],
        "cut": new_session["accessToken"][:-2],
    }
    assert {name: await viewer_name(token) for name, token in invalid.items()} == dict.fromkeys(invalid)
    token = new_session["accessToken"]
    headers = [f"Bearer {token}", f"bearer {token}", f"BEARER   {token} ", token, f"Basic {token}", f"Bearer,{token}"]
    viewers = [await authenticate(INSTALLATION, header) for header in headers]
    assert [viewer is not None for viewer in viewers] == [True, True, True, False, False, False]


async def test_unknown_addresses_and_wrong_passwords_take_the_same_statements(database: str) -> None:
    member = await ada()
    await ada(await member.organisation, email="gone@example.org", active=False)
    device = (await session())["deviceToken"]
    statements_by_address = []
    for email, token in (
        ("ada@example.org", None),
        ("nobody@example.org", None),
        ("nobody@example.org", device),
        ("gone@example.org", None),
        ("gone@example.org", device),
        ("\0", None),
    ):
        with record_statements() as statements:
            assert await sign_in(email, "wrong", device=token) == INVALID_CREDENTIALS
        statements_by_address.append(statements)
    assert statements_by_address == [statements_by_address[0]] * len(statements_by_address)
    assert len(statements_by_address[0]) == 8  # who, waits, and in a transaction three counts and the audit
