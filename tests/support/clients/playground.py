"""The playground in a browser: the sign-in form, the tabs, the editors and the results."""

import asyncio
import json
from contextlib import suppress
from typing import Any

from playwright.async_api import Locator, Page

from tests.support.clients.browser import TIMEOUT
from tests.support.scenarios.staff import PASSWORD

# The editor shows non-breaking spaces, breaks long lines, and keeps its lines in any order.
_TEXT = """lines => lines
  .map(line => [line.offsetTop, line.textContent.replaceAll('\\u00a0', ' ').trimStart()])
  .sort(([a], [b]) => a - b).map(([, text]) => text).join('')"""

VIEWPORT = {"width": 1280, "height": 3000}
"""Large enough to show a whole result."""


class Playground:
    """The page in a tab of the browser."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._before = ""

    async def sign_in(self, email: str, password: str = PASSWORD) -> None:
        await self.page.get_by_label("E-mail address").fill(email)
        await self.page.get_by_label("Password", exact=True).fill(password)
        await self.page.keyboard.press("Enter")

    def tab(self, operation: str) -> Locator:
        return self.page.get_by_role("tab", name=operation)

    async def tabs(self) -> list[str]:
        await self.page.get_by_role("tab").first.wait_for()
        return await self.page.get_by_role("tab").all_inner_texts()

    async def run(self) -> None:
        self._before = await self._shown()
        await self.page.get_by_role("button", name="Execute query").click()

    async def result(self) -> Any:
        """Return the next complete result that is shown."""
        async with asyncio.timeout(TIMEOUT):
            while True:
                text = await self._shown()
                with suppress(json.JSONDecodeError):  # only a part of it is rendered
                    if text != self._before:
                        result = json.loads(text)
                        self._before = text
                        return result
                await asyncio.sleep(0.02)

    async def _shown(self) -> str:
        text: str = await self.page.locator(".graphiql-response .view-line").evaluate_all(_TEXT)
        return text

    async def replace(self, text: str, replacement: str) -> None:
        """Replace a text in the variables by typing."""
        line = self.page.get_by_role("region", name="Variables").locator(".view-line").filter(has_text=text).first
        await line.click()
        _, _, rest = ((await line.text_content()) or "").replace("\u00a0", " ").partition(text)
        for key in ("End", *["ArrowLeft"] * len(rest), *["Shift+ArrowLeft"] * len(text)):
            await self.page.keyboard.press(key)
        await self.page.keyboard.insert_text(replacement)
