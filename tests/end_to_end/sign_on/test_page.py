"""Tests of the page for single sign-on, in a real browser that goes through a certified provider."""

import httpx
import pytest
from playwright.async_api import expect

from models import MemberKind
from server.endpoints.sign_on import DIRECTORY
from tests.support.clients.browser import chromium, needs_browser
from tests.support.scenarios.sign_on import make_tenant
from tests.support.servers.provider import Provider, needs_provider
from tests.support.servers.trackers import Server

pytestmark = [pytest.mark.browser, needs_provider, pytest.mark.asyncio(loop_scope="package")]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)


async def test_files(server: Server) -> None:
    files = (("/sign-on", "index.html", "text/html"), ("/sign-on/sign-on.js", "sign-on.js", "text/javascript"))
    async with httpx.AsyncClient(base_url=server.address, trust_env=False) as client:
        for path, name, media_type in files:
            response = await client.get(path)
            assert (response.status_code, response.content) == (200, (DIRECTORY / name).read_bytes())
            assert response.headers["content-type"] == f"{media_type}; charset=utf-8"
            assert response.headers["content-security-policy"] == POLICY
        assert (await client.get("/sign-on/logout")).status_code == 405
        assert (await client.post("/sign-on/callback")).status_code == 405
        head = await client.head("/sign-on/callback")
        assert (head.status_code, head.headers["location"]) == (303, f"{server.address}/sign-on#error=expired")


@needs_browser
async def test_signing_on_leads_to_the_playground(server: Server, provider: Provider) -> None:
    tenant = await make_tenant(server, provider, "page.example", make_members=MemberKind.TUTOR)
    await provider.set_account("page-ada", email="ada@page.example", name="Ada")
    problems: list[str] = []
    async with chromium() as browser:
        page = await browser.new_page()
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        await page.goto(f"{server.address}/sign-on#error=expired")
        await expect(page.get_by_role("alert")).to_have_text(
            "This sign-on has expired, or was completed already. Start again."
        )
        await page.get_by_label("Your e-mail address").fill("ada@unknown.example")
        await page.get_by_role("button", name="Continue").click()
        await expect(page.get_by_role("alert")).to_contain_text("There is no single sign-on")
        await page.get_by_label("Your e-mail address").fill("ada@page.example")
        await page.get_by_role("button", name="Continue").click()
        await expect(page.get_by_role("heading")).to_have_text("You are signed in")
        assert page.url == f"{server.address}/sign-on"  # so that the token is not in the browser's history
        await expect(page.locator("#whose")).to_have_text(
            f"You can use the trackers of {tenant.organisation.name} as ada@page.example."
        )
        await page.get_by_role("link", name="Go to the playground").click()
        await expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        await expect(page.locator(".who")).to_contain_text("Ada")
    assert problems == []
