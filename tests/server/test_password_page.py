"""The page behind the link of an invitation or a reset, used as people use it, in a real browser."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from models import Mail, MailKind, Member, PasswordToken
from server.password_page import FILES
from services.password_tokens import make_token
from services.passwords import verify_password
from tests import factories as make
from tests.server.browser import Page, browser_page, needs_browser
from tests.server.running import Server, environment, running

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
    "The same again",
    "Set the password",
    "Every session that is open ends.",
]
ASK = ["Your e-mail address", "Send me a link"]


@pytest.fixture
async def server(database: str, folder: Path) -> AsyncIterator[Server]:
    async with running(folder, environment(database)) as running_:
        yield running_


async def invited() -> tuple[Member, str]:
    """A member without a password, and the token that they were sent."""
    member = await make.member(await make.organisation("Northgate Training"), email="ann@example.org")
    token = await make_token(member.id, MailKind.INVITATION)
    assert token is not None
    return member, token


async def choose(page: Page, password: str, again: str | None = None) -> None:
    await page.type("#password", password)
    await page.type("#again", password if again is None else again)
    await page.click("#choose button")


async def hears(page: Page, place: str) -> str:
    """What is said in a place, once something is."""
    await page.until(f"!document.querySelector('{place}').hidden && document.querySelector('{place}').innerText")
    text: str = await page.value(f"document.querySelector('{place}').innerText")
    return text


async def test_what_is_served(server: Server) -> None:
    async with httpx.AsyncClient(base_url=server.address, trust_env=False) as client:
        served: dict[str, Any] = {}
        for path in ("/password", "/password/password.js", "/password/password.css"):
            answer = await client.get(path)
            kept = ("content-type", "content-security-policy", "x-content-type-options", "referrer-policy")
            served[path] = [answer.status_code, answer.content, *(answer.headers[name] for name in kept)]
            assert answer.headers["cache-control"] == "no-cache"
        statuses = [
            (await client.get(path)).status_code
            for path in ("/password/", "/password/index.html", "/password/../app.py", "/password/%2e%2e/app.py")
        ]
        posted = (await client.post("/password")).status_code
    rest = [POLICY, "nosniff", "no-referrer"]
    assert served == {
        path: [200, (FILES / name).read_bytes(), f"{kind}; charset=utf-8", *rest]
        for path, name, kind in (
            ("/password", "index.html", "text/html"),
            ("/password/password.js", "password.js", "text/javascript"),
            ("/password/password.css", "password.css", "text/css"),
        )
    }
    assert set(statuses) <= {404, 307}
    assert posted == 405
    html = (FILES / "index.html").read_text()
    assert "<style" not in html
    assert "style=" not in html
    assert html.count("<script") == html.count('<script type="module" src="password/password.js"></script>') == 1


@needs_browser
async def test_a_password_is_chosen_once_every_mistake_has_been_told_in_its_place(
    server: Server, tmp_path: Path
) -> None:
    member, token = await invited()
    async with browser_page(tmp_path) as page:
        await page.open(f"{server.address}/password#token={token}")
        assert await page.shown() == FORM
        assert await page.value("location.href") == f"{server.address}/password"  # the token is in no history
        await choose(page, "short", again="shorter")
        assert await hears(page, "#again-error") == "This is not the same password."
        await choose(page, "short")
        assert await hears(page, "#password-error") == "A password has at least 12 characters; this has 5."
        assert await page.value("document.querySelector('#again-error').hidden")
        assert await page.value("document.activeElement.id") == "password"
        assert (await Member.get(id=member.id)).password_hash is None
        await choose(page, PASSWORD)
        await page.until("!document.querySelector('#done').hidden")
        assert await page.shown() == [
            "Trackers",
            "Your password is set",
            "You can sign in to the trackers of Northgate Training as ann@example.org.",
            "Go to the playground",
        ]
        assert await page.value("document.querySelector('#done a').href") == f"{server.address}/graphql"
        assert page.said == []
    assert await verify_password(PASSWORD, (await Member.get(id=member.id)).password_hash)
    assert await server.sign_in("ann@example.org", PASSWORD)
    assert token not in server.log.read_text()


@needs_browser
async def test_a_link_that_no_longer_works_leads_to_a_new_one(server: Server, tmp_path: Path) -> None:
    member, token = await invited()
    await PasswordToken.all().delete()
    async with browser_page(tmp_path) as page:
        await page.open(f"{server.address}/password#token={token}")
        await choose(page, PASSWORD)
        await page.until("!document.querySelector('#ask').hidden")
        why = "The link has been used, has run out, or never was one. Ask for a new one."
        assert await page.shown() == ["Trackers", "Ask for a link", why, *ASK]
        await page.click("#ask button")
        assert await hears(page, "#ask-alert") == "Enter the address that you sign in with."
        await page.type("#email", " Ann@Example.org ")
        await page.click("#ask button")
        await page.until("!document.querySelector('#sent').hidden")
        assert (await page.shown())[1] == "Look into your mail"
    assert await Mail.all().values_list("kind", "recipient_id") == [(MailKind.PASSWORD_RESET, member.id)]


@needs_browser
async def test_without_a_token_and_without_a_server(server: Server, tmp_path: Path) -> None:
    _, token = await invited()
    async with browser_page(tmp_path) as page:
        await page.open(f"{server.address}/password")
        why = "A link to choose a password comes by mail. This address has none; you can ask for one here."
        assert await page.shown() == ["Trackers", "Ask for a link", why, *ASK]
        await page.value(f"location.hash = 'token={token}'")  # a link pasted into the open tab
        await page.until("!document.querySelector('#choose').hidden")
        assert await page.shown() == FORM
        assert await server.stop() == 0
        await choose(page, PASSWORD)
        unreachable = "The server did not answer as it should. Try again in a moment."
        assert await hears(page, "#choose-alert") == unreachable
        assert await page.value("document.querySelector('#choose button').disabled") is False
