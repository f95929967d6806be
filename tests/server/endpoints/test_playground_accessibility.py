"""Tests that the playground can be used by keyboard, with a screen reader, with low vision, and on a narrow screen.

axe checks the rules of the WCAG, levels A and AA, that a program can check.
"""

from typing import Any, Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.support.clients.browser import needs_browser, open_tab
from tests.support.clients.playground import Playground, needs_dist
from tests.support.paths import NPM
from tests.support.scenarios.staff import Staff, make_staff
from tests.support.servers.trackers import Server

AXE = NPM / "audits" / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),
    needs_browser,
    needs_dist,
    pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: make audits installs it"),
]

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # GraphiQL's tabs are elements with the role of a tab around a button with the tab's name and one that closes it.
    "rules": {"nested-interactive": {"enabled": False}},
}
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 360, "height": 740}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def staff(site: Server) -> Staff:
    return await make_staff("accessible.example")


async def violations(page: Page) -> list[str]:
    """Return the rules that the page breaks, with the first element that breaks each."""
    await page.evaluate(AXE.read_text("utf-8"))
    found: list[dict[str, Any]] = (await page.evaluate("rules => axe.run(document, rules)", RULES))["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html']}" for rule in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_wcag(
    browser: Browser, site: Server, staff: Staff, viewport: Any, scheme: Literal["light", "dark"]
) -> None:
    async with open_tab(browser, site.address, viewport=viewport, color_scheme=scheme) as visit:
        page, playground = visit.page, Playground(visit.page)
        await page.goto("/graphql")
        assert await violations(page) == []
        await playground.sign_in(staff.ada.email)
        await playground.tab("CreateTracker").click()
        await playground.run()
        await expect(page.get_by_role("tabpanel")).to_contain_text("INVALID_FORMAT")
        assert await page.get_by_role("heading", level=1).all_inner_texts() == ["Trackers playground"]
        assert await page.get_by_role("main").get_by_role("tabpanel").count() == 1
        assert await violations(page) == []
        await page.get_by_role("button", name="Show Documentation Explorer").click()
        await expect(page.get_by_text("the cases that the staff of a training provider open")).to_be_visible()
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_narrow_screen_shows_everything(browser: Browser, site: Server, staff: Staff) -> None:
    async with open_tab(browser, site.address, viewport=NARROW) as visit:
        page, playground = visit.page, Playground(visit.page)
        await page.goto("/graphql")
        await playground.sign_in(staff.ada.email)
        await playground.run()
        query, result = page.get_by_role("region", name="Operation Editor"), page.locator(".graphiql-response")
        await expect(page.get_by_role("tabpanel")).to_contain_text("trackerTypes")
        for area in (query, result):
            box = await area.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= NARROW["width"]
            assert box["width"] >= 300
            assert box["height"] >= 100


async def test_an_editor_is_left_by_escape_and_tab(browser: Browser, site: Server, staff: Staff) -> None:
    async with open_tab(browser, site.address, viewport=WIDE) as visit:
        page, playground = visit.page, Playground(visit.page)
        await page.goto("/graphql")
        await playground.sign_in(staff.ada.email)
        editor = page.get_by_role("region", name="Operation Editor")
        await editor.locator(".view-line").first.click()
        before = await page.evaluate("document.activeElement.closest('.monaco-editor') !== null")
        await page.keyboard.press("Escape")
        left = await page.evaluate("document.activeElement.closest('.monaco-editor') === null")
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name="Execute query")).to_be_focused()
        await page.keyboard.press("Shift+Tab")
        await page.keyboard.press("Enter")
        again = await page.evaluate("document.activeElement.closest('.monaco-editor') !== null")
        assert (before, left, again) == (True, True, True)
        # A list of completions takes the first Escape.
        await page.keyboard.press("Control+Space")
        await expect(page.locator(".suggest-widget.visible")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator(".suggest-widget.visible")).to_have_count(0)
        assert await page.evaluate("document.activeElement.closest('.monaco-editor') !== null")
