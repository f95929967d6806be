"""A real headless browser, Debian's Chromium, driven by Playwright."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, ConsoleMessage, Error, Page, Request, WebSocket, async_playwright, expect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is missing: apt-get install chromium")

TIMEOUT = 30
"""Seconds after which a test gives up waiting."""

expect.set_options(timeout=TIMEOUT * 1000)

FLAGS = [
    "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--no-proxy-server",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    # Requests to other hosts fail, and the test fails with them.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip


class Visit:
    """A tab with a profile of its own; ``problems`` collects errors and forbidden requests."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        self.problems: list[str] = []
        self.requests: list[Request] = []
        self.websockets: list[WebSocket] = []
        self.sent_messages: list[list[str]] = []
        """The messages sent on each WebSocket."""
        page.on("console", self._said)
        page.on("pageerror", self._failed)
        page.on("websocket", self._opened)
        page.context.on("request", self._requested)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("warning", "error"):  # also a violation of the Content-Security-Policy
            self.problems.append(message.text)

    def _failed(self, error: Error) -> None:
        self.problems.append(str(error))

    def _opened(self, socket: WebSocket) -> None:
        sent: list[str] = []
        self.websockets.append(socket)
        self.sent_messages.append(sent)
        socket.on("framesent", lambda frame: sent.append(str(frame)))
        self._check_host(socket.url)

    def _requested(self, request: Request) -> None:
        self.requests.append(request)
        self._check_host(request.url)

    def _check_host(self, address: str) -> None:
        url = urlsplit(address)
        if url.scheme not in ("data", "blob") and url.netloc != urlsplit(self.site).netloc:
            self.problems.append(f"requested {address}")

    async def visible_lines(self) -> list[str]:
        """Return the visible lines of text."""
        return [line.strip() for line in (await self.page.inner_text("body")).splitlines() if line.strip()]


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Run a browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def open_tab(browser: Browser, site: str, *, expect_errors: bool = False, **options: Any) -> AsyncIterator[Visit]:
    """Open a tab, in which no error, policy violation or request to another host may occur.

    Where the test causes errors itself (``expect_errors``), only the last is checked.
    """
    context = await browser.new_context(base_url=site, **options)
    context.set_default_timeout(TIMEOUT * 1000)
    try:
        visit = Visit(await context.new_page(), site)
        yield visit
        problems = [problem for problem in visit.problems if not expect_errors or problem.startswith("requested")]
        assert not problems, problems
    finally:
        await context.close()
