"""Headless Chromium, as packaged by Debian, driven by Playwright."""

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
"""Seconds that a test waits before it fails."""

expect.set_options(timeout=TIMEOUT * 1000)

FLAGS = [
    "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--no-proxy-server",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    # Requests to other hosts fail, and so does the test.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]  # fmt: skip


class Visit:
    """A browser tab with its own profile; ``problems`` collects console errors and requests to other hosts."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        self.problems: list[str] = []
        self.requests: list[Request] = []
        self.websockets: list[WebSocket] = []
        self.sent_messages: list[list[str]] = []
        """The messages that the page sent over each WebSocket."""
        page.on("console", self._on_console)
        page.on("pageerror", self._on_page_error)
        page.on("websocket", self._on_websocket)
        page.context.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("warning", "error"):  # including violations of the Content-Security-Policy
            self.problems.append(message.text)

    def _on_page_error(self, error: Error) -> None:
        self.problems.append(str(error))

    def _on_websocket(self, socket: WebSocket) -> None:
        sent: list[str] = []
        self.websockets.append(socket)
        self.sent_messages.append(sent)
        socket.on("framesent", lambda frame: sent.append(str(frame)))
        self._check_host(socket.url)

    def _on_request(self, request: Request) -> None:
        self.requests.append(request)
        self._check_host(request.url)

    def _check_host(self, address: str) -> None:
        url = urlsplit(address)
        if url.scheme not in ("data", "blob") and url.netloc != urlsplit(self.site).netloc:
            self.problems.append(f"requested {address}")

    async def visible_lines(self) -> list[str]:
        """Return the lines of text that are visible on the page, without blank ones."""
        return [line.strip() for line in (await self.page.inner_text("body")).splitlines() if line.strip()]


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Run Chromium during the block."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def open_tab(browser: Browser, site: str, *, expect_errors: bool = False, **options: Any) -> AsyncIterator[Visit]:
    """Open a browser tab during the block; fail if it logs an error or requests another host.

    Errors are allowed if ``expect_errors`` is true.
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
