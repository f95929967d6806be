"""Tests that a session ends with the provider's: by its back channel, at the next refresh, or after a while without it."""

import asyncio
import time
from typing import Any

import httpx
import pytest
from joserfc import jwk, jwt

from models import AuditEntry, AuditKind, MemberKind, SignOnProvider, SignOnSession
from models.database import fetch
from services.sign_on.openid.tokens import LOGOUT_EVENT
from services.sign_on.operator_changes import remove_sign_on
from tests.support.scenarios.sign_on import Json, Tenant, make_tenant
from tests.support.servers.hostile_provider import hostile_provider
from tests.support.servers.provider import Provider, needs_provider, run_provider
from tests.support.servers.trackers import Server

pytestmark = [needs_provider, pytest.mark.asyncio(loop_scope="package")]


async def opened(tenant: Tenant, account: str) -> Json:
    """Sign on as an account, and return the session."""
    await tenant.provider.set_account(account, email=f"{account}@{tenant.domain}")
    payload = await tenant.sign_on()
    assert payload["errors"] == []
    session: Json = payload["session"]
    return session


async def kept(session: Json) -> SignOnSession:
    """Return what is kept of the provider for the newest session of a session's member."""
    email = session["viewer"]["member"]["email"]
    row = await SignOnSession.filter(session__member__email=email).order_by("-id").first()
    assert row is not None
    return row


async def test_a_session_goes_on_while_the_provider_says_so(server: Server, provider: Provider) -> None:
    tenant = await make_tenant(server, provider, "going-on.example", make_members=MemberKind.TUTOR)
    session = await opened(tenant, "ada")
    for _ in range(3):
        confirmed = (await kept(session)).confirmed_at
        payload = await tenant.refresh(session)
        assert payload["errors"] == []
        session = payload["session"]
        assert (await kept(session)).confirmed_at > confirmed
    assert await tenant.is_signed_in(session)


async def test_refreshes_at_once_ask_the_provider_once(server: Server, provider: Provider) -> None:
    """The provider takes a refresh token that is used twice for a stolen one, and would end the session."""
    tenant = await make_tenant(server, provider, "tabs.example", make_members=MemberKind.TUTOR)
    session = await opened(tenant, "ada")
    payloads = await asyncio.gather(*(tenant.refresh(session) for _ in range(6)))
    assert [payload["errors"] for payload in payloads] == [[]] * 6
    assert (await tenant.refresh(payloads[0]["session"]))["errors"] == []


async def test_a_disabled_account_ends_at_the_next_refresh(server: Server, provider: Provider) -> None:
    tenant = await make_tenant(server, provider, "disabled.example", make_members=MemberKind.TUTOR)
    session = await opened(tenant, "ada")
    await provider.remove_account("ada")
    payload = await tenant.refresh(session)
    message = "Your organisation's sign-on service has ended the session. Sign in again."
    assert payload == {"session": None, "errors": [{"path": [], "code": "INVALID_CREDENTIALS", "message": message}]}
    assert not await tenant.is_signed_in(session)
    entry = await AuditEntry.filter(organisation_id=tenant.organisation.id).order_by("-id").first()
    assert entry is not None
    assert (entry.kind, entry.details["reason"]) == (
        AuditKind.SESSIONS_ENDED, "the provider refused (invalid_grant)"
    )  # fmt: skip


async def test_the_back_channel_ends_sessions_at_once(server: Server, provider: Provider) -> None:
    tenant = await make_tenant(server, provider, "back-channel.example", make_members=MemberKind.TUTOR)
    ended, other = await opened(tenant, "ada"), await opened(tenant, "ada")
    bystander = await opened(tenant, "bob")
    provider_session = (await SignOnSession.filter(session__member__email="ada@back-channel.example").order_by("id"))[0]
    assert provider_session.provider_session is not None
    await provider.log_out(tenant.client, "ada", provider_session.provider_session)
    assert [await tenant.is_signed_in(session) for session in (ended, other, bystander)] == [False, True, True]
    assert [error["code"] for error in (await tenant.refresh(ended))["errors"]] == ["INVALID_CREDENTIALS"]


async def post_logout(server: Server, body: Any) -> tuple[int, str]:
    async with httpx.AsyncClient(trust_env=False) as client:
        response = await client.post(
            f"{server.address}/sign-on/logout",
            content=body,
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
    assert response.headers["cache-control"] == "no-store"
    return response.status_code, response.json()["error"] if response.content else ""


async def test_a_logout_token_is_checked_and_used_once(server: Server, provider: Provider) -> None:
    async with hostile_provider() as other:
        tenant = await make_tenant(server, provider, "logout.example", make_members=MemberKind.TUTOR)
        session = await opened(tenant, "ada")
        # The same sessions, but with a provider whose tokens the test signs.
        row = await SignOnProvider.get(organisation_id=tenant.organisation.id)
        await SignOnProvider.filter(id=row.id).update(issuer=other.issuer, client_id="client")
        claims = other.claims(nonce=None, jti="one", sub="ada", events={LOGOUT_EVENT: {}})
        stolen = jwk.RSAKey.generate_key(2048, {"kid": "rsa"})
        refused = [
            other.sign(claims, key=stolen),
            other.sign({**claims, "nonce": "nonce"}),
            other.sign({**claims, "aud": "another client"}),
            other.sign({**claims, "iat": int(time.time()) - 3_600}),
            other.sign({**claims, "events": {}}),
            jwt.encode({"alg": "HS256"}, claims, jwk.OctKey.import_key("a client secret of some length")),
            "a.b.c", "", "..", "a" * 9_000,
        ]  # fmt: skip
        for token in refused:
            assert await post_logout(server, f"logout_token={token}") == (400, "invalid_request"), token
        for body in (b"", b"logout_token", b"a=b", b"\xff", b"logout_token=a&logout_token=b", b"a" * 20_000):
            assert await post_logout(server, body) == (400, "invalid_request"), body
        assert await tenant.is_signed_in(session)
        good = other.sign(claims)
        assert await post_logout(server, f"logout_token={good}") == (200, "")
        assert not await tenant.is_signed_in(session)
        assert await post_logout(server, f"logout_token={good}") == (400, "invalid_request")


async def test_a_provider_that_is_down_is_borne_with_for_an_hour(server: Server) -> None:
    async with run_provider() as provider:
        tenant = await make_tenant(server, provider, "down.example", make_members=MemberKind.TUTOR)
        session = await opened(tenant, "ada")
        callback, secret = await tenant.reach_callback()
    payload = await tenant.refresh(session)
    assert payload["errors"] == []
    session = payload["session"]
    await fetch("UPDATE sign_on_session SET confirmed_at = confirmed_at - interval '61 minutes'")
    payload = await tenant.refresh(session)
    message = "Your organisation's sign-on service does not answer. Try again in a moment."
    unavailable = {"path": [], "code": "PROVIDER_UNAVAILABLE", "message": message}
    assert payload == {"session": None, "errors": [unavailable]}
    assert await tenant.is_signed_in(session), "it has not ended"
    assert (await tenant.complete(await tenant.token(callback), secret))["errors"] == [unavailable]


async def test_without_a_refresh_token_a_session_lives_eight_hours(server: Server, provider: Provider) -> None:
    tenant = await make_tenant(server, provider, "eight-hours.example", make_members=MemberKind.TUTOR)
    session = await opened(tenant, "ada")
    row = await kept(session)
    await fetch("UPDATE sign_on_session SET refresh_token = NULL WHERE id = $1", row.id)
    payload = await tenant.refresh(session)
    assert payload["errors"] == []
    (stored,) = await fetch("SELECT expires_at - created_at AS life FROM session WHERE id = $1", row.session_id)
    assert stored["life"].total_seconds() == 8 * 3_600
    await fetch("UPDATE session SET expires_at = now() - interval '1 second' WHERE id = $1", row.session_id)
    assert [error["code"] for error in (await tenant.refresh(payload["session"]))["errors"]] == ["INVALID_CREDENTIALS"]


async def test_removing_the_provider_ends_its_sessions(server: Server, provider: Provider) -> None:
    tenant = await make_tenant(server, provider, "removed.example", make_members=MemberKind.TUTOR)
    session = await opened(tenant, "ada")
    assert await remove_sign_on(tenant.organisation)
    assert not await tenant.is_signed_in(session)
    assert not await remove_sign_on(tenant.organisation)


async def test_no_secret_of_the_provider_is_readable_in_the_database(server: Server, provider: Provider) -> None:
    tenant = await make_tenant(server, provider, "at-rest.example", make_members=MemberKind.TUTOR)
    await opened(tenant, "ada")
    callback, secret = await tenant.reach_callback()
    await tenant.token(callback)
    code = httpx.URL(callback).params["code"]
    dump = ""
    for table in ("sign_on_provider", "sign_on_attempt", "sign_on_session", "audit_entry"):
        rows = await fetch(f"SELECT encode(convert_to(t::text, 'UTF8'), 'escape') AS row FROM {table} t")
        dump += "".join(row["row"] for row in rows)
        for column in await fetch(
            "SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1 AND data_type = 'bytea'",
            table,
        ):
            values = await fetch(f"SELECT {column['name']} AS value FROM {table} WHERE {column['name']} IS NOT NULL")
            dump += "".join(bytes(row["value"]).decode("latin-1") for row in values)
    assert tenant.domain not in code
    for text in (tenant.client.client_secret, code, secret, httpx.URL(callback).params["state"]):
        assert text not in dump
