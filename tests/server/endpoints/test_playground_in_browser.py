"""The playground in a real browser: signing in, opening a tracker, hearing of it, the link of a mail, the tokens."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Request, expect

from models import Notification, Tracker
from models.database import fetch
from tests.server.endpoints.test_playground_build import needs_dist
from tests.support.clients.browser import PATIENCE, Visit, needs_browser, visiting
from tests.support.clients.graphql import gid
from tests.support.clients.playground import ROOM, Playground
from tests.support.scenarios.staff import CREATE, PASSWORD, Staff, staff
from tests.support.servers.trackers import Server

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module"), needs_browser, needs_dist]

TABS = ["TrackerTypes", "CreateTracker", "ListTrackers", "EditTracker", "Listen"]
_numbers = itertools.count(1)


@pytest_asyncio.fixture(loop_scope="module")
async def house(site: Server) -> Staff:
    return await staff(f"house{next(_numbers)}.example")


@asynccontextmanager
async def opened(
    browser: Browser, site: Server, path: str = "/graphql", **more: Any
) -> AsyncIterator[tuple[Playground, Visit]]:
    async with visiting(browser, site.address, viewport=ROOM, **more) as visit:
        await visit.page.goto(path)
        yield Playground(visit.page), visit


async def stored(visit: Visit) -> str:
    """All that the tab keeps."""
    kept: str = await visit.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])")
    return kept


def asked(visit: Visit, name: str) -> list[Request]:
    """The requests for an operation."""
    return [request for request in visit.asked if f" {name}" in (request.post_data or "")]


async def test_signing_in_by_the_form(browser: Browser, site: Server, house: Staff) -> None:
    async with opened(browser, site) as (playground, visit):
        page = visit.page
        await expect(page.get_by_label("E-mail address")).to_be_focused()
        assert await visit.shown() == [
            "Trackers",
            "Sign in to the playground",
            "E-mail address",
            "Password",
            "Sign in",
            "Forgotten your password?",
        ]
        await playground.sign_in(house.ada.email, "not her password")
        await expect(page.locator("form").get_by_role("alert")).to_have_text(
            "The e-mail address or the password is wrong."
        )
        await expect(page.get_by_label("Password", exact=True)).to_be_focused()
        await playground.sign_in(house.ada.email)
        assert await playground.tabs() == TABS
        await expect(page.get_by_role("banner")).to_contain_text(f"Ada · {house.organisation.name}")
        token = json.loads(await page.evaluate("sessionStorage['trackers:session']"))["accessToken"]
        # Before anybody has signed in the API is asked for nothing else.
        introspection = await introspected(visit)
        assert introspection.headers["authorization"] == f"Bearer {token}"
        answer = await introspection.response()
        assert answer is not None
        assert (await answer.json())["data"]["__schema"]["subscriptionType"] == {
            "name": "Subscription",
            "kind": "OBJECT",
        }
        kept = await stored(visit)
        assert PASSWORD not in kept
        assert "not her password" not in kept
        await page.reload()
        assert await playground.tabs() == TABS
        assert len(asked(visit, "SignIn")) == 2
        await playground.tab("CreateTracker").click()
        await page.get_by_role("button", name="Prettify query").click()
        variables = page.get_by_role("region", name="Variables")
        await expect(variables).to_contain_text('{ "key": "ilrYear", "value": { "text": "26-28" } }')


async def introspected(visit: Visit) -> Request:
    async with asyncio.timeout(PATIENCE):
        while not (found := asked(visit, "IntrospectionQuery")):
            await asyncio.sleep(0.02)
    return found[0]


async def test_a_tracker_is_mended_opened_and_heard_of(browser: Browser, site: Server, house: Staff) -> None:
    async with opened(browser, site) as (bobs, his), opened(browser, site) as (adas, hers):
        await bobs.sign_in(house.bob.email)
        await bobs.tab("Listen").click()
        await bobs.run()
        await expect(his.page.get_by_role("status")).to_have_text("● listening")
        await bobs.tab("ListTrackers").click()
        await adas.sign_in(house.ada.email)
        await adas.tab("CreateTracker").click()
        await adas.run()
        refused = (await adas.answer())["data"]["createTracker"]
        assert refused["tracker"] is None
        assert [(error["path"], error["code"], error["rule"]) for error in refused["errors"]] == [
            (["values", "ilrYear"], "INVALID_FORMAT", None),
            (["values", "proposedValue"], "REQUIRED", None),
            (["values", "uln"], "INVALID_CHECKSUM", "ULN_04"),
        ]
        assert not await Tracker.filter(organisation=house.organisation).exists()
        assert not await Notification.filter(recipient=house.bob).exists()
        await adas.mend("26-28", "26-27")
        await adas.mend("4200307553", "4200307552")
        await adas.mend('DATA"]}}', 'DATA"]}}, {"key": "proposedValue", "value": {"text": "25"}}')
        await adas.run()
        created = await adas.answer()
        tracker = await Tracker.get(organisation=house.organisation)
        assert created == {
            "data": {
                "createTracker": {
                    "tracker": {
                        "id": gid(tracker),
                        "number": 1,
                        "status": "NEW",
                        "assignee": {"name": "Bob"},
                        "url": f"http://127.0.0.1:8000/trackers/{gid(tracker)}",
                    },
                    "errors": [],
                }
            }
        }
        await expect(his.page.get_by_role("status")).to_have_text("● listening, 1 new")
        await bobs.run()
        assert [node["id"] for node in (await bobs.answer())["data"]["trackers"]["nodes"]] == [gid(tracker)]
        await bobs.tab("Listen").click()
        heard = (await bobs.answer())["data"]["trackerAssigned"]
        assert (heard["cursor"], heard["kind"], heard["text"], heard["tracker"]["id"]) == (
            "1",
            "ASSIGNED",
            "Ada assigned ILR tracker 1 to you.",
            gid(tracker),
        )
        await expect(his.page.get_by_role("status")).to_have_text("● listening")
        await his.page.get_by_role("button", name="Stop query").click()
        await expect(his.page.get_by_role("status")).to_have_text("")
        assert len(his.sockets) == 1
        assert hers.sockets == []


async def test_the_link_of_a_mail_leads_to_its_tracker(browser: Browser, site: Server, house: Staff) -> None:
    token = await site.sign_in(house.ada.email, PASSWORD)
    created = await site.ask(CREATE, token, input=house.entry(description="A page is missing."))
    identifier = created["data"]["createTracker"]["tracker"]["id"]
    async with opened(browser, site, f"/trackers/{identifier}") as (playground, visit):
        assert "Sign in to open the tracker" in await visit.shown()
        await playground.sign_in(house.bob.email)
        shown = (await playground.answer())["data"]["tracker"]
        assert (shown["id"], shown["description"], shown["version"]) == (identifier, "A page is missing.", 1)
        assert await playground.tabs() == ["Tracker", "EditTracker", "Follow"]
        await playground.tab("EditTracker").click()
        await playground.mend("A page is missing.", "Both pages are missing.")
        await playground.run()
        changed = {
            "id": identifier,
            "number": 1,
            "version": 2,
            "status": "NEW",
            "description": "Both pages are missing.",
        }
        answer = await playground.answer()
        assert answer == {"data": {"updateTracker": {"tracker": {**changed, "dueDate": None}, "errors": []}}}
        # Opened anew, it has the version that is now the last one.
        await visit.page.reload()
        assert (await playground.answer())["data"]["tracker"]["version"] == 2
        await playground.tab("EditTracker").click()
        await expect(visit.page.get_by_role("region", name="Variables")).to_contain_text('"version": 2')
    assert (await Tracker.get(organisation=house.organisation)).description == "Both pages are missing."


async def test_signing_out_leaves_nothing(browser: Browser, site: Server, house: Staff) -> None:
    async with opened(browser, site) as (playground, visit):
        page = visit.page
        await playground.sign_in(house.bob.email)
        await playground.tab("Listen").click()
        await playground.run()
        await expect(page.get_by_role("status")).to_have_text("● listening")
        token = json.loads(await page.evaluate("sessionStorage['trackers:session']"))["accessToken"]
        async with page.expect_response("**/graphql") as ended:
            await page.get_by_role("button", name="Sign out").click()
        assert await (await ended.value).json() == {"data": {"signOut": True}}
        await expect(page.get_by_label("E-mail address")).to_be_focused()
        await asyncio.sleep(1)  # the editor stores what is in it half a second late
        assert await stored(visit) == '[{},{},""]'
        assert (await site.ask("{ viewer { id } }", token))["data"] == {"viewer": None}
        async with asyncio.timeout(PATIENCE):
            while not visit.sockets[0].is_closed():
                await asyncio.sleep(0.02)
        await page.reload()
        await expect(page.get_by_label("E-mail address")).to_be_focused()


async def test_a_token_is_renewed_and_the_socket_with_it(browser: Browser, site: Server, house: Staff) -> None:
    async with opened(browser, site, "about:blank") as (playground, visit):
        page = visit.page
        await page.clock.install()
        await page.goto("/graphql")
        await playground.sign_in(house.bob.email)
        await playground.tab("Listen").click()
        await playground.run()
        await expect(page.get_by_role("status")).to_have_text("● listening")
        async with page.expect_websocket():
            await page.clock.fast_forward("08:30")
        assert len(asked(visit, "Refresh")) == 1
        token = await site.sign_in(house.ada.email, PASSWORD)
        await site.ask(CREATE, token, input=house.entry())
        assert (await playground.answer())["data"]["trackerAssigned"]["cursor"] == "1"
        async with asyncio.timeout(PATIENCE):
            while not visit.sockets[0].is_closed():
                await asyncio.sleep(0.02)
        fresh = json.loads(await page.evaluate("sessionStorage['trackers:session']"))["accessToken"]
        assert f"Bearer {fresh}" in visit.sent[1][0]
        # A page that is opened again after that time renews the token first.
        await page.evaluate(
            "sessionStorage['trackers:session'] = sessionStorage['trackers:session'].replace(/\"due\":\\d+/, '\"due\":0')"
        )
        await page.reload()
        assert await playground.tabs() == TABS
        assert len(asked(visit, "Refresh")) == 2
        # Who comes back finds the tab that was in front; anybody else finds nothing of theirs.
        for member, tab in ((house.bob, "Listen"), (house.ada, "TrackerTypes")):
            await fetch("UPDATE session SET ended_at = now() WHERE member_id = $1", house.bob.id)
            await playground.run()
            alert = page.locator("form").get_by_role("alert")
            await expect(alert).to_have_text("Your session has ended. Sign in again.")
            await playground.sign_in(member.email)
            await expect(playground.tab(tab)).to_have_attribute("aria-selected", "true")
