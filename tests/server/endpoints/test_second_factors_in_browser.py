"""Second factors in a real browser: passkeys by Chromium's own authenticator, and codes on both pages."""

import itertools
import json
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from models import Factor, MailKind, Member, Session, SignInMethod
from services.accounts.password_tokens import make_token
from tests.support.clients.browser import Visit, needs_browser, open_tab
from tests.support.clients.playground import VIEWPORT, Playground, needs_dist
from tests.support.clients.signing_in.factors import (
    ADD_PASSKEY,
    ADD_TOTP,
    BEGIN_PASSKEY,
    BEGIN_TOTP,
    current_code,
    forget_steps,
)
from tests.support.scenarios.staff import PASSWORD, Staff, make_staff
from tests.support.servers.trackers import Server

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), needs_browser, needs_dist]

CREATE = """async options => {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(options))
  return JSON.stringify(await navigator.credentials.create({ publicKey }))
}"""
"""What an app does between ``beginPasskey`` and ``addPasskey``."""
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
_numbers = itertools.count(1)


@pytest_asyncio.fixture(loop_scope="module")
async def tenant(site: Server) -> Staff:
    return await make_staff(f"factors{next(_numbers)}.example")


async def plug_in(page: Page, **options: Any) -> None:
    """Give a page an authenticator, which touches itself."""
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    await session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR | options})


async def add_app(site: Server, member: Member) -> str:
    """Add an authenticator app over the network, and return its secret."""
    token = await site.sign_in(member.email, PASSWORD)
    secret: str = (await site.ask(BEGIN_TOTP, token))["data"]["beginTotp"]["secret"]
    answer = await site.ask(ADD_TOTP, token, input={"code": current_code(secret), "name": "Phone"})
    assert answer["data"]["addTotp"]["errors"] == []
    await forget_steps()
    return secret


async def signed_in_name(visit: Visit) -> str:
    """Wait until the playground is open, and return the name of the member whom it shows."""
    await expect(visit.page.get_by_role("tab").first).to_be_visible()
    stored = await visit.page.evaluate("sessionStorage.getItem('trackers:session')")
    return str(json.loads(stored)["member"]["name"])


async def test_a_passkey_is_made_and_signs_in(browser: Browser, site: Server, tenant: Staff) -> None:
    address = site.address.replace("127.0.0.1", "localhost")
    token = await site.sign_in(tenant.ada.email, PASSWORD)
    async with open_tab(browser, address, viewport=VIEWPORT) as visit:
        page = visit.page
        await plug_in(page)
        await page.goto("/graphql")
        options = (await site.ask(BEGIN_PASSKEY, token))["data"]["beginPasskey"]["options"]
        credential = await page.evaluate(CREATE, options)
        answer = await site.ask(ADD_PASSKEY, token, input={"credential": credential, "name": "Chromium"})
        assert answer["data"]["addPasskey"]["errors"] == []
        await page.get_by_role("button", name="Sign in with a passkey").click()
        assert await signed_in_name(visit) == "Ada"
    factor = await Factor.get(member=tenant.ada)
    assert factor.last_used_at is not None
    newest = await Session.filter(member=tenant.ada).order_by("-id").first()
    assert newest is not None
    assert (newest.method, newest.second_factor) == (SignInMethod.PASSKEY, True)


async def test_without_a_passkey_the_page_says_so(browser: Browser, site: Server, tenant: Staff) -> None:
    address = site.address.replace("127.0.0.1", "localhost")
    async with open_tab(browser, address, viewport=VIEWPORT) as visit:
        await plug_in(visit.page)
        await visit.page.goto("/graphql")
        await visit.page.get_by_role("button", name="Sign in with a passkey").click()
        await expect(visit.page.get_by_role("alert")).to_have_text(
            "No passkey was used. Try again, or sign in with your password."
        )


async def test_a_network_address_offers_no_passkeys(browser: Browser, site: Server, tenant: Staff) -> None:
    async with open_tab(browser, site.address, viewport=VIEWPORT) as visit:
        await visit.page.goto("/graphql")
        await expect(visit.page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
        await expect(visit.page.get_by_role("button")).to_have_count(1)


async def test_the_playground_asks_for_the_code(browser: Browser, site: Server, tenant: Staff) -> None:
    secret = await add_app(site, tenant.bob)
    async with open_tab(browser, site.address, viewport=VIEWPORT) as visit:
        page = visit.page
        await page.goto("/graphql")
        await expect(page.get_by_label("Code")).to_have_count(0)
        await Playground(page).sign_in(tenant.bob.email)
        await expect(page.get_by_label("Code")).to_be_focused()
        await page.keyboard.type("000000\n")
        await expect(page.get_by_role("alert")).to_have_text("The code is wrong, or has been used already.")
        await page.get_by_label("Code").fill(current_code(secret))
        await page.keyboard.press("Enter")
        assert await signed_in_name(visit) == "Bob"


async def test_the_page_for_passwords_asks_for_the_code(browser: Browser, site: Server, tenant: Staff) -> None:
    secret = await add_app(site, tenant.ada)
    token = await make_token(tenant.ada.id, MailKind.PASSWORD_RESET)
    async with open_tab(browser, site.address) as visit:
        page = visit.page
        await page.goto(f"/password#token={token}")
        await expect(page.get_by_label("Code of your second factor")).to_be_hidden()
        for label in ("New password", "Repeat the password"):
            await page.get_by_label(label).fill("another fresh password")
        await page.keyboard.press("Enter")
        await expect(page.get_by_label("Code of your second factor")).to_be_focused()
        await page.get_by_label("Code of your second factor").fill(current_code(secret))
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading")).to_have_text("Your password is set")
