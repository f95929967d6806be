"""Attacks on a sign-on that is under way: by those who see or send its addresses, and by another provider."""

import asyncio
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
import pytest_asyncio

from models import MemberKind, Session, SignOnAttempt
from models.database import fetch
from services.sign_on.attempts import ATTEMPTS_PER_NETWORK
from tests.support.scenarios.sign_on import Tenant, make_tenant
from tests.support.servers.provider import Provider, follow, fragment, needs_provider, query, run_provider
from tests.support.servers.trackers import Server

pytestmark = [needs_provider, pytest.mark.asyncio(loop_scope="package")]

EXPIRED = [
    {
        "path": [],
        "code": "INVALID_CREDENTIALS",
        "message": "This sign-on has expired, has been completed already, or was begun elsewhere. Start again.",
    }
]


@pytest_asyncio.fixture(loop_scope="package")
async def tenant(server: Server, provider: Provider, request: pytest.FixtureRequest) -> Tenant:
    domain = f"{request.node.originalname.replace('_', '-')[5:45].strip('-')}.example"
    await provider.set_account(domain, email=f"ada@{domain}")
    return await make_tenant(server, provider, domain, make_members=MemberKind.TUTOR)


async def test_a_token_works_once(tenant: Tenant) -> None:
    callback, secret = await tenant.reach_callback()
    token = await tenant.token(callback)
    payloads = await asyncio.gather(*(tenant.complete(token, secret) for _ in range(5)))
    assert sorted(len(payload["errors"]) for payload in payloads) == [0, 1, 1, 1, 1]
    assert [payload["errors"] for payload in payloads if payload["errors"]] == [EXPIRED] * 4


async def test_a_code_is_taken_once(tenant: Tenant) -> None:
    callback, secret = await tenant.reach_callback()
    token = await tenant.token(callback)
    again = await follow(callback, until=tenant.server.address)
    assert fragment(again) == {"error": "expired"}
    assert (await tenant.complete(token, secret))["errors"] == []
    assert fragment(await follow(callback, until=tenant.server.address)) == {"error": "expired"}


async def test_nobody_else_completes_it(tenant: Tenant) -> None:
    """Neither who was sent the link (login CSRF), nor who reads the victim's, has the secret that belongs to it."""
    victims, attackers = [await tenant.reach_callback() for _ in range(2)]
    before = await Session.all().count()
    token = await tenant.token(attackers[0])
    for secret in ("", victims[1], "0" * 64, attackers[1].upper(), f"{attackers[1]} ", "é"):
        assert (await tenant.complete(token, secret))["errors"] == EXPIRED
    assert await Session.all().count() == before
    assert (await tenant.complete(token, attackers[1]))["errors"] == [], "wrong secrets do not use it up"


async def test_what_was_made_up_costs_no_statement(tenant: Tenant) -> None:
    begun = await tenant.begin()
    state = query(begun["url"])["state"]
    forged = [
        state[:-1] + ("0" if state[-1] != "0" else "1"),
        state.upper(),
        state[:32] + "0" * 64,
        "",
        "a" * 5_000,
    ]
    await fetch("SELECT pg_stat_force_next_flush()")
    for text in forged:
        address = f"{tenant.server.address}/sign-on/callback?{urlencode({'state': text, 'code': 'a'})}"
        assert fragment(await follow(address, until=tenant.server.address)) == {"error": "expired"}
        assert (await tenant.complete(text, begun["secret"]))["errors"] == EXPIRED
    assert (await tenant.complete(state, begun["secret"]))["errors"] == EXPIRED, "a state is no token"
    row = await SignOnAttempt.filter(
        answer__not_isnull=True, used_at=None, provider__organisation_id=tenant.organisation.id
    )
    assert row == []


async def test_it_ends_after_ten_minutes(tenant: Tenant) -> None:
    callback, secret = await tenant.reach_callback()
    token = await tenant.token(callback)
    late, _ = await tenant.reach_callback()
    await fetch("UPDATE sign_on_attempt SET created_at = created_at - interval '10 minutes'")
    assert (await tenant.complete(token, secret))["errors"] == EXPIRED
    assert fragment(await follow(late, until=tenant.server.address)) == {"error": "expired"}


async def test_a_code_of_another_sign_on_is_refused(tenant: Tenant, provider: Provider) -> None:
    """PKCE ties a code to its sign-on, and the nonce the ID token."""
    (victims, _), (attackers, secret) = [await tenant.reach_callback() for _ in range(2)]
    mixed = {**query(victims), "state": query(attackers)["state"]}
    token = await tenant.token(f"{tenant.server.address}/sign-on/callback?{urlencode(mixed)}")
    before = await Session.all().count()
    assert [error["code"] for error in (await tenant.complete(token, secret))["errors"]] == ["INVALID_CREDENTIALS"]
    assert await Session.all().count() == before


async def test_the_answer_of_another_provider_is_refused(tenant: Tenant, server: Server) -> None:
    """The mix-up attack (RFC 9207): a code of one provider must not be sent to the other."""
    async with run_provider() as other_provider:
        await other_provider.set_account("mixed", email="ada@mixed-up.example")
        other = await make_tenant(server, other_provider, "mixed-up.example", make_members=MemberKind.TUTOR)
        foreign, _ = await other.reach_callback()
        for issuer in (query(foreign)["iss"], "", None):
            callback, secret = await tenant.reach_callback()
            answer = {**query(foreign), "state": query(callback)["state"], "iss": issuer}
            kept = {name: value for name, value in answer.items() if value is not None}
            token = await tenant.token(f"{server.address}/sign-on/callback?{urlencode(kept)}")
            errors = (await tenant.complete(token, secret))["errors"]
            assert [error["code"] for error in errors] == ["INVALID_CREDENTIALS"]
            assert errors[0]["message"].startswith("The answer of your organisation's sign-on service was not valid.")


async def test_who_cancels_is_told_so(tenant: Tenant, provider: Provider) -> None:
    await provider.let_cancel()
    callback, secret = await tenant.reach_callback()
    assert query(callback)["error"] == "access_denied"
    payload = await tenant.complete(await tenant.token(callback), secret)
    message = "Your organisation's sign-on service did not sign you in. Start again."
    assert payload == {"session": None, "errors": [{"path": [], "code": "INVALID_CREDENTIALS", "message": message}]}


OTHER_SITES = [
    "https://evil.example/", "//evil.example/", "https://app.example.evil.example/", "https://app.example@evil.example/",
    "https://evil.example\\@app.example/", "https://app.example:444/", "http://app.example/", "javascript:alert(1)",
    "https://app.example/#token=a", "https://app.example/\n", " https://app.example/", "https://app.example/ a",
    "/sign-on", "", "https://[app.example/", "https://app.example/" + "a" * 2_000, "https://äpp.example/",
]  # fmt: skip


async def test_the_browser_is_sent_to_no_other_site(tenant: Tenant) -> None:
    for url in OTHER_SITES:
        begun = await tenant.begin(redirectUrl=url)
        assert [(error["path"], error["code"]) for error in begun["errors"]] == [(["redirectUrl"], "NOT_A_CHOICE")], url
        assert (begun["url"], begun["secret"]) == (None, None)


async def test_an_allowed_origin_gets_the_token(tenant: Tenant) -> None:
    begun = await tenant.begin(redirectUrl="https://app.example/signed-on?from=tracker")
    callback = await follow(begun["url"], until=f"{tenant.server.address}/sign-on/callback")
    async with httpx.AsyncClient(trust_env=False) as client:
        response = await client.get(callback)
    location = response.headers["location"]
    assert location.startswith("https://app.example/signed-on?from=tracker#token=")
    assert (response.status_code, response.headers["cache-control"], response.headers["referrer-policy"]) == (
        303, "no-store", "no-referrer"
    )  # fmt: skip
    assert (await tenant.complete(fragment(location)["token"], begun["secret"]))["errors"] == []


async def test_an_unknown_domain_is_told_and_no_account(tenant: Tenant) -> None:
    answers = [await tenant.begin(email=f"{name}@{tenant.domain}") for name in ("ada", "nobody")]
    assert [(answer["errors"], urlsplit(answer["url"]).path) for answer in answers] == [([], "/auth")] * 2
    unknown = await tenant.begin(email="ada@nowhere.example")
    assert [(error["path"], error["code"]) for error in unknown["errors"]] == [(["email"], "NOT_FOUND")]
    for email in ("ada", "@", f"@{tenant.domain}", f"ada@{tenant.domain}\0", "a" * 400):
        assert [error["path"] for error in (await tenant.begin(email=email))["errors"]] == [["email"]], email


async def test_a_network_begins_a_bounded_number(tenant: Tenant) -> None:
    await tenant.begin()
    attempt = await SignOnAttempt.all().order_by("-id").first()
    assert attempt is not None
    await fetch(
        "INSERT INTO sign_on_attempt (id, provider_id, network, redirect_url, reauthenticate, created_at) "
        "SELECT gen_random_uuid(), provider_id, network, '', false, now() FROM sign_on_attempt, generate_series(2, $2) "
        "WHERE id = $1",
        attempt.id,
        ATTEMPTS_PER_NETWORK,
    )
    try:
        begun = await tenant.begin()
        assert [(error["path"], error["code"]) for error in begun["errors"]] == [([], "RATE_LIMITED")]
    finally:
        await fetch("DELETE FROM sign_on_attempt WHERE network = $1", attempt.network)
