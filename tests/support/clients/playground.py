"""The playground in a browser: its sign-in form, tabs, editors and results."""

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest
from playwright.async_api import Locator, Page

from server.endpoints.playground import DIST
from tests.support.clients.browser import TIMEOUT
from tests.support.scenarios.staff import PASSWORD

needs_dist = pytest.mark.skipif(
    not (DIST / "index.html").exists(), reason="server/playground/dist is not built: npm run build makes it"
)


# The editor renders non-breaking spaces, wraps long lines, and orders the elements of its lines arbitrarily.
_TEXT = """lines => lines
  .map(line => [line.offsetTop, line.textContent.replaceAll('\\u00a0', ' ').trimStart()])
  .sort(([a], [b]) => a - b).map(([, text]) => text).join('')"""

VIEWPORT = {"width": 1280, "height": 3000}
"""A viewport that is large enough to show a whole result."""


class Playground:
    """The playground in a browser tab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._previous_text = ""

    async def sign_in(self, email: str, password: str = PASSWORD) -> None:
        await self.page.get_by_label("E-mail address").fill(email)
        await self.page.get_by_label("Password", exact=True).fill(password)
        await self.page.keyboard.press("Enter")

    def tab(self, operation: str) -> Locator:
        return self.page.get_by_role("tab", name=operation)

    async def tabs(self) -> list[str]:
        await self.page.get_by_role("tab").first.wait_for()
        return await self.page.get_by_role("tab").all_inner_texts()

    async def run(self, operation: str | None = None) -> None:
        """Press the button that executes the query; of a tab with several operations, choose one from its menu."""
        self._previous_text = await self._response_text()
        await self.page.get_by_role("button", name="Execute query").click()
        if operation:
            await self.page.get_by_role("menuitem", name=operation).click()

    async def result(self) -> Any:
        """Wait for the next complete result, and return it."""
        async with asyncio.timeout(TIMEOUT):
            while True:
                text = await self._response_text()
                with suppress(json.JSONDecodeError):  # only part of it has been rendered
                    if text != self._previous_text:
                        result = json.loads(text)
                        self._previous_text = text
                        return result
                await asyncio.sleep(0.02)

    async def _response_text(self) -> str:
        text: str = await self.page.locator(".graphiql-response .view-line").evaluate_all(_TEXT)
        return text

    async def replace(self, text: str, replacement: str) -> None:
        """Select a text in the variables editor and type its replacement."""
        line = self.page.get_by_role("region", name="Variables").locator(".view-line").filter(has_text=text).first
        await line.click()
        _, _, rest = ((await line.text_content()) or "").replace("\u00a0", " ").partition(text)
        for key in ("End", *["ArrowLeft"] * len(rest), *["Shift+ArrowLeft"] * len(text)):
            await self.page.keyboard.press(key)
        await self.page.keyboard.insert_text(replacement)
