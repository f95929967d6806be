"""Script that takes the README's screenshots of the playground, with demo data (``make screenshots``)."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, Page, expect

from tests.support.clients.browser import chromium, open_tab
from tests.support.clients.playground import Playground
from tests.support.paths import ROOT
from tests.support.servers.trackers import Server, environment, run_server

IMAGES = ROOT / "docs" / "images"
PASSWORD = "demo-password-1"
SIZE = {"width": 1280, "height": 880}


class ScreenshotTaker:
    """Takes the screenshots with a browser and a running server."""

    def __init__(self, browser: Browser, server: Server) -> None:
        self._browser = browser
        self._server = server

    async def take_input_and_subscription(self) -> None:
        """Take screenshots of an input with three errors and, once they are corrected, of the assignee's subscription."""
        browser, url = self._browser, self._server.address
        async with (
            open_tab(browser, url, viewport=SIZE) as admin_visit,
            open_tab(browser, url, viewport=SIZE, color_scheme="dark") as officer_visit,
        ):
            admin, officer = (
                await self._sign_in(admin_visit.page, "admin"),
                await self._sign_in(officer_visit.page, "officer"),
            )
            await officer.tab("Listen").click()
            await officer.run()
            await admin.tab("CreateTracker").click()
            await admin.run()
            await expect(admin_visit.page.get_by_role("tabpanel")).to_contain_text("INVALID_CHECKSUM")
            await self._take_screenshot(admin_visit.page, "create")
            await admin.replace("26-28", "26-27")
            await admin.replace("4200307553", "4200307552")
            await admin.replace('DATA"]}}', 'DATA"]}}, {"key": "proposedValue", "value": {"text": "25"}}')
            await admin.run()
            await expect(officer_visit.page.get_by_role("tabpanel")).to_contain_text("trackerAssigned")
            await self._take_screenshot(officer_visit.page, "listen")

    async def take_tracker_page(self) -> None:
        """Take a screenshot of a tracker that is opened by its link."""
        token = await self._server.sign_in("approver@northgate.example", PASSWORD)
        answer = await self._server.ask("{ trackers(first: 1) { nodes { id } } }", token)
        async with open_tab(self._browser, self._server.address, viewport=SIZE) as visit:
            await self._sign_in(visit.page, "approver", f"/trackers/{answer['data']['trackers']['nodes'][0]['id']}")
            await expect(visit.page.get_by_role("tabpanel")).to_contain_text('"tracker": {')
            await self._take_screenshot(visit.page, "tracker")

    async def _sign_in(self, page: Page, username: str, path: str = "/graphql") -> Playground:
        await page.goto(path)
        playground = Playground(page)
        await playground.sign_in(f"{username}@northgate.example", PASSWORD)
        await playground.tabs()
        return playground

    async def _take_screenshot(self, page: Page, name: str) -> None:
        await page.mouse.move(0, 0)
        await page.wait_for_timeout(2000)  # until scrollbars have faded and syntax highlighting uses the schema
        await page.screenshot(path=IMAGES / f"playground-{name}.png")


async def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        async with (
            run_server(Path(folder), environment(TRACKERS_PUBLIC_URL="http://127.0.0.1:8000"), "--demo") as server,
            chromium() as browser,
        ):
            screenshots = ScreenshotTaker(browser, server)
            await screenshots.take_input_and_subscription()
            await screenshots.take_tracker_page()


if __name__ == "__main__":
    asyncio.run(main())
