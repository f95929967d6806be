"""Tests of the page for invitations and password resets, in a real browser."""

from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Page, expect

from models import Mail, MailKind, Member, PasswordToken
from server.endpoints.password_page import DIRECTORY
from services.accounts.password_tokens import make_token
from services.accounts.passwords import verify_password
from tests.support import factories as make
from tests.support.clients.browser import needs_browser, open_tab
from tests.support.servers.trackers import Server

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
PASSWORD = "a fresh password"
FORM = [
    "Trackers",
    "Choose a password",
    "New password",
    "12 to 200 characters.",
    "Repeat the password",
    "Set the password",
    "All your open sessions will end.",
]
REQUEST_FORM = ["Your e-mail address", "Send me a link"]


async def invite_member(email: str, organisation: str | None = None) -> tuple[Member, str]:
    """Create a member without a password, and return it with the token of an invitation."""
    member = await make.member(await make.organisation(organisation), email=email)
    token = await make_token(member.id, MailKind.INVITATION)
    assert token is not None
    return member, token


async def submit_password(page: Page, password: str, repeated: str | None = None) -> None:
    await page.get_by_label("New password").fill(password)
    await page.get_by_label("Repeat the password").fill(password if repeated is None else repeated)
    await page.get_by_role("button", name="Set the password").click()


async def test_files(site: Server) -> None:
    async with httpx.AsyncClient(base_url=site.address, trust_env=False) as client:
        responses: dict[str, Any] = {}
        for path in ("/password", "/password/password.js", "/password/password.css"):
            response = await client.get(path)
            names = ("content-type", "content-security-policy", "x-content-type-options", "referrer-policy")
            responses[path] = [response.status_code, response.content, *(response.headers[name] for name in names)]
            assert response.headers["cache-control"] == "no-cache"
        statuses = [
            (await client.get(path)).status_code
            for path in ("/password/", "/password/index.html", "/password/../app.py", "/password/%2e%2e/app.py")
        ]
        post_status = (await client.post("/password")).status_code
    security_headers = [POLICY, "nosniff", "no-referrer"]
    assert responses == {
        path: [200, (DIRECTORY / name).read_bytes(), f"{media_type}; charset=utf-8", *security_headers]
        for path, name, media_type in (
            ("/password", "index.html", "text/html"),
            ("/password/password.js", "password.js", "text/javascript"),
            ("/password/password.css", "password.css", "text/css"),
        )
    }
    assert set(statuses) <= {404, 307}
    assert post_status == 405
    html = (DIRECTORY / "index.html").read_text()
    assert "<style" not in html
    assert "style=" not in html
    assert html.count("<script") == html.count('<script type="module" src="password/password.js"></script>') == 1


@needs_browser
async def test_errors_are_shown_next_to_their_fields(site: Server, browser: Browser) -> None:
    member, token = await invite_member("ann@example.org", "Northgate Training")
    async with open_tab(browser, site.address) as visit:
        page = visit.page
        await page.goto(f"/password#token={token}")
        assert await visit.visible_lines() == FORM
        assert page.url == f"{site.address}/password"  # so that the token is not in the browser's history
        await submit_password(page, "short", repeated="shorter")
        await expect(page.locator("#again-error")).to_have_text("The passwords are not the same.")
        await submit_password(page, "short")
        too_short = "A password has at least 12 characters; this has 5."
        await expect(page.locator("#password-error")).to_have_text(too_short)
        await expect(page.locator("#again-error")).to_be_hidden()
        await expect(page.get_by_label("New password")).to_be_focused()
        assert (await Member.get(id=member.id)).password_hash is None
        await submit_password(page, PASSWORD)
        await expect(page.locator("#done")).to_be_visible()
        assert await visit.visible_lines() == [
            "Trackers",
            "Your password is set",
            "You can sign in to the trackers of Northgate Training as ann@example.org.",
            "Go to the playground",
        ]
        await expect(page.get_by_role("link")).to_have_attribute("href", "graphql")
    assert await verify_password(PASSWORD, (await Member.get(id=member.id)).password_hash)
    assert await site.sign_in("ann@example.org", PASSWORD)
    assert token not in site.log.read_text()


@needs_browser
async def test_invalid_link_leads_to_a_new_one(site: Server, browser: Browser) -> None:
    member, token = await invite_member("ben@example.org")
    await PasswordToken.filter(member=member).delete()
    async with open_tab(browser, site.address) as visit:
        page = visit.page
        await page.goto(f"/password#token={token}")
        await submit_password(page, PASSWORD)
        await expect(page.locator("#ask")).to_be_visible()
        explanation = "The link is invalid, has expired or has already been used. Request a new one."
        assert await visit.visible_lines() == ["Trackers", "Request a link", explanation, *REQUEST_FORM]
        await page.get_by_role("button").click()
        await expect(page.get_by_role("alert")).to_have_text("Enter the address that you sign in with.")
        await page.get_by_label("Your e-mail address").fill(" Ben@Example.org ")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading")).to_have_text("Check your e-mail")
    assert await Mail.filter(recipient=member).values_list("kind") == [(MailKind.PASSWORD_RESET,)]


@needs_browser
async def test_missing_token_and_unreachable_server(site: Server, browser: Browser) -> None:
    _, token = await invite_member("cat@example.org")
    async with open_tab(browser, site.address, expect_errors=True) as visit:
        page = visit.page
        await page.goto("/password")
        explanation = "You need the link from an e-mail to choose a password. You can request one here."
        assert await visit.visible_lines() == ["Trackers", "Request a link", explanation, *REQUEST_FORM]
        await page.goto(f"/password#token={token}")  # a link pasted into the open tab
        await expect(page.locator("#choose")).to_be_visible()
        assert await visit.visible_lines() == FORM
        await page.context.set_offline(True)
        await submit_password(page, PASSWORD)
        unreachable = "The server did not answer as it should. Try again in a moment."
        await expect(page.get_by_role("alert")).to_have_text(unreachable)
        await expect(page.get_by_role("button")).to_be_enabled()
