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

PATIENCE = 30
"""Seconds after which a test gives up on what should have come long before."""

expect.set_options(timeout=PATIENCE * 1000)

FLAGS = [
    "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--no-proxy-server",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    # A page that asks another machine for anything gets nothing, and the test hears of it.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]  # fmt: skip


class Visit:
    """A tab with a profile of its own, and what was strange in it: it is to stay empty."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        self.strange: list[str] = []
        self.asked: list[Request] = []
        self.sockets: list[WebSocket] = []
        self.sent: list[list[str]] = []
        """What went out on each socket."""
        page.on("console", self._said)
        page.on("pageerror", self._failed)
        page.on("websocket", self._opened)
        page.context.on("request", self._requested)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("warning", "error"):  # what the Content-Security-Policy forbids is one
            self.strange.append(message.text)

    def _failed(self, error: Error) -> None:
        self.strange.append(str(error))

    def _opened(self, socket: WebSocket) -> None:
        sent: list[str] = []
        self.sockets.append(socket)
        self.sent.append(sent)
        socket.on("framesent", lambda frame: sent.append(str(frame)))
        self._stays(socket.url)

    def _requested(self, request: Request) -> None:
        self.asked.append(request)
        self._stays(request.url)

    def _stays(self, address: str) -> None:
        to = urlsplit(address)
        if to.scheme not in ("data", "blob") and to.netloc != urlsplit(self.site).netloc:
            self.strange.append(f"asked {address}")

    async def shown(self) -> list[str]:
        """The lines of text that can be seen."""
        return [line.strip() for line in (await self.page.inner_text("body")).splitlines() if line.strip()]


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser; ended with the block."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def visiting(browser: Browser, site: str, *, flawed: bool = False, **options: Any) -> AsyncIterator[Visit]:
    """A tab in which nothing strange happens: no error, no refusal by the policy, no request to another machine.

    Where the test itself makes errors (`flawed`), only the last is asked.
    """
    context = await browser.new_context(base_url=site, **options)
    context.set_default_timeout(PATIENCE * 1000)
    try:
        visit = Visit(await context.new_page(), site)
        yield visit
        strange = [what for what in visit.strange if not flawed or what.startswith("asked")]
        assert not strange, strange
    finally:
        await context.close()
